// ListTransactions, versions 0 to 2 (KIP-664). 1 filters by how long a transaction runs (KIP-994), 2 by a pattern of the
// transactional id (KIP-1152).
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { ListTransactionsApi } from '../../../domain/protocol/messages/list-transactions.ts';
import type { TransactionCoordinator } from '../../../ports/transaction-coordinator.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function listTransactionsHandler({
  transactions,
}: {
  transactions: Pick<TransactionCoordinator, 'list'>;
}): RequestHandler {
  return handler(ListTransactionsApi, (request) => {
    const listed = transactions.list({
      states: request.stateFilters,
      producerIds: request.producerIdFilters,
      longerThanMs: request.durationFilter,
      idPattern: request.transactionalIdPattern,
    });
    return {
      throttleTimeMs: 0,
      errorCode: ERROR_CODES[listed.error].code,
      unknownStateFilters: [...listed.unknownStates],
      transactionStates: listed.transactions.map(({ transactionalId, producerId, state }) => ({
        transactionalId,
        producerId,
        transactionState: state,
      })),
    };
  });
}
