import type { Timeline } from '../../coordinator/timeline.ts';
import { metadataHash } from './metadata-hash.ts';
import type { ModernGroupMember } from './modern-group-member.ts';
import type { TopicPartitions } from './topic-partitions.ts';
import { NO_PARTITIONS } from './topic-partitions.ts';
import type { TopicsImage } from './topics-image.ts';

export type SubscriptionType = 'homogeneous' | 'heterogeneous';

/** How long a group goes without a look at its topics when nobody tells it of a change: as good as for ever, as in Kafka. */
export const METADATA_REFRESH_INTERVAL_MS = 2_147_483_647;

/**
 * The state of a group whose members are assigned their partitions by the coordinator (Kafka's ModernGroup): what its records
 * say, and what follows from it. Three epochs: the group's rises with whatever calls for another assignment, the
 * assignment's follows when there is one, a member's when it has what it is to have.
 *
 * Every change is made by one of the `set…` methods, which know their opposite: see Timeline.
 */
export abstract class ModernGroup<Member extends ModernGroupMember> {
  readonly groupId: string;
  protected readonly timeline: Timeline;
  readonly #members = new Map<string, Member>();
  readonly #targetAssignment = new Map<string, TopicPartitions>();
  readonly #subscribers = new Map<string, number>();
  /** The first change of a group is to epoch 2, as in Kafka since 4.3. */
  #groupEpoch = 1;
  #metadataHash = 0n;
  #assignmentEpoch = 0;
  #assignmentTimestampMs = 0;
  #metadataRefreshAtMs = 0;

  constructor(groupId: string, timeline: Timeline) {
    this.groupId = groupId;
    this.timeline = timeline;
  }

  get groupEpoch(): number {
    return this.#groupEpoch;
  }

  get metadataHash(): bigint {
    return this.#metadataHash;
  }

  setGroupEpoch(epoch: number, hash: bigint): void {
    const [oldEpoch, oldHash] = [this.#groupEpoch, this.#metadataHash];
    this.timeline.onRevert(() => {
      this.setGroupEpoch(oldEpoch, oldHash);
      this.requestMetadataRefresh();
    });
    this.#groupEpoch = epoch;
    this.#metadataHash = hash;
  }

  get assignmentEpoch(): number {
    return this.#assignmentEpoch;
  }

  /** When the target assignment was made; 0 before the first. */
  get assignmentTimestampMs(): number {
    return this.#assignmentTimestampMs;
  }

  setAssignmentEpoch(epoch: number, timestampMs: number): void {
    const [oldEpoch, oldTimestampMs] = [this.#assignmentEpoch, this.#assignmentTimestampMs];
    this.timeline.onRevert(() => this.setAssignmentEpoch(oldEpoch, oldTimestampMs));
    this.#assignmentEpoch = epoch;
    this.#assignmentTimestampMs = timestampMs;
  }

  get members(): ReadonlyMap<string, Member> {
    return this.#members;
  }

  /** Adds, replaces or removes a member and what follows from it. */
  setMember(memberId: string, member: Member | undefined): void {
    const old = this.#members.get(memberId);
    this.timeline.onRevert(() => this.setMember(memberId, old));
    if (member === undefined) this.#members.delete(memberId);
    else this.#members.set(memberId, member);
    this.#count(old?.subscribedTopicNames, member?.subscribedTopicNames);
    this.memberReplaced(old, member);
  }

  /** Where a kind of group keeps what follows from its members. */
  protected memberReplaced(_old: Member | undefined, _member: Member | undefined): void {}

  #count(old: readonly string[] = [], names: readonly string[] = []): void {
    if (old === names) return;
    for (const name of names) this.#subscribers.set(name, (this.#subscribers.get(name) ?? 0) + 1);
    for (const name of old) {
      const count = (this.#subscribers.get(name) ?? 0) - 1;
      if (count > 0) this.#subscribers.set(name, count);
      else this.#subscribers.delete(name);
    }
  }

  get targetAssignments(): ReadonlyMap<string, TopicPartitions> {
    return this.#targetAssignment;
  }

  /** What the member is to have. */
  targetAssignmentOf(memberId: string): TopicPartitions {
    return this.#targetAssignment.get(memberId) ?? NO_PARTITIONS;
  }

  setTargetAssignment(memberId: string, partitions: TopicPartitions | undefined): void {
    const old = this.#targetAssignment.get(memberId);
    this.timeline.onRevert(() => this.setTargetAssignment(memberId, old));
    if (partitions === undefined) this.#targetAssignment.delete(memberId);
    else this.#targetAssignment.set(memberId, partitions);
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
      if (count !== this.#members.size) return 'heterogeneous';
    }
    return 'homogeneous';
  }

  computeMetadataHash(image: TopicsImage): bigint {
    return metadataHash(this.subscribedTopicNames(), image);
  }

  /** Not in any record: after a start, and after a change that was taken back, the topics are looked at again. */
  setMetadataRefresh(atMs: number): void {
    this.#metadataRefreshAtMs = atMs;
  }

  /** Topics have changed: the next heartbeat looks at them. */
  requestMetadataRefresh(): void {
    this.#metadataRefreshAtMs = 0;
  }

  hasMetadataExpired(nowMs: number): boolean {
    return nowMs >= this.#metadataRefreshAtMs;
  }
}
