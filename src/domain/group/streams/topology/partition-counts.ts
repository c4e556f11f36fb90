import type { TopicsImage } from '../../modern/topics-image.ts';

/** How many partitions the topics of a topology have: those that exist as they are, internal ones as it was decided. */
export class PartitionCounts {
  readonly #image: TopicsImage;
  readonly #decided = new Map<string, number>();

  constructor(image: TopicsImage) {
    this.#image = image;
  }

  /** Undefined for a topic that does not exist and that nothing was decided about. */
  of(topic: string): number | undefined {
    return this.existing(topic) ?? this.#decided.get(topic);
  }

  existing(topic: string): number | undefined {
    return this.#image.topicsByName.get(topic)?.partitions.length;
  }

  /** What an internal topic shall have, whether it exists or not. */
  decided(topic: string): number | undefined {
    return this.#decided.get(topic);
  }

  decide(topic: string, count: number): void {
    this.#decided.set(topic, count);
  }
}
