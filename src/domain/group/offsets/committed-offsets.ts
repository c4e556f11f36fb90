import type { TopicPartitionName } from './offset-messages.ts';
import type { CommittedOffset } from './offset-record.ts';
import { type OffsetRow, OffsetRows } from './offset-rows.ts';

/** The offsets of one group in one topic. */
export interface TopicOffsets {
  /** Rows by partition. */
  readonly rows: Map<number, number>;
  /** That of all offsets which say nothing else. */
  topicId: string | undefined;
}

/** What few offsets have; the topic's id where the others of the topic have another. */
type Rare = Pick<CommittedOffset, 'metadata' | 'expireTimestampMs' | 'topicId'>;

/** Committed offsets by group, topic and partition, in little memory. */
export class CommittedOffsets {
  readonly rows = new OffsetRows();
  private readonly groups = new Map<string, Map<string, TopicOffsets>>();
  private readonly rare = new Map<number, Rare>();

  has(groupId: string): boolean {
    return this.groups.has(groupId);
  }

  get(groupId: string, topic: string, partition: number): CommittedOffset | undefined {
    const offsets = this.groups.get(groupId)?.get(topic);
    const row = offsets?.rows.get(partition);
    return row === undefined ? undefined : this.valueOf(offsets as TopicOffsets, row);
  }

  /** When the offset was replayed. */
  orderOf(groupId: string, topic: string, partition: number): number | undefined {
    const row = this.groups.get(groupId)?.get(topic)?.rows.get(partition);
    return row === undefined ? undefined : this.rows.read(row).order;
  }

  set(
    { groupId, topic, partition }: TopicPartitionName & { readonly groupId: string },
    value: CommittedOffset,
    order: number,
  ): void {
    const { metadata, expireTimestampMs, topicId } = value;
    const offsets = this.topicOf(groupId, topic, topicId);
    const row = this.rowOf(offsets, partition);
    this.rows.write(row, { ...value, order });
    if (metadata === '' && expireTimestampMs === undefined && topicId === offsets.topicId) return;
    this.rare.set(row, { metadata, expireTimestampMs, topicId });
  }

  /** The group's offsets in the topic; those of a topic it has none in yet say `topicId`. */
  topicOf(groupId: string, topic: string, topicId: string | undefined): TopicOffsets {
    let topics = this.groups.get(groupId);
    if (topics === undefined) {
      topics = new Map();
      this.groups.set(groupId, topics);
    }
    let offsets = topics.get(topic);
    if (offsets === undefined) {
      offsets = { rows: new Map(), topicId };
      topics.set(topic, offsets);
    }
    return offsets;
  }

  /** The row of a partition, to be written: what few offsets have is taken off it. */
  rowOf(offsets: TopicOffsets, partition: number): number {
    let row = offsets.rows.get(partition);
    if (row === undefined) {
      row = this.rows.add();
      offsets.rows.set(partition, row);
    } else if (this.rare.size > 0) {
      this.rare.delete(row);
    }
    return row;
  }

  delete(groupId: string, topic: string, partition: number): void {
    const topics = this.groups.get(groupId);
    const offsets = topics?.get(topic);
    const row = offsets?.rows.get(partition);
    if (topics === undefined || offsets === undefined || row === undefined) return;
    this.rare.delete(row);
    this.rows.remove(row);
    offsets.rows.delete(partition);
    if (offsets.rows.size === 0) topics.delete(topic);
    if (topics.size === 0) this.groups.delete(groupId);
  }

  *of(groupId: string): Iterable<TopicPartitionName & { value: CommittedOffset }> {
    for (const [topic, offsets] of this.groups.get(groupId) ?? []) {
      for (const [partition, row] of offsets.rows) {
        yield { topic, partition, value: this.valueOf(offsets, row) };
      }
    }
  }

  *partitionsOf(groupId: string): Iterable<TopicPartitionName> {
    for (const [topic, { rows }] of this.groups.get(groupId) ?? []) {
      for (const partition of rows.keys()) yield { topic, partition };
    }
  }

  /** The offsets whose topic's id is known and is none that `isTopic`. Those of a topic are told of together. */
  *lostOf(groupId: string, isTopic: (topicId: string) => boolean): Iterable<TopicPartitionName> {
    const isLost = (topicId: string | undefined) => topicId !== undefined && !isTopic(topicId);
    for (const [topic, offsets] of this.groups.get(groupId) ?? []) {
      const areLost = isLost(offsets.topicId);
      if (!areLost && this.rare.size === 0) continue;
      for (const [partition, row] of offsets.rows) {
        const rare = this.rare.get(row);
        if (rare === undefined ? areLost : isLost(rare.topicId)) yield { topic, partition };
      }
    }
  }

  private valueOf({ topicId }: TopicOffsets, row: number): CommittedOffset {
    const { offset, leaderEpoch, commitTimestampMs }: OffsetRow = this.rows.read(row);
    const rare = this.rare.size === 0 ? undefined : this.rare.get(row);
    const { metadata, expireTimestampMs } = rare ?? NOTHING_RARE;
    return {
      ...{ offset, leaderEpoch, commitTimestampMs, metadata, expireTimestampMs },
      topicId: rare === undefined ? topicId : rare.topicId,
    };
  }
}

const NOTHING_RARE = { metadata: '', expireTimestampMs: undefined };
