// AddOffsetsToTxn, versions 0 to 4. 2 tells PRODUCER_FENCED (KIP-588), 4 belongs to KIP-890. The partition that is added
// is that of the group in __consumer_offsets.
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { AddOffsetsToTxnApi } from '../../../domain/protocol/messages/add-offsets-to-txn.ts';
import type { TransactionalOffsets } from '../../../ports/transaction-coordinator.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import { fencedErrorOf } from './fenced-error.ts';

const FENCED_SINCE = 2;

export function addOffsetsToTxnHandler({
  transactionalOffsets,
}: {
  transactionalOffsets: Pick<TransactionalOffsets, 'addGroup'>;
}): RequestHandler {
  return handler(AddOffsetsToTxnApi, async (request, { apiVersion }) => {
    const error = await transactionalOffsets.addGroup(request, request.groupId);
    const errorCode = ERROR_CODES[fencedErrorOf(error, apiVersion >= FENCED_SINCE)].code;
    return { throttleTimeMs: 0, errorCode };
  });
}
