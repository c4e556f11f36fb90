import type { TopicId } from '../../topic-partition.ts';
import type { AssignorMember, PartitionAssignor } from '../assignor/partition-assignor.ts';
import type { ModernGroup } from './modern-group.ts';
import type { ModernGroupMember } from './modern-group-member.ts';
import { isSamePartitions, NO_PARTITIONS, type TopicPartitions } from './topic-partitions.ts';
import type { TopicsImage } from './topics-image.ts';

export interface TargetAssignmentOptions<Member extends ModernGroupMember> {
  readonly group: ModernGroup<Member>;
  readonly assignor: PartitionAssignor;
  readonly image: TopicsImage;
  /** The topics a member reads, and a text that is the same for members that read the same. */
  subscriptionOf(member: Member): { readonly key: string; readonly topics: Iterable<string> };
}

/**
 * A new assignment of a group's partitions: what changes for whom (Kafka's TargetAssignmentBuilder, whose records are the
 * differences too).
 */
export function changedTargetAssignments<Member extends ModernGroupMember>(
  options: TargetAssignmentOptions<Member>,
): Map<string, TopicPartitions> {
  const { group, assignor, image } = options;
  const { subscriptionType } = group;
  const assigned = assignor.assign(
    { subscriptionType, members: assignorMembers(options) },
    (topicId) => image.topicsById.get(topicId)?.partitions.length ?? 0,
  );
  const changed = new Map<string, TopicPartitions>();
  for (const memberId of group.members.keys()) {
    const partitions = assigned.get(memberId) ?? NO_PARTITIONS;
    const old = group.targetAssignments.get(memberId);
    // A member without any has a record as well, which says that it was thought of.
    if (old === undefined || !isSamePartitions(old, partitions)) changed.set(memberId, partitions);
  }
  return changed;
}

function assignorMembers<Member extends ModernGroupMember>({
  group,
  image,
  subscriptionOf,
}: TargetAssignmentOptions<Member>): AssignorMember[] {
  // Ten thousand members that read the same topics share one set of ids.
  const topicIds = new Map<string, ReadonlySet<TopicId>>();
  const members: AssignorMember[] = [];
  for (const member of group.members.values()) {
    const { key, topics } = subscriptionOf(member);
    const subscribedTopicIds = topicIds.get(key) ?? topicIdsOf(topics, image);
    topicIds.set(key, subscribedTopicIds);
    const { memberId, instanceId, rackId } = member;
    const assignment = existing(group.targetAssignmentOf(memberId), image);
    members.push({ memberId, instanceId, rackId, subscribedTopicIds, assignment });
  }
  return members.sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
}

/** In the order of the ids, whatever the order in which the members named the topics. */
function topicIdsOf(topics: Iterable<string>, image: TopicsImage): ReadonlySet<TopicId> {
  const ids: TopicId[] = [];
  for (const name of topics) {
    const topic = image.topicsByName.get(name);
    if (topic !== undefined) ids.push(topic.id);
  }
  return new Set(ids.sort());
}

/** Without topics that were deleted. */
function existing(partitions: TopicPartitions, image: TopicsImage): TopicPartitions {
  let kept: Map<TopicId, readonly number[]> | undefined;
  for (const topicId of partitions.keys()) {
    if (image.topicsById.has(topicId)) continue;
    kept ??= new Map(partitions);
    kept.delete(topicId);
  }
  return kept ?? partitions;
}

/** Whether an assignment may follow the last one by now (KIP-1263); the first one always may. */
export function isAssignmentDue(
  group: Pick<ModernGroup<ModernGroupMember>, 'assignmentTimestampMs'>,
  intervalMs: number,
  nowMs: number,
): boolean {
  const { assignmentTimestampMs } = group;
  return (
    assignmentTimestampMs === 0 || intervalMs === 0 || nowMs >= assignmentTimestampMs + intervalMs
  );
}
