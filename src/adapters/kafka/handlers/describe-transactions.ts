// DescribeTransactions, version 0 (KIP-664): where transactional ids stand, in the request's order.
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { DescribeTransactionsApi } from '../../../domain/protocol/messages/describe-transactions.ts';
import type { TransactionCoordinator } from '../../../ports/transaction-coordinator.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

type Described = Awaited<ReturnType<TransactionCoordinator['describe']>>[number];

export function describeTransactionsHandler({
  transactions,
}: {
  transactions: Pick<TransactionCoordinator, 'describe'>;
}): RequestHandler {
  return handler(DescribeTransactionsApi, async ({ transactionalIds }) => ({
    throttleTimeMs: 0,
    transactionStates: (await transactions.describe(transactionalIds)).map(stateOf),
  }));
}

function stateOf(described: Described) {
  const { error, transactionalId } = described;
  const errorCode = ERROR_CODES[error].code;
  if (!('state' in described)) {
    return {
      ...{ errorCode, transactionalId, transactionState: '', transactionTimeoutMs: 0 },
      ...{ transactionStartTimeMs: 0n, producerId: 0n, producerEpoch: 0, topics: [] },
    };
  }
  return {
    errorCode,
    transactionalId,
    transactionState: described.state,
    transactionTimeoutMs: described.timeoutMs,
    transactionStartTimeMs: BigInt(described.startTimestampMs),
    producerId: described.producerId,
    producerEpoch: described.producerEpoch,
    topics: Array.from(described.partitions.byTopic(), ([topic, partitions]) => ({
      topic,
      partitions: [...partitions],
    })),
  };
}
