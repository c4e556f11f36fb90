import type { ErrorName } from '../domain/error-code.ts';
import type {
  DescribedShareGroup,
  ShareHeartbeatAnswer,
  ShareHeartbeatCommand,
} from '../domain/group/share/share-messages.ts';
import type { Offset, TopicId } from '../domain/topic-partition.ts';

/** Way in: share groups (KIP-932), their members and where they are in partitions. Nothing rejects. */
export interface ShareGroupCoordinator {
  heartbeat(command: ShareHeartbeatCommand): Promise<ShareHeartbeatAnswer>;
  describe(groupIds: readonly string[]): Promise<readonly DescribedShareGroup[]>;
  /** Of the partitions named, or of all that the group has a state of. */
  describeOffsets(
    groupId: string,
    topics: readonly ShareTopicName[] | undefined,
  ): Promise<DescribedShareOffsets>;
  /** Sets where an empty group starts. */
  alterOffsets(groupId: string, topics: readonly ShareTopicStarts[]): Promise<AlteredShareOffsets>;
  /** An empty group forgets topics. */
  deleteOffsets(groupId: string, topics: readonly string[]): Promise<DeletedShareOffsets>;
  /** Deletes groups of any kind; of a share group also what the share coordinator keeps. */
  deleteGroups(
    groupIds: readonly string[],
  ): Promise<readonly { readonly groupId: string; readonly error: ErrorName }[]>;
}

export interface ShareTopicName {
  readonly topicName: string;
  readonly partitions: readonly number[];
}

export interface ShareTopicStarts {
  readonly topicName: string;
  readonly partitions: readonly { readonly partition: number; readonly startOffset: Offset }[];
}

export interface Told {
  readonly error: ErrorName;
  readonly message: string | null;
}

export interface DescribedShareOffsets extends Told {
  readonly topics: readonly {
    readonly topicName: string;
    readonly topicId: TopicId;
    readonly partitions: readonly DescribedSharePartition[];
  }[];
}

export interface DescribedSharePartition extends Told {
  readonly partition: number;
  /** -1 where no member has read yet. */
  readonly startOffset: Offset;
  readonly leaderEpoch: number;
  /** Records the group is not done with; -1 where it cannot be told. */
  readonly lag: Offset;
}

export interface AlteredShareOffsets extends Told {
  readonly topics: readonly {
    readonly topicName: string;
    readonly topicId: TopicId;
    readonly partitions: readonly (Told & { readonly partition: number })[];
  }[];
}

export interface DeletedShareOffsets extends Told {
  readonly topics: readonly (Told & { readonly topicName: string; readonly topicId: TopicId })[];
}
