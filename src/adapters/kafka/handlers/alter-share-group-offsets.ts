// AlterShareGroupOffsets (91), version 0 (KIP-932). The group must be empty; it is made if need be.
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { AlterShareGroupOffsetsApi } from '../../../domain/protocol/messages/alter-share-group-offsets.ts';
import type { ShareGroupCoordinator } from '../../../ports/share-groups.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function alterShareGroupOffsetsHandler(options: {
  readonly shareGroups: Pick<ShareGroupCoordinator, 'alterOffsets'>;
}): RequestHandler {
  return handler(AlterShareGroupOffsetsApi, async ({ groupId, topics }) => {
    const starts = topics.map(({ topicName, partitions }) => ({
      topicName,
      partitions: partitions.map(({ partitionIndex, startOffset }) => ({
        partition: partitionIndex,
        startOffset,
      })),
    }));
    const altered = await options.shareGroups.alterOffsets(groupId, starts);
    return {
      throttleTimeMs: 0,
      errorCode: ERROR_CODES[altered.error].code,
      errorMessage: altered.message,
      responses: altered.topics.map(({ topicName, topicId, partitions }) => ({
        topicName,
        topicId,
        partitions: partitions.map(({ partition, error, message }) => ({
          partitionIndex: partition,
          errorCode: ERROR_CODES[error].code,
          errorMessage: message,
        })),
      })),
    };
  });
}
