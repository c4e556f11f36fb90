// ListPartitionReassignments, version 0.
// KIP-455. With one broker no reassignment goes on for longer than its request.
import { ListPartitionReassignmentsApi } from '../../../domain/protocol/messages/list-partition-reassignments.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function listPartitionReassignmentsHandler(): RequestHandler {
  return handler(ListPartitionReassignmentsApi, () => ({
    ...{ throttleTimeMs: 0, errorCode: 0, errorMessage: null, topics: [] },
  }));
}
