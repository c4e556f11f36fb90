// AlterPartitionReassignments, versions 0 to 1.
// KIP-455, KIP-860 (whether the replication factor may change since 1: with one broker it never does).
import { AlterPartitionReassignmentsApi } from '../../../domain/protocol/messages/alter-partition-reassignments.ts';
import type { ReplicaAdmin } from '../../../ports/replica-admin.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function alterPartitionReassignmentsHandler({
  replicas,
}: {
  readonly replicas: Pick<ReplicaAdmin, 'reassign'>;
}): RequestHandler {
  return handler(AlterPartitionReassignmentsApi, (request) => {
    const { allowReplicationFactorChange } = request;
    const results = replicas.reassign(
      request.topics.map(({ name, partitions }) => ({
        topic: name,
        partitions: partitions.map(({ partitionIndex, replicas: wanted }) => ({
          partition: partitionIndex,
          replicas: wanted,
        })),
      })),
    );
    return {
      ...{ throttleTimeMs: 0, allowReplicationFactorChange, errorCode: 0 },
      // Kafka tells no text with topics, and an empty one without any.
      errorMessage: results.length === 0 ? '' : null,
      responses: results.map(({ topic, results: partitions }) => ({
        name: topic,
        partitions: partitions.map(({ partition, error }) => ({
          partitionIndex: partition,
          errorCode: error?.code ?? 0,
          errorMessage:
            error === undefined || error.message === error.errorName ? null : error.message,
        })),
      })),
    };
  });
}
