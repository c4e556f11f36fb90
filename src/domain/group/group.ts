import type { ErrorName } from '../error-code.ts';
import type { OffsetCommitCommand, TopicPartitionName } from './offsets/offset-messages.ts';
import type { CommittedOffset } from './offsets/offset-record.ts';

/** As ListGroups tells them (KIP-848). */
export type GroupType = 'classic' | 'consumer' | 'share' | 'streams';

export interface ListedGroup {
  readonly groupId: string;
  readonly protocolType: string;
  readonly state: string;
  readonly type: GroupType;
}

/** Who commits, by what it says of itself. */
export type Committer = Pick<
  OffsetCommitCommand,
  'generationId' | 'memberId' | 'groupInstanceId' | 'producer' | 'supportsConsumerGroups'
>;

/** Why the offset of a partition may not be committed, if it may not (Kafka's CommitPartitionValidator). */
export type CommitCheck = (
  partition: TopicPartitionName & { readonly topicId: string | undefined },
) => ErrorName | undefined;

/** From when on an offset ages; undefined while it does not (Kafka's OffsetExpirationCondition). */
export type OffsetAging = (topic: string, committed: CommittedOffset) => number | undefined;

/** What is asked of a group of any kind (Kafka's Group). */
export interface Group {
  readonly groupId: string;
  readonly type: GroupType;
  /** As it is listed. */
  readonly protocolType: string | null;
  readonly state: string;
  /** Whether it has no members, and nobody is about to become one. */
  readonly isEmpty: boolean;
  /** Whether it ended and is only known to who holds it still. */
  readonly isDead: boolean;
  /** Checks who commits at once, and then each partition. */
  commitCheck(committer: Committer): CommitCheck;
  /** Why who reads offsets as a member may not. */
  offsetFetchError(memberId: string | null, memberEpoch: number): ErrorName | undefined;
  /** Undefined when nobody can tell: then all of them count. */
  subscribedTopics(): ReadonlySet<string> | undefined;
  offsetAging(): OffsetAging;
}
