// ElectLeaders, versions 0 to 2.
// KIP-460 (unclean elections and an error for all since 1). Every leader is the preferred one here.
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import { ElectLeadersApi } from '../../../domain/protocol/messages/elect-leaders.ts';
import type { RequestOf } from '../../../domain/protocol/schema.ts';
import type { ReplicaAdmin, TopicPartitionResults } from '../../../ports/replica-admin.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

const UNCLEAN = 1;

export function electLeadersHandler({
  replicas,
}: {
  readonly replicas: Pick<ReplicaAdmin, 'electLeaders'>;
}): RequestHandler {
  return handler(ElectLeadersApi, (request) => {
    const { electionType, topicPartitions } = request;
    const unknownType = electionType < 0 || electionType > UNCLEAN;
    const results = unknownType
      ? refused(topicPartitions ?? [], electionType)
      : replicas.electLeaders(topicPartitions);
    return {
      throttleTimeMs: 0,
      errorCode: unknownType ? ERROR_CODES.INVALID_REQUEST.code : 0,
      replicaElectionResults: results.map(({ topic, results: partitions }) => ({
        topic,
        partitionResult: partitions.map(({ partition, error }) => ({
          partitionId: partition,
          errorCode: error?.code ?? 0,
          errorMessage: error?.message ?? null,
        })),
      })),
    };
  });
}

function refused(
  topics: NonNullable<RequestOf<typeof ElectLeadersApi>['topicPartitions']>,
  electionType: number,
): readonly TopicPartitionResults[] {
  const error = new KafkaError(
    'INVALID_REQUEST',
    `an election is of type 0 (preferred) or 1 (unclean), not ${electionType}`,
  );
  return topics.map(({ topic, partitions }) => ({
    topic,
    results: partitions.map((partition) => ({ partition, error })),
  }));
}
