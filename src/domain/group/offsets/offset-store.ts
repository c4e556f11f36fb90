import type { TopicPartitionName } from './offset-messages.ts';
import type { CommittedOffset } from './offset-record.ts';
import { TransactionalOffsets } from './transactional-offsets.ts';

interface StoredOffset {
  readonly value: CommittedOffset;
  readonly order: number;
}

type Offsets = Map<string, Map<number, StoredOffset>>;

/** The committed offsets of one shard's groups, by group, topic and partition. */
export class OffsetStore {
  private readonly committed = new Map<string, Offsets>();
  private readonly transactional = new TransactionalOffsets();
  /** Commits appended but not yet committed: what is deleted meanwhile must cover them as well. */
  private readonly pending = new Map<string, Map<string, number>>();
  private order = 0;

  set(groupId: string, topic: string, partition: number, value: CommittedOffset | undefined): void {
    const order = this.order++;
    if (value === undefined) this.delete(groupId, topic, partition);
    else this.put(groupId, topic, partition, { value, order });
  }

  setInTransaction(
    producerId: bigint,
    at: { readonly groupId: string; readonly topic: string; readonly partition: number },
    value: CommittedOffset,
  ): void {
    const { groupId, topic, partition } = at;
    const order = this.order++;
    this.transactional.set(producerId, { groupId, topic, partition, value, order });
  }

  endTransaction(producerId: bigint, isCommitted: boolean): void {
    const offsets = this.transactional.end(producerId);
    if (!isCommitted) return;
    for (const { groupId, topic, partition, value, order } of offsets) {
      const known = this.committed.get(groupId)?.get(topic)?.get(partition);
      if (known !== undefined && known.order > order) continue;
      this.put(groupId, topic, partition, { value, order });
    }
  }

  private put(groupId: string, topic: string, partition: number, stored: StoredOffset): void {
    const topics: Offsets = getOrInsert(this.committed, groupId);
    getOrInsert(topics, topic).set(partition, stored);
  }

  private delete(groupId: string, topic: string, partition: number): void {
    this.transactional.delete(groupId, topic, partition);
    const topics = this.committed.get(groupId);
    const partitions = topics?.get(topic);
    partitions?.delete(partition);
    if (partitions?.size === 0) topics?.delete(topic);
    if (topics?.size === 0) this.committed.delete(groupId);
  }

  get(groupId: string, topic: string, partition: number): CommittedOffset | undefined {
    return this.committed.get(groupId)?.get(topic)?.get(partition)?.value;
  }

  /** Whether an open transaction is about to change the offset. */
  isUnstable(groupId: string, topic: string, partition: number): boolean {
    return this.transactional.isPending(groupId, topic, partition);
  }

  *of(groupId: string): Iterable<TopicPartitionName & { value: CommittedOffset }> {
    for (const [topic, partitions] of this.committed.get(groupId) ?? []) {
      for (const [partition, { value }] of partitions) yield { topic, partition, value };
    }
  }

  has(groupId: string): boolean {
    if (this.committed.has(groupId) || this.pending.has(groupId)) return true;
    for (const _ of this.transactional.of(groupId)) return true;
    return false;
  }

  begin(groupId: string, partitions: readonly TopicPartitionName[]): void {
    const counts = getOrInsert(this.pending, groupId);
    for (const { topic, partition } of partitions) {
      const key = `${partition}/${topic}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }

  end(groupId: string, partitions: readonly TopicPartitionName[]): void {
    const counts = this.pending.get(groupId);
    if (counts === undefined) return;
    for (const { topic, partition } of partitions) {
      const key = `${partition}/${topic}`;
      const count = (counts.get(key) ?? 0) - 1;
      if (count > 0) counts.set(key, count);
      else counts.delete(key);
    }
    if (counts.size === 0) this.pending.delete(groupId);
  }

  /** Whether the offset is about to change. */
  isPending(groupId: string, topic: string, partition: number): boolean {
    return (
      this.pending.get(groupId)?.has(`${partition}/${topic}`) === true ||
      this.isUnstable(groupId, topic, partition)
    );
  }

  /** Every partition that has an offset or will have one once its commit is stored. */
  partitionsOf(groupId: string): TopicPartitionName[] {
    const all = new Map<string, TopicPartitionName>();
    for (const { topic, partition } of this.of(groupId)) {
      all.set(`${partition}/${topic}`, { topic, partition });
    }
    for (const { topic, partition } of this.transactional.of(groupId)) {
      all.set(`${partition}/${topic}`, { topic, partition });
    }
    for (const key of this.pending.get(groupId)?.keys() ?? []) {
      const slash = key.indexOf('/');
      all.set(key, { topic: key.slice(slash + 1), partition: Number(key.slice(0, slash)) });
    }
    return [...all.values()];
  }
}

function getOrInsert<K, L, V>(outer: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const known = outer.get(key);
  if (known !== undefined) return known;
  const inner = new Map<L, V>();
  outer.set(key, inner);
  return inner;
}
