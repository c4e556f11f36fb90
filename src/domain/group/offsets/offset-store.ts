import type { ScannedRecord } from '../../record/records-scan.ts';
import { CommittedOffsets } from './committed-offsets.ts';
import { OffsetLoader } from './offset-loader.ts';
import type { TopicPartitionName } from './offset-messages.ts';
import type { CommittedOffset, OffsetRecord } from './offset-record.ts';
import { TransactionalOffsets } from './transactional-offsets.ts';

/** The committed offsets of one shard's groups, by group, topic and partition. */
export class OffsetStore {
  private readonly committed = new CommittedOffsets();
  readonly loader: OffsetLoader;
  private readonly transactional = new TransactionalOffsets();
  /** Commits appended but not yet committed: what is deleted meanwhile must cover them as well. */
  private readonly pending = new Map<string, Set<readonly TopicPartitionName[]>>();
  private order = 0;

  constructor(onLoadedGroup: (groupId: string) => void = () => undefined) {
    this.loader = new OffsetLoader(this.committed, onLoadedGroup);
  }

  /** As `replay`, of a record among the bytes of its batch; false where it was not looked at. */
  load(bytes: Uint8Array, view: DataView, record: ScannedRecord): boolean {
    if (!this.loader.load(bytes, view, record, this.order)) return false;
    this.order++;
    return true;
  }

  /** A tombstone counts at once, whoever wrote it; an offset of a transaction with its end. */
  replay(offset: OffsetRecord, producerId?: bigint): void {
    const { groupId, topic, partition, value } = offset;
    const order = this.order++;
    if (value === undefined) this.delete(groupId, topic, partition);
    else if (producerId === undefined) this.committed.set(offset, value, order);
    else this.transactional.set(producerId, { groupId, topic, partition, value, order });
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

  /** A commit is on its way to the log; `end` is to be told of the same list of partitions. */
  begin(groupId: string, partitions: readonly TopicPartitionName[]): void {
    const commits = this.pending.get(groupId);
    if (commits === undefined) this.pending.set(groupId, new Set([partitions]));
    else commits.add(partitions);
  }

  end(groupId: string, partitions: readonly TopicPartitionName[]): void {
    const commits = this.pending.get(groupId);
    if (commits?.delete(partitions) === true && commits.size === 0) this.pending.delete(groupId);
  }

  /** Whether the offset is about to change. */
  isPending(groupId: string, topic: string, partition: number): boolean {
    for (const commit of this.pending.get(groupId) ?? []) {
      if (commit.some((each) => each.partition === partition && each.topic === topic)) return true;
    }
    return this.isUnstable(groupId, topic, partition);
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
    for (const commit of this.pending.get(groupId) ?? []) {
      for (const { topic, partition } of commit) {
        all.set(`${partition}/${topic}`, { topic, partition });
      }
    }
    return [...all.values()];
  }
}
