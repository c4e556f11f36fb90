import type { TopicPartitionName } from './offset-messages.ts';
import type { CommittedOffset } from './offset-record.ts';

export interface TransactionalOffset extends TopicPartitionName {
  readonly groupId: string;
  readonly value: CommittedOffset;
  /** When it was replayed, among all offsets: a later commit outside of the transaction wins. */
  readonly order: number;
}

/**
 * Offsets committed by transactions that have not ended (Kafka's OffsetMetadataManager keeps them
 * apart in the same way): nobody sees them before the marker, but who wants stable offsets must know
 * of them (KIP-447).
 */
export class TransactionalOffsets {
  private readonly byProducer = new Map<bigint, Map<string, TransactionalOffset>>();

  set(producerId: bigint, offset: TransactionalOffset): void {
    const known = this.byProducer.get(producerId);
    const offsets = known ?? new Map<string, TransactionalOffset>();
    if (known === undefined) this.byProducer.set(producerId, offsets);
    offsets.set(keyOf(offset.groupId, offset.topic, offset.partition), offset);
  }

  /** Takes out what the producer's transaction committed. */
  end(producerId: bigint): Iterable<TransactionalOffset> {
    const offsets = this.byProducer.get(producerId)?.values() ?? [];
    this.byProducer.delete(producerId);
    return offsets;
  }

  isPending(groupId: string, topic: string, partition: number): boolean {
    if (this.byProducer.size === 0) return false;
    const key = keyOf(groupId, topic, partition);
    for (const offsets of this.byProducer.values()) if (offsets.has(key)) return true;
    return false;
  }

  *of(groupId: string): Iterable<TopicPartitionName> {
    for (const offsets of this.byProducer.values()) {
      for (const offset of offsets.values()) {
        if (offset.groupId === groupId) yield offset;
      }
    }
  }

  /** A tombstone takes the offsets of open transactions with it. */
  delete(groupId: string, topic: string, partition: number): void {
    const key = keyOf(groupId, topic, partition);
    for (const [producerId, offsets] of this.byProducer) {
      offsets.delete(key);
      if (offsets.size === 0) this.byProducer.delete(producerId);
    }
  }
}

function keyOf(groupId: string, topic: string, partition: number): string {
  return `${partition}/${topic}/${groupId}`;
}
