import type {
  CoordinatorContext,
  CoordinatorRecord,
  CoordinatorShard,
  Reply,
} from '../coordinator/coordinator-shard.ts';
import type { ErrorName } from '../error-code.ts';
import { NO_PRODUCER_EPOCH, NO_PRODUCER_ID } from '../record/record-batch-header.ts';
import { prepareAddPartitions, verifyPartition } from './add-partitions.ts';
import { needsNextProducerId, prepareEnd } from './end-transaction.ts';
import { prepareFence, producerAfterEnd } from './end-transitions.ts';
import { prepareInit, rotatesProducerId } from './init-producer.ts';
import { TransactionCleanup } from './transaction-cleanup.ts';
import { TransactionCompletion } from './transaction-completion.ts';
import type { TransactionConfig } from './transaction-config.ts';
import { TransactionLogWriter } from './transaction-log-writer.ts';
import type {
  AddPartitionsCommand,
  DescribedTransaction,
  EndTransactionCommand,
  InitProducerCommand,
  ProducerAnswer,
  TransactionalProducer,
  TransactionFilter,
  WriteMarker,
} from './transaction-messages.ts';
import { TransactionMetadata } from './transaction-metadata.ts';
import type { TransactionPartition } from './transaction-partitions.ts';
import { decodeTransactionRecord } from './transaction-records.ts';

/**
 * The transactional ids of one partition of `__transaction_state` (Kafka's TransactionCoordinator and
 * TransactionStateManager). Ids change once the change is stored; markers follow what is stored.
 */
export class TransactionShard implements CoordinatorShard {
  readonly ids = new Map<string, TransactionMetadata>();
  private readonly context: CoordinatorContext;
  private readonly config: TransactionConfig;
  private readonly writer: TransactionLogWriter;
  private readonly completion: TransactionCompletion;
  private readonly cleanup: TransactionCleanup;

  constructor(
    context: CoordinatorContext,
    config: TransactionConfig,
    writeMarker: WriteMarker,
    coordinatorEpoch: () => number,
  ) {
    this.context = context;
    this.config = config;
    this.writer = new TransactionLogWriter(context);
    this.completion = new TransactionCompletion({
      ...{ context, config, writeMarker, coordinatorEpoch },
      writer: this.writer,
    });
    this.cleanup = new TransactionCleanup(context, config, this.ids, (metadata) =>
      this.fence(metadata, undefined, () => {}),
    );
  }

  /** Whether `initProducer` will take a new producer id, as far as is known now. */
  initNeedsProducerId(command: Omit<InitProducerCommand, 'newProducerId'>): boolean {
    const metadata = this.ids.get(command.transactionalId);
    if (metadata === undefined) return true;
    return rotatesProducerId(metadata, command.expected) || metadata.isEpochExhausted;
  }

  /** Kafka's handleInitProducerId for a transactional id. */
  initProducer(command: InitProducerCommand, reply: Reply<ProducerAnswer>): void {
    const { transactionalId, timeoutMs, newProducerId } = command;
    if (timeoutMs <= 0 || timeoutMs > this.config.maxTimeoutMs) {
      reply(refused('INVALID_TRANSACTION_TIMEOUT'));
      return;
    }
    const nowMs = this.context.nowMs();
    let metadata = this.ids.get(transactionalId);
    if (metadata === undefined) {
      if (newProducerId === undefined) {
        reply(refused('CONCURRENT_TRANSACTIONS'));
        return;
      }
      metadata = TransactionMetadata.create(transactionalId, newProducerId, timeoutMs, nowMs);
      this.ids.set(transactionalId, metadata);
    }
    const step = prepareInit(metadata, command, nowMs);
    if (step.kind === 'refuse') {
      reply(refused(step.error));
      return;
    }
    if (step.kind === 'fence') {
      // The client comes again once the transaction of the one before it is aborted.
      this.fence(metadata, newProducerId, (error) =>
        reply(refused(error === 'NONE' ? 'CONCURRENT_TRANSACTIONS' : error)),
      );
      return;
    }
    const { producerId, producerEpoch } = step.values;
    this.writer.store(metadata, step.values, (error) =>
      reply(error === 'NONE' ? { error, producerId, producerEpoch } : refused(error)),
    );
  }

  addPartitions(command: AddPartitionsCommand, reply: Reply<ErrorName>): void {
    const metadata = this.ids.get(command.transactionalId);
    const step = prepareAddPartitions(metadata, command, this.context.nowMs());
    if (typeof step === 'string') reply(step);
    else this.writer.store(metadata as TransactionMetadata, step, reply);
  }

  /** Calls `settled` once no change of the id is on its way, which may be now; the answer cancels it. */
  whenSettled(transactionalId: string, settled: () => void): () => void {
    const metadata = this.ids.get(transactionalId);
    if (metadata !== undefined) return metadata.whenSettled(settled);
    settled();
    return () => undefined;
  }

  verifyPartition(producer: TransactionalProducer, partition: TransactionPartition): ErrorName {
    return verifyPartition(this.ids.get(producer.transactionalId), producer, partition);
  }

  endNeedsProducerId(command: Omit<EndTransactionCommand, 'newProducerId'>): boolean {
    const metadata = this.ids.get(command.transactionalId);
    return metadata !== undefined && needsNextProducerId(metadata, command);
  }

  endTransaction(command: EndTransactionCommand, reply: Reply<ProducerAnswer>): void {
    const metadata = this.ids.get(command.transactionalId);
    const step = prepareEnd(metadata, command, this.context.nowMs());
    if (typeof step === 'string') {
      const { producerId, producerEpoch } = metadata?.values ?? NO_PRODUCER;
      reply(step === 'NONE' ? { error: step, producerId, producerEpoch } : refused(step));
      return;
    }
    this.writer.store(metadata as TransactionMetadata, step, (error) => {
      if (error !== 'NONE') {
        reply(refused(error));
        return;
      }
      // What is prepared will be done, whatever happens: the client need not wait for the markers.
      reply({ error, ...producerAfterEnd(step) });
      this.completion.start(metadata as TransactionMetadata);
    });
  }

  private fence(
    metadata: TransactionMetadata,
    newProducerId: bigint | undefined,
    done: (error: ErrorName) => void,
  ): void {
    const values = prepareFence(metadata, { newProducerId, nowMs: this.context.nowMs() });
    this.writer.store(metadata, values, (error) => {
      if (error === 'NONE') this.completion.start(metadata);
      done(error);
    });
  }

  describe(transactionalId: string): DescribedTransaction | undefined {
    const metadata = this.ids.get(transactionalId);
    if (metadata === undefined || metadata.pendingState === 'Dead') return undefined;
    return { transactionalId, ...metadata.values };
  }

  *list(filter: TransactionFilter): Iterable<DescribedTransaction> {
    const { states, producerIds, longerThanMs, matchesId } = filter;
    const nowMs = this.context.nowMs();
    for (const [transactionalId, { values, pendingState }] of this.ids) {
      if (pendingState === 'Dead') continue;
      if (producerIds.size > 0 && !producerIds.has(values.producerId)) continue;
      if (states.size > 0 && !states.has(values.state)) continue;
      if (longerThanMs >= 0 && nowMs - values.startTimestampMs <= longerThanMs) continue;
      if (matchesId(transactionalId)) yield { transactionalId, ...values };
    }
  }

  replay(record: CoordinatorRecord, phase: 'loading' | 'committed'): void {
    // What this shard stores it applies itself: it knows more than the record has.
    if (phase === 'committed') return;
    const decoded = decodeTransactionRecord(record);
    if (decoded === undefined) return;
    const { transactionalId, values } = decoded;
    if (values === undefined) this.ids.delete(transactionalId);
    else this.ids.set(transactionalId, new TransactionMetadata(transactionalId, values));
  }

  replayEndOfTransaction(): void {
    // The coordinator's own records are outside of any transaction.
  }

  /** What was prepared before the stop is carried out; nobody can tell whose markers are there. */
  loaded(): void {
    for (const metadata of this.ids.values()) {
      const { state } = metadata.values;
      if (state === 'PrepareCommit' || state === 'PrepareAbort') this.completion.start(metadata);
    }
    this.cleanup.start();
  }

  unloaded(): void {
    this.ids.clear();
  }
}

const NO_PRODUCER = { producerId: NO_PRODUCER_ID, producerEpoch: NO_PRODUCER_EPOCH };

function refused(error: ErrorName): ProducerAnswer {
  return { error, ...NO_PRODUCER };
}
