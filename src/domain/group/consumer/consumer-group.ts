import type { Timeline } from '../../coordinator/timeline.ts';
import type { ErrorName } from '../../error-code.ts';
import type { TopicId } from '../../topic-partition.ts';
import type { CommitCheck, Committer, Group, OffsetAging } from '../group.ts';
import { ModernGroup, type SubscriptionType } from '../modern/modern-group.ts';
import { isReconciledTo, topicNamesOf } from '../modern/modern-group-member.ts';
import { ClassicMemberCounts } from './classic-member-counts.ts';
import type { ConsumerGroupMember } from './consumer-group-member.ts';
import type { ConsumerGroupState } from './consumer-messages.ts';
import { Counts } from './counts.ts';
import { PartitionHolders } from './partition-holders.ts';
import type { ResolvedRegularExpression } from './resolved-regular-expression.ts';

/** A group of the consumer protocol (KIP-848), Kafka's ConsumerGroup: its state, which only `set…` methods change. */
export class ConsumerGroup extends ModernGroup<ConsumerGroupMember> implements Group {
  readonly type = 'consumer';
  readonly protocolType = 'consumer';
  readonly isDead = false;
  readonly holders = new PartitionHolders();
  readonly classicMembers = new ClassicMemberCounts();
  readonly #staticMembers = new Map<string, string>();
  readonly #regexSubscribers = new Counts<string>();
  readonly #serverAssignors = new Counts<string>();
  readonly #regexes = new Map<string, ResolvedRegularExpression>();
  /** How many regular expressions match each topic. */
  readonly #matched = new Counts<string>();
  #hasPartitionMetadataRecord = false;

  constructor(groupId: string, timeline: Timeline) {
    super(groupId, timeline);
  }

  get state(): ConsumerGroupState {
    if (this.members.size === 0) return 'Empty';
    if (this.groupEpoch > this.assignmentEpoch) return 'Assigning';
    for (const member of this.members.values()) {
      if (!isReconciledTo(member, this.assignmentEpoch)) return 'Reconciling';
    }
    return 'Stable';
  }

  get isEmpty(): boolean {
    return this.members.size === 0;
  }

  protected override memberReplaced(
    old: ConsumerGroupMember | undefined,
    member: ConsumerGroupMember | undefined,
  ): void {
    this.holders.replace(old, member);
    this.classicMembers.replace(old, member);
    this.#regexSubscribers.replace(old?.subscribedTopicRegex, member?.subscribedTopicRegex);
    this.#serverAssignors.replace(old?.serverAssignor, member?.serverAssignor);
    this.#replaceStatic(old, member);
  }

  #replaceStatic(
    old: ConsumerGroupMember | undefined,
    member: ConsumerGroupMember | undefined,
  ): void {
    const [was, is] = [old?.instanceId ?? null, member?.instanceId ?? null];
    // A place that another member took since is no longer this one's to give up.
    if (was !== null && was !== is && this.#staticMembers.get(was) === old?.memberId) {
      this.#staticMembers.delete(was);
    }
    if (is !== null && member !== undefined) this.#staticMembers.set(is, member.memberId);
  }

  staticMember(instanceId: string): ConsumerGroupMember | undefined {
    const memberId = this.#staticMembers.get(instanceId);
    return memberId === undefined ? undefined : this.members.get(memberId);
  }

  /** Whether the log has a record of the group that only Kafka before 4.1 wrote. */
  get hasPartitionMetadataRecord(): boolean {
    return this.#hasPartitionMetadataRecord;
  }

  setPartitionMetadataRecord(isThere: boolean): void {
    const old = this.#hasPartitionMetadataRecord;
    this.timeline.onRevert(() => this.setPartitionMetadataRecord(old));
    this.#hasPartitionMetadataRecord = isThere;
  }

  get regexes(): ReadonlyMap<string, ResolvedRegularExpression> {
    return this.#regexes;
  }

  setRegex(regex: string, resolved: ResolvedRegularExpression | undefined): void {
    const old = this.#regexes.get(regex);
    this.timeline.onRevert(() => this.setRegex(regex, old));
    for (const topic of resolved?.topics ?? []) this.#matched.add(topic, 1);
    for (const topic of old?.topics ?? []) this.#matched.add(topic, -1);
    if (resolved === undefined) this.#regexes.delete(regex);
    else this.#regexes.set(regex, resolved);
  }

  /** The regular expressions that members subscribe to, resolved or not. */
  subscribedRegexes(): Iterable<string> {
    return this.#regexSubscribers.keys();
  }

  regexSubscriberCount(regex: string): number {
    return this.#regexSubscribers.get(regex);
  }

  override *subscribedTopicNames(): Iterable<string> {
    yield* this.subscribers.keys();
    for (const topic of this.#matched.keys()) if (!this.subscribers.has(topic)) yield topic;
  }

  override isSubscribedTo(topic: string): boolean {
    return super.isSubscribedTo(topic) || this.#matched.get(topic) > 0;
  }

  /** All have the same one regular expression, or none has any and all have the same names. */
  override get subscriptionType(): SubscriptionType {
    const regexes = [...this.#regexSubscribers.keys()];
    const [regex] = regexes;
    if (regex === undefined) return super.subscriptionType;
    const isShared = regexes.length === 1 && this.regexSubscriberCount(regex) === this.members.size;
    return isShared && this.subscribers.size === 0 ? 'homogeneous' : 'heterogeneous';
  }

  /** The topics a member reads; one regular expression that is not resolved yet matches none. */
  topicsOf(member: ConsumerGroupMember): readonly string[] {
    const { subscribedTopicNames: names, subscribedTopicRegex: regex } = member;
    const matched = regex === null ? undefined : this.#regexes.get(regex)?.topics;
    if (matched === undefined || matched.length === 0) return names;
    return names.length === 0 ? matched : topicNamesOf([...names, ...matched]);
  }

  isReadBy(member: ConsumerGroupMember, topic: string): boolean {
    const { subscribedTopicNames: names, subscribedTopicRegex: regex } = member;
    if (isIn(names, topic)) return true;
    const matched = regex === null ? undefined : this.#regexes.get(regex)?.topics;
    return matched !== undefined && isIn(matched, topic);
  }

  /** What most members ask for; null when nobody asks for any. */
  get preferredServerAssignor(): string | null {
    return this.#serverAssignors.most();
  }

  /** Whether a partition that the member is to have is still with somebody else. */
  waitsForPartitions(member: ConsumerGroupMember): boolean {
    if (member.state !== 'UNRELEASED_PARTITIONS') return false;
    for (const [topicId, partitions] of this.targetAssignmentOf(member.memberId)) {
      const assigned = member.assigned.get(topicId);
      for (const partition of partitions) {
        const isMissing = assigned?.has(partition) !== true;
        if (isMissing && this.holders.of(topicId, partition) !== undefined) return true;
      }
    }
    return false;
  }

  commitCheck(committer: Committer): CommitCheck {
    const { generationId, memberId, groupInstanceId, producer } = committer;
    // An administrator moves the offsets of a group nobody is in; a producer from before KIP-447 names no member.
    const isAnonymous = memberId === '' && groupInstanceId === null && producer !== undefined;
    if (generationId < 0 && (this.members.size === 0 || isAnonymous)) return () => undefined;
    const member = this.members.get(memberId);
    if (member === undefined) return () => 'UNKNOWN_MEMBER_ID';
    const isClassic = member.classic !== null;
    if (producer === undefined && !isClassic && !committer.supportsConsumerGroups) {
      return () => 'UNSUPPORTED_VERSION';
    }
    if (generationId === member.memberEpoch) return () => undefined;
    const stale: ErrorName = isClassic ? 'ILLEGAL_GENERATION' : 'STALE_MEMBER_EPOCH';
    if (generationId > member.memberEpoch) return () => stale;
    // Of an older epoch, but since the partition became the member's: nobody else can have committed (KIP-1251).
    return ({ topicId, partition }) => {
      const assignedAt =
        topicId === undefined ? undefined : assignmentEpoch(member, topicId, partition);
      return assignedAt !== undefined && generationId >= assignedAt ? undefined : stale;
    };
  }

  offsetFetchError(memberId: string | null, memberEpoch: number): ErrorName | undefined {
    if (memberId === null && memberEpoch < 0) return undefined;
    const member = memberId === null ? undefined : this.members.get(memberId);
    if (member === undefined) return 'UNKNOWN_MEMBER_ID';
    if (member.memberEpoch === memberEpoch) return undefined;
    return member.classic === null ? 'STALE_MEMBER_EPOCH' : 'ILLEGAL_GENERATION';
  }

  subscribedTopics(): ReadonlySet<string> {
    return new Set(this.subscribedTopicNames());
  }

  /** From their commit, when nobody reads the topic. */
  offsetAging(): OffsetAging {
    return (topic, { commitTimestampMs }) =>
      this.isSubscribedTo(topic) ? undefined : Number(commitTimestampMs);
  }
}

function assignmentEpoch(
  { assigned, pendingRevocation }: ConsumerGroupMember,
  topicId: TopicId,
  partition: number,
): number | undefined {
  return assigned.get(topicId)?.get(partition) ?? pendingRevocation.get(topicId)?.get(partition);
}

/** Whether a list in order has the name. */
function isIn(names: readonly string[], wanted: string): boolean {
  let [low, high] = [0, names.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((names[middle] as string) < wanted) low = middle + 1;
    else high = middle;
  }
  return names[low] === wanted;
}
