import type { InternalTopicName } from '../../../domain/topic/internal-topics.ts';
import type { Offset, TopicId } from '../../../domain/topic-partition.ts';
import type { Catalog } from '../../../ports/catalog.ts';
import type { PrunableLog, PrunedCoordinatorTopic } from '../../../ports/coordinator-topic.ts';
import type { TopicAdmin } from '../../../ports/topic-admin.ts';

export interface CoordinatorTopicOptions {
  readonly name: InternalTopicName;
  readonly catalog: Pick<Catalog, 'metadata'>;
  readonly topics: Pick<TopicAdmin, 'ensureTopic'>;
  readonly logs: { get(topicId: TopicId, partition: number): PrunableLog | undefined };
}

/** A coordinator's topic as the catalog and the log manager know it. */
export class CoordinatorTopicService implements PrunedCoordinatorTopic {
  readonly #options: CoordinatorTopicOptions;

  constructor(options: CoordinatorTopicOptions) {
    this.#options = options;
  }

  partitionCount(): number | undefined {
    return this.#topic()?.partitions.length;
  }

  async ensure(): Promise<number> {
    const topic = await this.#options.topics.ensureTopic(this.#options.name);
    return topic.partitions.length;
  }

  async deleteRecordsBefore(partition: number, offset: Offset): Promise<void> {
    await this.log(partition)?.deleteRecords(offset);
  }

  log(partition: number): PrunableLog | undefined {
    const topic = this.#topic();
    return topic && this.#options.logs.get(topic.id, partition);
  }

  #topic() {
    return this.#options.catalog.metadata.topicsByName.get(this.#options.name);
  }
}
