// AlterReplicaLogDirs, versions 1 to 2.
// KIP-113. A broker has one log directory: a replica can be moved to where it is.
import { AlterReplicaLogDirsApi } from '../../../domain/protocol/messages/alter-replica-log-dirs.ts';
import type { ReplicaAdmin } from '../../../ports/replica-admin.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function alterReplicaLogDirsHandler({
  replicas,
}: {
  readonly replicas: Pick<ReplicaAdmin, 'moveReplicas'>;
}): RequestHandler {
  return handler(AlterReplicaLogDirsApi, (request) => {
    const moves = request.dirs.map(({ path, topics }) => ({
      path,
      topics: topics.map(({ name, partitions }) => ({ topic: name, partitions })),
    }));
    return {
      throttleTimeMs: 0,
      results: replicas.moveReplicas(moves).map(({ topic, results }) => ({
        topicName: topic,
        partitions: results.map(({ partition, error }) => ({
          partitionIndex: partition,
          errorCode: error?.code ?? 0,
        })),
      })),
    };
  });
}
