// EndTxn, versions 0 to 5. 2 tells PRODUCER_FENCED (KIP-588); 5 ends the transaction together with the producer's epoch
// and answers the next one (KIP-890). The answer comes once the end is certain; the markers follow.
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { EndTxnApi } from '../../../domain/protocol/messages/end-txn.ts';
import type { TransactionCoordinator } from '../../../ports/transaction-coordinator.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import { fencedErrorOf } from './fenced-error.ts';

const FENCED_SINCE = 2;
const EPOCH_BUMP_SINCE = 5;

export function endTxnHandler({
  transactions,
}: {
  transactions: Pick<TransactionCoordinator, 'endTransaction'>;
}): RequestHandler {
  return handler(EndTxnApi, async (request, { apiVersion }) => {
    const clientTransactionVersion = apiVersion >= EPOCH_BUMP_SINCE ? 2 : 0;
    const { error, producerId, producerEpoch } = await transactions.endTransaction({
      ...request,
      clientTransactionVersion,
    });
    const errorCode = ERROR_CODES[fencedErrorOf(error, apiVersion >= FENCED_SINCE)].code;
    return { throttleTimeMs: 0, errorCode, producerId, producerEpoch };
  });
}
