import { KafkaError } from '../../kafka-error.ts';
import { assignorNamed } from '../assignor/assignors.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import { METADATA_REFRESH_INTERVAL_MS } from '../modern/assigned-group.ts';
import { isReconciledTo, isSameList } from '../modern/modern-group-member.ts';
import { changedTargetAssignments, isAssignmentDue } from '../modern/target-assignment.ts';
import type { TopicPartitions } from '../modern/topic-partitions.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { Put } from './consumer-group-log.ts';
import {
  type ConsumerGroupMember,
  isSameCurrent,
  isSameSubscription,
} from './consumer-group-member.ts';
import { currentOf, subscriptionOf } from './consumer-members.ts';
import { nextAssignment } from './current-assignment.ts';

/**
 * The steps of a rebalance, each of which goes from what the group is and puts in what it changes. In Kafka's
 * GroupMetadataManager they are methods of the same names.
 */
export class ConsumerRebalance {
  readonly #o: GroupEnvironment;

  constructor(environment: GroupEnvironment) {
    this.#o = environment;
  }

  /** Whether the names of topics it reads are others than before. */
  updateMember(
    before: ConsumerGroupMember | undefined,
    member: ConsumerGroupMember,
    groupId: string,
    put: Put,
  ): boolean {
    if (before !== undefined && isSameSubscription(before, member)) return false;
    const { memberId } = member;
    put({ kind: 'member', groupId, memberId, value: subscriptionOf(member) });
    return !isSameList(before?.subscribedTopicNames ?? [], member.subscribedTopicNames);
  }

  /** The group's epoch rises when it has to, or when its topics are others than it knows. */
  updateSubscriptionMetadata(group: ConsumerGroup, mustBump: boolean, put: Put): void {
    const { context, image } = this.#o;
    const { groupId } = group;
    const hash = group.computeMetadataHash(image());
    if (mustBump || hash !== group.metadataHash) this.bumpGroupEpoch(group, put, hash);
    group.setMetadataRefresh(context.nowMs() + METADATA_REFRESH_INTERVAL_MS);
    if (group.hasPartitionMetadataRecord) {
      put({ kind: 'partitionMetadata', groupId, value: undefined });
    }
  }

  bumpGroupEpoch(
    group: ConsumerGroup,
    put: Put,
    hash = group.computeMetadataHash(this.#o.image()),
  ): void {
    const value = { epoch: group.groupEpoch + 1, metadataHash: hash };
    put({ kind: 'group', groupId: group.groupId, value });
  }

  /** Assigns anew when the group's epoch has risen, though not more often than the interval allows (KIP-1263). */
  updateTargetAssignment(group: ConsumerGroup, put: Put): void {
    const { context, image } = this.#o;
    const { groupId, groupEpoch } = group;
    if (group.assignmentEpoch >= groupEpoch) return;
    const { assignmentIntervalMs } = this.#o.timings('consumer', groupId);
    if (!isAssignmentDue(group, assignmentIntervalMs, context.nowMs())) return;
    const changed = changedTargetAssignments({
      group,
      assignor: assignorNamed(this.preferredAssignor(group)),
      image: image(),
      subscriptionOf: (member) => ({
        key: `${member.subscribedTopicRegex ?? ''}\0${member.subscribedTopicNames.join('\0')}`,
        topics: group.topicsOf(member),
      }),
    });
    for (const [memberId, value] of changed) put({ kind: 'target', groupId, memberId, value });
    const value = { epoch: groupEpoch, timestampMs: context.nowMs() };
    put({ kind: 'targetMetadata', groupId, value });
  }

  preferredAssignor(group: ConsumerGroup | undefined): string {
    return group?.preferredServerAssignor ?? (this.#o.config.consumer.assignors[0] as string);
  }

  /** Takes the member a step on. Throws FENCED_MEMBER_EPOCH when it has to start anew. */
  reconcile(
    group: ConsumerGroup,
    memberId: string,
    o: { readonly hasSubscriptionChanged: boolean; readonly owned: TopicPartitions | null },
    put: Put,
  ): ConsumerGroupMember {
    const member = group.members.get(memberId) as ConsumerGroupMember;
    if (!o.hasSubscriptionChanged && isReconciledTo(member, group.assignmentEpoch)) return member;
    const next = nextAssignment(member, { group, image: this.#o.image(), ...o });
    if (next === undefined) {
      throw new KafkaError(
        'FENCED_MEMBER_EPOCH',
        'A newer broker left the member in a state that this one does not know; it has to give up its partitions and join again.',
      );
    }
    if (isSameCurrent(member, next)) return member;
    put({ kind: 'current', groupId: group.groupId, memberId, value: currentOf(next) });
    return group.members.get(memberId) as ConsumerGroupMember;
  }
}
