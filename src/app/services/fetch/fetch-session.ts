import type { FetchedPartition, FetchPartition, PartitionName } from '../../../ports/fetch.ts';

/** What a session remembers of a partition: what the client wants of it, and what it was told last. */
interface CachedPartition {
  wanted: FetchPartition;
  highWatermark: bigint;
  logStartOffset: bigint;
}

/** The epoch after the last one is 1 again: 0 and below have meanings of their own (KIP-227). */
const EPOCH_MAX = 0x7fffffff;
const NOT_TOLD = -1n;

/** The partitions one client reads, so that its fetches need to tell only what changes (KIP-227). */
export class FetchSession {
  readonly id: number;
  readonly byTopicId: boolean;
  epoch = 1;
  lastUsedMs: number;
  readonly #partitions = new Map<string, CachedPartition>();

  constructor(id: number, byTopicId: boolean, nowMs: number) {
    this.id = id;
    this.byTopicId = byTopicId;
    this.lastUsedMs = nowMs;
  }

  get size(): number {
    return this.#partitions.size;
  }

  nextEpoch(): void {
    this.epoch = this.epoch >= EPOCH_MAX ? 1 : this.epoch + 1;
  }

  /** Adds or changes partitions, then forgets others. */
  update(changed: readonly FetchPartition[], forgotten: readonly PartitionName[]): void {
    for (const wanted of changed) {
      const key = this.#keyOf(wanted);
      const cached = this.#partitions.get(key);
      if (cached !== undefined) cached.wanted = wanted;
      else {
        const untold = { wanted, highWatermark: NOT_TOLD, logStartOffset: NOT_TOLD };
        this.#partitions.set(key, untold);
      }
    }
    for (const name of forgotten) this.#partitions.delete(this.#keyOf(name));
  }

  wanted(): FetchPartition[] {
    return Array.from(this.#partitions.values(), ({ wanted }) => wanted);
  }

  /** The partitions with news since the last answer, which this answer then tells. */
  news(fetched: readonly FetchedPartition[]): FetchedPartition[] {
    return fetched.filter((partition) => this.tell(partition));
  }

  /** Notes what an answer tells of a partition; false when there is nothing new. */
  tell(fetched: FetchedPartition): boolean {
    const key = this.#keyOf(fetched.name);
    const cached = this.#partitions.get(key);
    if (cached === undefined) return true;
    const { highWatermark, logStartOffset } = fetched;
    const hasRecords = fetched.slices.length > 0;
    const moved =
      cached.highWatermark !== highWatermark || cached.logStartOffset !== logStartOffset;
    const failed = fetched.error !== 'NONE';
    // After an error everything counts as news again (Kafka's CachedPartition.maybeUpdateResponseData).
    cached.highWatermark = failed ? NOT_TOLD : highWatermark;
    cached.logStartOffset = failed ? NOT_TOLD : logStartOffset;
    if (hasRecords) {
      // To the end of the line: under a small byte budget every partition gets its turn.
      this.#partitions.delete(key);
      this.#partitions.set(key, cached);
    }
    return hasRecords || moved || failed || fetched.divergingEpoch !== undefined;
  }

  #keyOf({ topic, topicId, partition }: PartitionName): string {
    return `${this.byTopicId ? topicId : topic}:${partition}`;
  }
}
