// OffsetDelete, version 0 (KIP-496).
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { OffsetDeleteApi } from '../../../domain/protocol/messages/offset-delete.ts';
import type { GroupCoordinator } from '../../../ports/group-coordinator.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function offsetDeleteHandler({ groups }: { groups: GroupCoordinator }): RequestHandler {
  return handler(OffsetDeleteApi, async (request) => {
    const { error, topics } = await groups.deleteOffsets({
      groupId: request.groupId,
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => partitionIndex),
      })),
    });
    return {
      errorCode: ERROR_CODES[error].code,
      throttleTimeMs: 0,
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map((partition) => ({
          partitionIndex: partition.partition,
          errorCode: ERROR_CODES[partition.error].code,
        })),
      })),
    };
  });
}
