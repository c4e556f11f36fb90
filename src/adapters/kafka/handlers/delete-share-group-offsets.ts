// DeleteShareGroupOffsets (92), version 0 (KIP-932). The group must be empty.
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { DeleteShareGroupOffsetsApi } from '../../../domain/protocol/messages/delete-share-group-offsets.ts';
import type { ShareGroupCoordinator } from '../../../ports/share-groups.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function deleteShareGroupOffsetsHandler(options: {
  readonly shareGroups: Pick<ShareGroupCoordinator, 'deleteOffsets'>;
}): RequestHandler {
  return handler(DeleteShareGroupOffsetsApi, async ({ groupId, topics }) => {
    const names = topics.map(({ topicName }) => topicName);
    const deleted = await options.shareGroups.deleteOffsets(groupId, names);
    return {
      throttleTimeMs: 0,
      errorCode: ERROR_CODES[deleted.error].code,
      errorMessage: deleted.message,
      responses: deleted.topics.map(({ topicName, topicId, error, message }) => ({
        ...{ topicName, topicId, errorCode: ERROR_CODES[error].code, errorMessage: message },
      })),
    };
  });
}
