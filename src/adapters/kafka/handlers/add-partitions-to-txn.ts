// AddPartitionsToTxn, versions 0 to 5. 2 tells PRODUCER_FENCED (KIP-588). 4 and 5 are the brokers' form (KIP-890):
// several transactions at once, and `verifyOnly` asks whether partitions were added. One unknown partition refuses
// all of its transaction.
import { ERROR_CODES, type ErrorName } from '../../../domain/error-code.ts';
import { AddPartitionsToTxnApi } from '../../../domain/protocol/messages/add-partitions-to-txn.ts';
import type { TransactionCoordinator } from '../../../ports/transaction-coordinator.ts';
import type { TransactionPartition } from '../../../ports/transaction-markers.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import { fencedErrorOf } from './fenced-error.ts';

const FENCED_SINCE = 2;
const BATCHED_SINCE = 4;

export interface AddPartitionsToTxnDependencies {
  readonly transactions: Pick<TransactionCoordinator, 'addPartitions' | 'verifyPartition'>;
  readonly partitionExists: (partition: TransactionPartition) => boolean;
}

interface Transaction {
  readonly transactionalId: string;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly verifyOnly: boolean;
  readonly topics: readonly { readonly name: string; readonly partitions: readonly number[] }[];
}

export function addPartitionsToTxnHandler(
  dependencies: AddPartitionsToTxnDependencies,
): RequestHandler {
  return handler(AddPartitionsToTxnApi, async (request, { apiVersion }) => {
    if (apiVersion < BATCHED_SINCE) {
      const results = await resultsOf(dependencies, apiVersion, {
        transactionalId: request.v3AndBelowTransactionalId,
        producerId: request.v3AndBelowProducerId,
        producerEpoch: request.v3AndBelowProducerEpoch,
        verifyOnly: false,
        topics: request.v3AndBelowTopics,
      });
      return { throttleTimeMs: 0, resultsByTopicV3AndBelow: results };
    }
    const resultsByTransaction = await Promise.all(
      request.transactions.map(async (transaction) => ({
        transactionalId: transaction.transactionalId,
        topicResults: await resultsOf(dependencies, apiVersion, transaction),
      })),
    );
    return { throttleTimeMs: 0, errorCode: 0, resultsByTransaction };
  });
}

async function resultsOf(
  dependencies: AddPartitionsToTxnDependencies,
  apiVersion: number,
  transaction: Transaction,
) {
  const errorOf = await errorsOf(dependencies, apiVersion, transaction);
  return transaction.topics.map(({ name, partitions }) => ({
    name,
    resultsByPartition: partitions.map((partition) => ({
      partitionIndex: partition,
      partitionErrorCode: ERROR_CODES[errorOf({ topic: name, partition })].code,
    })),
  }));
}

async function errorsOf(
  { transactions, partitionExists }: AddPartitionsToTxnDependencies,
  apiVersion: number,
  { topics, verifyOnly, transactionalId, producerId, producerEpoch }: Transaction,
): Promise<(partition: TransactionPartition) => ErrorName> {
  const partitions = topics.flatMap(({ name, partitions }) =>
    partitions.map((partition) => ({ topic: name, partition })),
  );
  if (!partitions.every(partitionExists)) {
    return (partition) =>
      partitionExists(partition) ? 'OPERATION_NOT_ATTEMPTED' : 'UNKNOWN_TOPIC_OR_PARTITION';
  }
  const producer = { transactionalId, producerId, producerEpoch };
  if (verifyOnly) {
    return (partition) => transactions.verifyPartition(producer, partition);
  }
  const error = await transactions.addPartitions({
    ...producer,
    partitions,
    clientTransactionVersion: apiVersion >= BATCHED_SINCE ? 2 : 0,
  });
  return () => fencedErrorOf(error, apiVersion >= FENCED_SINCE);
}
