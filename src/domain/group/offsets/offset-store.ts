import type { ScannedRecord } from '../../record/records-scan.ts';
import { CommittedOffsets } from './committed-offsets.ts';
import { OffsetLoader } from './offset-loader.ts';
import type { TopicPartitionName } from './offset-messages.ts';
import type { CommittedOffset } from './offset-record.ts';
import { TransactionalOffsets } from './transactional-offsets.ts';

/** The committed offsets of one shard's groups, by group, topic and partition. */
export class OffsetStore {
  private readonly committed = new CommittedOffsets();
  readonly loader: OffsetLoader;
  private readonly transactional = new TransactionalOffsets();
  /** Commits appended but not yet committed: what is deleted meanwhile must cover them as well. */
  private readonly pending = new Map<string, Map<string, number>>();
  private order = 0;

  constructor(onLoadedGroup: (groupId: string) => void = () => undefined) {
    this.loader = new OffsetLoader(this.committed, onLoadedGroup);
  }

  /** As `set`, of a record among the bytes of its batch; false where it was not looked at. */
  load(bytes: Uint8Array, view: DataView, record: ScannedRecord): boolean {
    if (!this.loader.load(bytes, view, record, this.order)) return false;
    this.order++;
    return true;
  }

  set(groupId: string, topic: string, partition: number, value: CommittedOffset | undefined): void {
    const order = this.order++;
    if (value === undefined) this.delete(groupId, topic, partition);
    else this.committed.set({ groupId, topic, partition }, value, order);
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
      const known = this.committed.orderOf(groupId, topic, partition);
      if (known !== undefined && known > order) continue;
      this.committed.set({ groupId, topic, partition }, value, order);
    }
  }

  private delete(groupId: string, topic: string, partition: number): void {
    this.transactional.delete(groupId, topic, partition);
    this.committed.delete(groupId, topic, partition);
  }

  get(groupId: string, topic: string, partition: number): CommittedOffset | undefined {
    return this.committed.get(groupId, topic, partition);
  }

  /** Whether an open transaction is about to change the offset. */
  isUnstable(groupId: string, topic: string, partition: number): boolean {
    return this.transactional.isPending(groupId, topic, partition);
  }

  of(groupId: string): Iterable<TopicPartitionName & { value: CommittedOffset }> {
    return this.committed.of(groupId);
  }

  /** The offsets of topics that are gone. */
  lostOf(groupId: string, isTopic: (topicId: string) => boolean): Iterable<TopicPartitionName> {
    return this.committed.lostOf(groupId, isTopic);
  }

  has(groupId: string): boolean {
    if (this.committed.has(groupId) || this.pending.has(groupId)) return true;
    for (const _ of this.transactional.of(groupId)) return true;
    return false;
  }

  begin(groupId: string, partitions: readonly TopicPartitionName[]): void {
    const counts = this.pending.get(groupId) ?? new Map<string, number>();
    this.pending.set(groupId, counts);
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
    for (const { topic, partition } of this.committed.partitionsOf(groupId)) {
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
