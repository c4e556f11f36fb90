// DeleteRecords (21), versions 0-2 (KIP-107).
// - Offset -1 stands for the high watermark. A topic that is only compacted answers POLICY_VIOLATION.
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { DeleteRecordsApi } from '../../../domain/protocol/messages/delete-records.ts';
import type { DeleteRecords } from '../../../ports/delete-records.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function deleteRecordsHandler(dependencies: {
  deleteRecords: DeleteRecords;
}): RequestHandler {
  const { deleteRecords } = dependencies;
  return handler(DeleteRecordsApi, async (request) => {
    const topics = [];
    for (const { name, partitions } of request.topics) {
      const deleted = [];
      for (const { partitionIndex, offset } of partitions) {
        const target = { topic: name, partition: partitionIndex, beforeOffset: offset };
        const { error, lowWatermark } = await deleteRecords.deleteRecords(target);
        deleted.push({ partitionIndex, lowWatermark, errorCode: ERROR_CODES[error].code });
      }
      topics.push({ name, partitions: deleted });
    }
    return { throttleTimeMs: 0, topics };
  });
}
