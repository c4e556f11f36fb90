import type { TopicId } from '../../topic-partition.ts';
import type { ConsumerGroupMember } from './consumer-group-member.ts';

/**
 * Which member holds each partition: has it, or has yet to say that it gave it up (Kafka's currentPartitionEpoch, which knows
 * the holder by its epoch). Nobody else may be given it until then.
 */
export class PartitionHolders {
  readonly #holders = new Map<TopicId, Map<number, string>>();

  of(topicId: TopicId, partition: number): string | undefined {
    return this.#holders.get(topicId)?.get(partition);
  }

  replace(old: ConsumerGroupMember | undefined, member: ConsumerGroupMember | undefined): void {
    if (old !== undefined && old.assigned === member?.assigned) {
      if (old.pendingRevocation === member.pendingRevocation) return;
    }
    if (old !== undefined) this.#release(old);
    if (member !== undefined) this.#hold(member);
  }

  #hold({ memberId, assigned, pendingRevocation }: ConsumerGroupMember): void {
    for (const held of [assigned, pendingRevocation]) {
      for (const [topicId, partitions] of held) {
        const holders = this.#holders.get(topicId) ?? new Map<number, string>();
        this.#holders.set(topicId, holders);
        for (const partition of partitions.keys()) holders.set(partition, memberId);
      }
    }
  }

  /** While the log is read, another member may hold by now what the older record says is this one's. */
  #release({ memberId, assigned, pendingRevocation }: ConsumerGroupMember): void {
    for (const held of [assigned, pendingRevocation]) {
      for (const [topicId, partitions] of held) {
        const holders = this.#holders.get(topicId);
        for (const partition of partitions.keys()) {
          if (holders?.get(partition) === memberId) holders.delete(partition);
        }
        if (holders?.size === 0) this.#holders.delete(topicId);
      }
    }
  }
}
