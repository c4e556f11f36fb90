import type { ErrorName } from '../../../domain/error-code.ts';
import {
  isTransactional,
  RECORD_BATCH_OVERHEAD,
  readAttributes,
  readProducerEpoch,
  readProducerId,
  viewOf,
} from '../../../domain/record/record-batch-header.ts';
import { produceVerificationError } from '../../../domain/transaction/transaction-support.ts';
import type { ProduceCommand } from '../../../ports/produce.ts';
import type { TransactionPartition } from '../../../ports/transaction-markers.ts';
import type { PartitionFinder } from '../partition/partition-finder.ts';
import type { TransactionAdmission } from '../transaction/transaction-admission.ts';

/** Why partitions are refused, by `refusalKey`. */
export type Refusals = ReadonlyMap<string, ErrorName>;

export const NO_REFUSALS: Refusals = new Map();

export function refusalKey(topic: string, partition: number): string {
  return `${partition}/${topic}`;
}

/** Partitions in which a producer has no open transaction yet. */
interface Strangers {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly isMixed: boolean;
  readonly partitions: readonly TransactionPartition[];
}

/**
 * Keeps records out of the logs that belong to no open transaction (KIP-890). While partitions are added for a producer
 * its later requests wait, for its batches have to be appended in order.
 */
export class TransactionalProduce {
  readonly #finder: PartitionFinder;
  readonly #admission: TransactionAdmission;
  readonly #adding = new Map<string, Promise<void>>();

  constructor(finder: PartitionFinder, admission: TransactionAdmission) {
    this.#finder = finder;
    this.#admission = admission;
  }

  /** Calls `append` at once where nothing must be waited for, so that batches keep their order. */
  admit<Result>(
    command: ProduceCommand & { readonly transactionalId: string },
    append: (refusals: Refusals) => Result | Promise<Result>,
  ): Result | Promise<Result> {
    const { transactionalId, transactionSupport = 'classic' } = command;
    const before = this.#adding.get(transactionalId);
    if (before !== undefined) return before.then(() => this.admit(command, append));
    const strangers = this.#strangersOf(command);
    if (strangers === undefined) return append(NO_REFUSALS);
    const { producerId, producerEpoch, partitions } = strangers;
    const producer = { transactionalId, producerId, producerEpoch };
    const refusals = new Map<string, ErrorName>();
    const refuse = ({ topic, partition }: TransactionPartition, error: ErrorName) => {
      if (error === 'NONE') return;
      const told = produceVerificationError(error, transactionSupport);
      refusals.set(refusalKey(topic, partition), told);
    };
    if (strangers.isMixed || transactionSupport !== 'adds-partitions') {
      for (const partition of partitions) {
        const error = strangers.isMixed
          ? 'INVALID_PRODUCER_ID_MAPPING'
          : this.#admission.verify(producer, partition);
        refuse(partition, error);
      }
      return append(refusals);
    }
    return this.#inTurn(transactionalId, async () => {
      const error = await this.#admission.add(producer, partitions);
      for (const partition of partitions) refuse(partition, error);
      return () => append(refusals);
    });
  }

  /** Whoever comes meanwhile starts right after `append` has. */
  #inTurn<Result>(
    transactionalId: string,
    prepare: () => Promise<() => Result | Promise<Result>>,
  ): Promise<Result> {
    let started: () => void = () => {};
    const turn = new Promise<void>((resolve) => {
      started = resolve;
    });
    this.#adding.set(transactionalId, turn);
    return prepare().then((append) => {
      this.#adding.delete(transactionalId);
      try {
        return append();
      } finally {
        started();
      }
    });
  }

  #strangersOf(command: ProduceCommand): Strangers | undefined {
    let producer: { producerId: bigint; producerEpoch: number } | undefined;
    let isMixed = false;
    const partitions: TransactionPartition[] = [];
    for (const { name, topicId, partitionData } of command.topicData) {
      const topic = this.#finder.topic(command.byTopicId, name, topicId);
      for (const { index, records } of partitionData) {
        const log = this.#finder.log(topic, index, command.byTopicId);
        if (topic === undefined || typeof log === 'string') continue;
        if (records === null || records.length < RECORD_BATCH_OVERHEAD) continue;
        const view = viewOf(records);
        if (!isTransactional(readAttributes(view, 0))) continue;
        const [producerId, producerEpoch] = [readProducerId(view, 0), readProducerEpoch(view, 0)];
        if (log.hasOngoingTransaction(producerId, producerEpoch)) continue;
        producer ??= { producerId, producerEpoch };
        isMixed ||= producer.producerId !== producerId || producer.producerEpoch !== producerEpoch;
        partitions.push({ topic: topic.name, partition: index });
      }
    }
    return producer && { ...producer, isMixed, partitions };
  }
}
