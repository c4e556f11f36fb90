import type { CoordinatorContext } from '../coordinator/coordinator-shard.ts';
import type { ErrorName } from '../error-code.ts';
import type { KafkaError } from '../kafka-error.ts';
import type { TransactionMetadata, TransactionValues } from './transaction-metadata.ts';
import { transactionRecord } from './transaction-records.ts';

/** Stores what was prepared, and only then makes it so (Kafka's appendTransactionToLog). */
export class TransactionLogWriter {
  private readonly context: Pick<CoordinatorContext, 'append'>;

  constructor(context: Pick<CoordinatorContext, 'append'>) {
    this.context = context;
  }

  store(
    metadata: TransactionMetadata,
    values: TransactionValues,
    done: (error: ErrorName) => void,
  ): void {
    const record = transactionRecord(metadata.transactionalId, values);
    this.context.append([record], (error) => {
      if (error === undefined) metadata.complete(values);
      else metadata.giveUp();
      done(error === undefined ? 'NONE' : errorForClients(error));
    });
  }
}

const CLIENT_ERRORS: { readonly [error in ErrorName]?: ErrorName } = {
  UNKNOWN_TOPIC_OR_PARTITION: 'COORDINATOR_NOT_AVAILABLE',
  NOT_ENOUGH_REPLICAS: 'COORDINATOR_NOT_AVAILABLE',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 'COORDINATOR_NOT_AVAILABLE',
  REQUEST_TIMED_OUT: 'COORDINATOR_NOT_AVAILABLE',
  NOT_LEADER_OR_FOLLOWER: 'NOT_COORDINATOR',
  KAFKA_STORAGE_ERROR: 'NOT_COORDINATOR',
  MESSAGE_TOO_LARGE: 'UNKNOWN_SERVER_ERROR',
  RECORD_LIST_TOO_LARGE: 'UNKNOWN_SERVER_ERROR',
};

function errorForClients({ errorName }: KafkaError): ErrorName {
  return CLIENT_ERRORS[errorName] ?? errorName;
}
