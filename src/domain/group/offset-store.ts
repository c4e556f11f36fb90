import type { PartitionOffset, TopicPartitionName } from './group-messages.ts';
import type { CommittedOffset } from './group-records.ts';

type Offsets = Map<string, Map<number, CommittedOffset>>;

/** The committed offsets of one shard's groups, by group, topic and partition. */
export class OffsetStore {
  private readonly committed = new Map<string, Offsets>();
  /** Commits appended but not yet committed: what is deleted meanwhile must cover them as well. */
  private readonly pending = new Map<string, Map<string, number>>();

  set(groupId: string, topic: string, partition: number, value: CommittedOffset | undefined): void {
    if (value === undefined) {
      this.delete(groupId, topic, partition);
      return;
    }
    const topics: Offsets = getOrInsert(this.committed, groupId);
    getOrInsert(topics, topic).set(partition, value);
  }

  private delete(groupId: string, topic: string, partition: number): void {
    const topics = this.committed.get(groupId);
    const partitions = topics?.get(topic);
    partitions?.delete(partition);
    if (partitions?.size === 0) topics?.delete(topic);
    if (topics?.size === 0) this.committed.delete(groupId);
  }

  get(groupId: string, topic: string, partition: number): CommittedOffset | undefined {
    return this.committed.get(groupId)?.get(topic)?.get(partition);
  }

  *of(groupId: string): Iterable<TopicPartitionName & { value: CommittedOffset }> {
    for (const [topic, partitions] of this.committed.get(groupId) ?? []) {
      for (const [partition, value] of partitions) yield { topic, partition, value };
    }
  }

  has(groupId: string): boolean {
    return this.committed.has(groupId) || this.pending.has(groupId);
  }

  fetchAll(groupId: string): PartitionOffset[] {
    return [...this.of(groupId)].map(({ topic, partition, value }) => ({
      topic,
      partition,
      offset: value.offset,
      leaderEpoch: value.leaderEpoch,
      metadata: value.metadata,
      topicId: value.topicId,
    }));
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

  isPending(groupId: string, topic: string, partition: number): boolean {
    return this.pending.get(groupId)?.has(`${partition}/${topic}`) ?? false;
  }

  /** Every partition that has an offset or will have one once its commit is stored. */
  partitionsOf(groupId: string): TopicPartitionName[] {
    const all = [...this.of(groupId)].map(({ topic, partition }) => ({ topic, partition }));
    for (const key of this.pending.get(groupId)?.keys() ?? []) {
      const slash = key.indexOf('/');
      const [partition, topic] = [Number(key.slice(0, slash)), key.slice(slash + 1)];
      if (this.get(groupId, topic, partition) === undefined) all.push({ topic, partition });
    }
    return all;
  }
}

function getOrInsert<K, L, V>(outer: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const known = outer.get(key);
  if (known !== undefined) return known;
  const inner = new Map<L, V>();
  outer.set(key, inner);
  return inner;
}
