import type { ErrorName } from '../../../domain/error-code.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import { LinearPattern } from '../../../domain/pattern/linear-pattern.ts';
import { PatternSyntaxError } from '../../../domain/pattern/pattern-syntax.ts';
import { NO_PRODUCER_EPOCH, NO_PRODUCER_ID } from '../../../domain/record/record-batch-header.ts';
import {
  DEFAULT_TRANSACTION_CONFIG,
  type TransactionConfig,
} from '../../../domain/transaction/transaction-config.ts';
import type {
  AddPartitionsCommand,
  DescribedTransaction,
  EndTransactionCommand,
  InitProducerCommand,
  ProducerAnswer,
  TransactionalProducer,
  TransactionMarker,
} from '../../../domain/transaction/transaction-messages.ts';
import type { TransactionPartition } from '../../../domain/transaction/transaction-partitions.ts';
import { TransactionShard } from '../../../domain/transaction/transaction-shard.ts';
import { isTransactionState } from '../../../domain/transaction/transaction-state.ts';
import type { ProducerIds } from '../../../ports/producer-ids.ts';
import type {
  ListTransactionsCommand,
  TransactionCoordinator,
} from '../../../ports/transaction-coordinator.ts';
import type { TransactionMarkers } from '../../../ports/transaction-markers.ts';
import {
  CoordinatorRuntime,
  type CoordinatorRuntimeOptions,
} from '../coordinator/coordinator-runtime.ts';

export type TransactionCoordinatorOptions = Omit<
  CoordinatorRuntimeOptions<TransactionShard>,
  'newShard'
> & {
  readonly producerIds: ProducerIds;
  readonly markers: TransactionMarkers;
  /** Whether the partition exists, led here or not. */
  readonly partitionExists: (partition: TransactionPartition) => boolean;
  readonly config?: Partial<TransactionConfig>;
};

/** Kafka's TransactionCoordinator: checks what needs no state and asks the shard that owns the id. */
export class TransactionCoordinatorService implements TransactionCoordinator {
  readonly #options: TransactionCoordinatorOptions;
  readonly #runtime: CoordinatorRuntime<TransactionShard>;

  constructor(options: TransactionCoordinatorOptions) {
    this.#options = options;
    const unexpected = (error: unknown) =>
      options.logger.error({ err: error }, 'unexpected error at the end of a transaction');
    const config: TransactionConfig = { ...DEFAULT_TRANSACTION_CONFIG, ...options.config };
    this.#runtime = new CoordinatorRuntime({
      ...options,
      newShard: (context, coordinatorEpoch) =>
        new TransactionShard(
          context,
          config,
          (marker, written) => {
            this.#writeMarker(marker).then(written).catch(unexpected);
          },
          coordinatorEpoch,
        ),
    });
  }

  /** Loads the transactions of the partitions that are there, and goes on with what was prepared. */
  open(): Promise<void> {
    return this.#runtime.open();
  }

  close(): Promise<void> {
    return this.#runtime.close();
  }

  async prepare(): Promise<ErrorName> {
    try {
      await this.#runtime.ensure();
      return 'NONE';
    } catch (error) {
      return KafkaError.from(error).errorName;
    }
  }

  async initProducer(command: Omit<InitProducerCommand, 'newProducerId'>): Promise<ProducerAnswer> {
    const { transactionalId } = command;
    if (transactionalId === '') return refused('INVALID_REQUEST');
    try {
      const shard = await this.#runtime.shardOf(transactionalId);
      const newProducerId = await this.#producerIdIf(shard.initNeedsProducerId(command));
      return await this.#runtime.submit<ProducerAnswer>(transactionalId, (owner, reply) =>
        owner.initProducer({ ...command, newProducerId }, reply),
      );
    } catch (error) {
      return refused(KafkaError.from(error).errorName);
    }
  }

  async addPartitions(command: AddPartitionsCommand): Promise<ErrorName> {
    if (command.transactionalId === '') return 'INVALID_REQUEST';
    try {
      return await this.#runtime.submit<ErrorName>(command.transactionalId, (shard, reply) =>
        shard.addPartitions(command, reply),
      );
    } catch (error) {
      return KafkaError.from(error).errorName;
    }
  }

  whenSettled(transactionalId: string, settled: () => void): () => void {
    try {
      return this.#runtime.loadedShardOf(transactionalId).whenSettled(transactionalId, settled);
    } catch {
      // The shard is closed or loads again: whoever asks it next is told so.
      settled();
      return () => undefined;
    }
  }

  verifyPartition(producer: TransactionalProducer, partition: TransactionPartition): ErrorName {
    if (producer.transactionalId === '') return 'INVALID_REQUEST';
    try {
      const shard = this.#runtime.loadedShardOf(producer.transactionalId);
      return shard.verifyPartition(producer, partition);
    } catch (error) {
      return KafkaError.from(error).errorName;
    }
  }

  async endTransaction(
    command: Omit<EndTransactionCommand, 'newProducerId'>,
  ): Promise<ProducerAnswer> {
    const { transactionalId } = command;
    if (transactionalId === '') return refused('INVALID_REQUEST');
    try {
      const shard = await this.#runtime.shardOf(transactionalId);
      const newProducerId = await this.#producerIdIf(shard.endNeedsProducerId(command));
      return await this.#runtime.submit<ProducerAnswer>(transactionalId, (owner, reply) =>
        owner.endTransaction({ ...command, newProducerId }, reply),
      );
    } catch (error) {
      return refused(KafkaError.from(error).errorName);
    }
  }

  describe(transactionalIds: readonly string[]) {
    return Promise.all(transactionalIds.map((id) => this.#describe(id)));
  }

  async #describe(transactionalId: string) {
    if (transactionalId === '') return { transactionalId, error: 'INVALID_REQUEST' as const };
    try {
      const shard = await this.#runtime.shardOf(transactionalId);
      const found = shard.describe(transactionalId);
      if (found === undefined)
        return { transactionalId, error: 'TRANSACTIONAL_ID_NOT_FOUND' as const };
      return { error: 'NONE' as const, ...found };
    } catch (error) {
      return { transactionalId, error: KafkaError.from(error).errorName };
    }
  }

  list(command: ListTransactionsCommand) {
    const unknownStates = command.states.filter((state) => !isTransactionState(state));
    const transactions: DescribedTransaction[] = [];
    const states = new Set(command.states.filter(isTransactionState));
    // States that do not exist let nothing through.
    if (command.states.length > 0 && states.size === 0) {
      return { error: 'NONE' as const, unknownStates, transactions };
    }
    const matchesId = idFilter(command.idPattern);
    if (matchesId === undefined) {
      return { error: 'INVALID_REGULAR_EXPRESSION' as const, unknownStates: [], transactions };
    }
    const filter = {
      states,
      producerIds: new Set(command.producerIds),
      longerThanMs: Number(command.longerThanMs),
      matchesId,
    };
    for (const shard of this.#runtime.shards()) {
      if (shard === undefined) {
        return { error: 'COORDINATOR_LOAD_IN_PROGRESS' as const, unknownStates, transactions: [] };
      }
      transactions.push(...shard.list(filter));
    }
    return { error: 'NONE' as const, unknownStates, transactions };
  }

  async #producerIdIf(isNeeded: boolean): Promise<bigint | undefined> {
    return isNeeded ? this.#options.producerIds.next() : undefined;
  }

  /** What must be tried again: the rest has its marker, or nothing that could take one. */
  async #writeMarker(marker: TransactionMarker): Promise<readonly TransactionPartition[]> {
    const { markers, logger } = this.#options;
    const unwritten: TransactionPartition[] = [];
    for (const { topic, partition, error } of await markers.write(marker)) {
      if (error === 'NONE' || isSettled(error)) continue;
      if (!this.#options.partitionExists({ topic, partition })) continue;
      logger.warn({ topic, partition, error }, 'a transaction marker could not be written');
      unwritten.push({ topic, partition });
    }
    return unwritten;
  }
}

/**
 * The partition has seen this epoch or a later one, and so the marker, which was written before a stop: Kafka too takes
 * these errors for an end.
 */
function isSettled(error: ErrorName): boolean {
  return error === 'INVALID_PRODUCER_EPOCH' || error === 'TRANSACTION_COORDINATOR_FENCED';
}

/** Undefined for a pattern that is none. */
function idFilter(pattern: string | null): ((transactionalId: string) => boolean) | undefined {
  if (pattern === null || pattern === '') return () => true;
  try {
    const parsed = new LinearPattern(pattern);
    return (transactionalId) => parsed.matches(transactionalId);
  } catch (error) {
    if (error instanceof PatternSyntaxError) return undefined;
    throw error;
  }
}

function refused(error: ErrorName): ProducerAnswer {
  return { error, producerId: NO_PRODUCER_ID, producerEpoch: NO_PRODUCER_EPOCH };
}
