import type { ErrorName } from '../../../domain/error-code.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import { RecordValidationError } from '../../../domain/log/record-error.ts';
import {
  compressionTypeOf,
  isTransactional,
  RECORD_BATCH_OVERHEAD,
  readAttributes,
  viewOf,
} from '../../../domain/record/record-batch-header.ts';
import type { TopicMetadata } from '../../../ports/catalog.ts';
import type { Logger } from '../../../ports/logger.ts';
import type {
  Produce,
  ProduceCommand,
  ProducedPartition,
  ProduceResult,
} from '../../../ports/produce.ts';
import type { LedLog } from '../partition/led-log.ts';
import { leaderFor, type PartitionFinder } from '../partition/partition-finder.ts';
import {
  NO_REFUSALS,
  type Refusals,
  refusalKey,
  type TransactionalProduce,
} from './transactional-produce.ts';

const NO_OFFSET = -1n;
const NO_ERRORS: ProducedPartition['recordErrors'] = [];

/** What a request's appends wait for; all appends of one turn share one promise, so this is seldom more than one. */
interface Waits {
  first: Promise<void> | undefined;
  others: Set<Promise<void>> | undefined;
}

type Topics = { name: string; topicId: string; partitions: ProducedPartition[] }[];

/** Kafka's ReplicaManager.appendRecords for the one replica there is. */
export class ProduceService implements Produce {
  readonly #finder: PartitionFinder;
  readonly #logger: Logger;
  readonly #transactions: TransactionalProduce | undefined;

  constructor(finder: PartitionFinder, logger: Logger, transactions?: TransactionalProduce) {
    this.#finder = finder;
    this.#logger = logger;
    this.#transactions = transactions;
  }

  produce(command: ProduceCommand): ProduceResult | Promise<ProduceResult> {
    const { transactionalId } = command;
    if (transactionalId === null || this.#transactions === undefined) {
      return this.#appendAll(command, NO_REFUSALS);
    }
    return this.#transactions.admit({ ...command, transactionalId }, (refusals) =>
      this.#appendAll(command, refusals),
    );
  }

  #appendAll(command: ProduceCommand, refusals: Refusals): ProduceResult | Promise<ProduceResult> {
    const { transactionalId, acks, byTopicId, zstd } = command;
    const waits: Waits = { first: undefined, others: undefined };
    const topics: Topics = [];
    let failed = false;
    for (const { name, topicId, partitionData } of command.topicData) {
      const topic = this.#finder.topic(byTopicId, name, topicId);
      const partitions: ProducedPartition[] = [];
      for (const { index, records } of partitionData) {
        const produced =
          zstd === false && isZstd(records)
            ? refused(index, 'UNSUPPORTED_COMPRESSION_TYPE', 'zstd needs Produce version 7')
            : transactionalId === null && isTransactionalBatch(records)
              ? refused(index, 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED', null)
              : (notAdmitted(topic, index, refusals) ??
                this.#append(topic, index, records, acks, byTopicId, waits));
        if (produced.error !== 'NONE') failed = true;
        partitions.push(produced);
      }
      // A topic without partitions is not answered, as in Kafka, whose answer is grouped from partitions.
      if (partitions.length > 0) topics.push({ name, topicId, partitions });
    }
    const result = { failed, topics };
    if (waits.first === undefined) return result;
    const all = waits.others === undefined ? waits.first : allOf(waits.first, waits.others);
    return all.then(
      () => result,
      (error: unknown) => this.#notStored(result, error),
    );
  }

  #append(
    topic: TopicMetadata | undefined,
    index: number,
    records: Uint8Array | null,
    acks: number,
    byTopicId: boolean,
    waits: Waits,
  ): ProducedPartition {
    if (acks < -1 || acks > 1) return refused(index, 'INVALID_REQUIRED_ACKS', null);
    const log = this.#finder.log(topic, index, byTopicId);
    if (typeof log === 'string') {
      return refused(index, log, null, leaderFor(log, topic, index));
    }
    const problem = problemOf(topic!, log, index, records, acks);
    if (problem !== undefined) return problem;
    try {
      const { leaderEpoch } = topic!.partitions[index]!;
      const info = log.append(records!, { origin: 'client', leaderEpoch, requiredAcks: acks });
      addWait(waits, info.committed);
      return {
        index,
        error: 'NONE',
        errorMessage: null,
        recordErrors: NO_ERRORS,
        baseOffset: info.baseOffset,
        logAppendTimeMs: info.logAppendTimeMs,
        logStartOffset: info.logStartOffset,
        currentLeader: undefined,
      };
    } catch (thrown) {
      return this.#thrown(topic!, index, log, thrown);
    }
  }

  #thrown(topic: TopicMetadata, index: number, log: LedLog, thrown: unknown): ProducedPartition {
    const error = KafkaError.from(thrown);
    if (error.errorName === 'UNKNOWN_SERVER_ERROR') {
      const fields = { topic: topic.name, partition: index, error: thrown };
      this.#logger.error(fields, 'an append failed');
    }
    const { errorName, message } = error;
    const partition = refused(index, errorName, message, leaderFor(errorName, topic, index));
    const recordErrors = thrown instanceof RecordValidationError ? thrown.recordErrors : NO_ERRORS;
    return { ...partition, recordErrors, logStartOffset: log.logStartOffset };
  }

  /** The store failed under what was appended: nothing of it is kept. */
  #notStored(result: ProduceResult, thrown: unknown): ProduceResult {
    const { errorName, message } = KafkaError.from(thrown);
    this.#logger.error({ error: thrown }, 'storing produced batches failed');
    const topics = result.topics.map(({ name, topicId, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map((partition) =>
        partition.error === 'NONE' ? refused(partition.index, errorName, message) : partition,
      ),
    }));
    return { failed: true, topics };
  }
}

function isZstd(records: Uint8Array | null): boolean {
  if (records === null || records.length < RECORD_BATCH_OVERHEAD) return false;
  return compressionTypeOf(readAttributes(viewOf(records), 0)) === 'zstd';
}

function notAdmitted(
  topic: TopicMetadata | undefined,
  index: number,
  refusals: Refusals,
): ProducedPartition | undefined {
  if (refusals.size === 0 || topic === undefined) return undefined;
  const error = refusals.get(refusalKey(topic.name, index));
  if (error === undefined) return undefined;
  return refused(index, error, 'the partition is not known to be part of the transaction');
}

/** A transaction belongs to a transactional id; without one nobody could end it. */
function isTransactionalBatch(records: Uint8Array | null): boolean {
  if (records === null || records.length < RECORD_BATCH_OVERHEAD) return false;
  return isTransactional(readAttributes(viewOf(records), 0));
}

/** What is refused before the log looks at the records. */
function problemOf(
  topic: TopicMetadata,
  log: LedLog,
  index: number,
  records: Uint8Array | null,
  acks: number,
): ProducedPartition | undefined {
  if (topic.internal) {
    const message = `${topic.name} is internal: only its coordinator appends to it`;
    return refused(index, 'INVALID_TOPIC_EXCEPTION', message);
  }
  if (records === null) {
    // Kafka's request parser fails on null records; a client learns more from this.
    return refused(index, 'INVALID_RECORD', 'a produce request must hold one record batch');
  }
  const replicas = topic.partitions[index]!.replicas.length;
  const needed = log.config.minInSyncReplicas;
  if (acks === -1 && replicas < needed) {
    const message = `min.insync.replicas is ${needed}, but the partition has ${replicas}`;
    return refused(index, 'NOT_ENOUGH_REPLICAS', message);
  }
  return undefined;
}

function refused(
  index: number,
  error: ErrorName,
  errorMessage: string | null,
  currentLeader?: ProducedPartition['currentLeader'],
): ProducedPartition {
  return {
    index,
    error,
    errorMessage,
    recordErrors: NO_ERRORS,
    baseOffset: NO_OFFSET,
    logAppendTimeMs: NO_OFFSET,
    logStartOffset: NO_OFFSET,
    currentLeader,
  };
}

function addWait(waits: Waits, committed: Promise<void>): void {
  if (waits.first === undefined) {
    waits.first = committed;
    return;
  }
  if (waits.first === committed) return;
  waits.others ??= new Set();
  waits.others.add(committed);
}

/** Settles when all have: the request's bytes are borrowed until the last append is stored. */
async function allOf(first: Promise<void>, others: ReadonlySet<Promise<void>>): Promise<void> {
  for (const settled of await Promise.allSettled([first, ...others])) {
    if (settled.status === 'rejected') throw settled.reason;
  }
}
