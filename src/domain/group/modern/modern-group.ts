import { AssignedGroup } from './assigned-group.ts';
import { metadataHash } from './metadata-hash.ts';
import type { ModernGroupMember } from './modern-group-member.ts';
import type { TopicPartitions } from './topic-partitions.ts';
import { NO_PARTITIONS } from './topic-partitions.ts';
import type { TopicsImage } from './topics-image.ts';

export type SubscriptionType = 'homogeneous' | 'heterogeneous';

/** A group whose members subscribe to topics and are assigned their partitions by the coordinator (Kafka's ModernGroup). */
export abstract class ModernGroup<Member extends ModernGroupMember> extends AssignedGroup<
  Member,
  TopicPartitions
> {
  readonly #subscribers = new Map<string, number>();

  override setMember(memberId: string, member: Member | undefined): void {
    const old = this.members.get(memberId);
    this.#count(old?.subscribedTopicNames, member?.subscribedTopicNames);
    super.setMember(memberId, member);
  }

  #count(old: readonly string[] = [], names: readonly string[] = []): void {
    if (old === names) return;
    for (const name of names) this.#subscribers.set(name, (this.#subscribers.get(name) ?? 0) + 1);
    for (const name of old) {
      const count = (this.#subscribers.get(name) ?? 0) - 1;
      if (count > 0) this.#subscribers.set(name, count);
      else this.#subscribers.delete(name);
    }
  }

  /** What the member is to have. */
  targetAssignmentOf(memberId: string): TopicPartitions {
    return this.targetAssignments.get(memberId) ?? NO_PARTITIONS;
  }

  /** By name alone; how many members each topic has. */
  protected get subscribers(): ReadonlyMap<string, number> {
    return this.#subscribers;
  }

  /** The names of the topics that the group reads, whether they exist or not. */
  subscribedTopicNames(): Iterable<string> {
    return this.#subscribers.keys();
  }

  isSubscribedTo(topic: string): boolean {
    return this.#subscribers.has(topic);
  }

  /** Whether all members read the same topics: then they are assigned with less work. */
  get subscriptionType(): SubscriptionType {
    for (const count of this.#subscribers.values()) {
      if (count !== this.members.size) return 'heterogeneous';
    }
    return 'homogeneous';
  }

  computeMetadataHash(image: TopicsImage): bigint {
    return metadataHash(this.subscribedTopicNames(), image);
  }
}
