import { ERROR_CODES, type ErrorName } from '../../../domain/error-code.ts';
import type { OffsetCommitApi } from '../../../domain/protocol/messages/offset-commit.ts';
import type { RequestOf, ResponseInput } from '../../../domain/protocol/schema.ts';
import type { CommitOffsetsCommand, PartitionErrors } from '../../../ports/group-coordinator.ts';

/** What OffsetCommit and TxnOffsetCommit have in common. */
type Topics = Pick<
  RequestOf<typeof OffsetCommitApi>['topics'][number],
  'name' | 'topicId' | 'partitions'
>[];

/** The offsets of a request, as a coordinator takes them. */
export function committedTopics(topics: Readonly<Topics>): CommitOffsetsCommand['topics'] {
  return topics.map(({ name, topicId, partitions }) => ({
    name,
    topicId,
    partitions: partitions.map((partition) => ({
      partition: partition.partitionIndex,
      offset: partition.committedOffset,
      leaderEpoch: partition.committedLeaderEpoch,
      metadata: partition.committedMetadata,
    })),
  }));
}

/** The answer to them, by the error as the version knows it. */
export function answeredTopics(
  topics: PartitionErrors,
  known: (error: ErrorName) => ErrorName = (error) => error,
): ResponseInput<typeof OffsetCommitApi>['topics'] {
  return topics.map(({ name, topicId, partitions }) => ({
    name,
    topicId,
    partitions: partitions.map(({ partition, error }) => ({
      partitionIndex: partition,
      errorCode: ERROR_CODES[known(error)].code,
    })),
  }));
}
