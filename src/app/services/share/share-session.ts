import type { ShareTopicPartition } from '../../../ports/share-consume.ts';

/** The epoch after the last one is 1 again: 0 and -1 have meanings of their own. */
const EPOCH_MAX = 0x7fffffff;

interface CachedPartition extends ShareTopicPartition {
  /** An error was told last, so that its end is news too. */
  toldError: boolean;
  /** Added by a later request, so that it has to be answered once even if it has no news. */
  isNew: boolean;
}

/** The partitions a member reads (Kafka's ShareSession). Its records are released when the session ends. */
export class ShareSession {
  readonly groupId: string;
  readonly memberId: string;
  epoch = 1;
  readonly #partitions = new Map<string, CachedPartition>();
  readonly #signal: AbortSignal | undefined;
  readonly #onDisconnect: () => void;

  constructor(
    member: { readonly groupId: string; readonly memberId: string },
    signal: AbortSignal | undefined,
    onDisconnect: (session: ShareSession) => void,
  ) {
    this.groupId = member.groupId;
    this.memberId = member.memberId;
    this.#signal = signal;
    this.#onDisconnect = () => onDisconnect(this);
    signal?.addEventListener('abort', this.#onDisconnect, { once: true });
  }

  get size(): number {
    return this.#partitions.size;
  }

  nextEpoch(): void {
    this.epoch = this.epoch >= EPOCH_MAX ? 1 : this.epoch + 1;
  }

  add(partitions: readonly ShareTopicPartition[], isFirst: boolean): void {
    for (const { topicId, partition } of partitions) {
      const key = keyOf(topicId, partition);
      if (this.#partitions.has(key)) continue;
      this.#partitions.set(key, { topicId, partition, toldError: false, isNew: !isFirst });
    }
  }

  forget(partitions: readonly ShareTopicPartition[]): void {
    for (const { topicId, partition } of partitions) {
      this.#partitions.delete(keyOf(topicId, partition));
    }
  }

  /** In turns, so that under a small budget every partition is first once (Kafka's PartitionRotateStrategy). */
  partitions(rotation: number): readonly ShareTopicPartition[] {
    const partitions = [...this.#partitions.values()];
    const at = rotation < 1 ? 0 : rotation % Math.max(partitions.length, 1);
    return [...partitions.slice(at), ...partitions.slice(0, at)];
  }

  /** Whether an answer has to tell of the partition. */
  isNews(
    told: ShareTopicPartition & { readonly failed: boolean; readonly empty: boolean },
  ): boolean {
    const cached = this.#partitions.get(keyOf(told.topicId, told.partition));
    if (cached === undefined) return true;
    const isNews = !told.empty || told.failed || cached.isNew || cached.toldError;
    cached.isNew = false;
    cached.toldError = told.failed;
    return isNews;
  }

  /** Stops watching the connection. */
  close(): void {
    this.#signal?.removeEventListener('abort', this.#onDisconnect);
  }
}

function keyOf(topicId: string, partition: number): string {
  return `${topicId}:${partition}`;
}
