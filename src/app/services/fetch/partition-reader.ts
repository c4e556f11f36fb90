import type { ErrorName } from '../../../domain/error-code.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import type { FetchCommand, FetchedPartition, FetchPartition } from '../../../ports/fetch.ts';
import type { Logger } from '../../../ports/logger.ts';
import type { FetchDataInfo } from '../log/log-types.ts';
import type { LedLog } from '../partition/led-log.ts';
import { leaderFor, type PartitionFinder } from '../partition/partition-finder.ts';

const UNKNOWN_OFFSET = -1n;
const NO_SLICES: readonly Uint8Array[] = [];

/** A partition to wait for: its log, and how far it was when it was read. */
export interface WatchedLog {
  readonly log: LedLog;
  readonly highWatermark: bigint;
  readonly sizeBytes: number;
  /** Whether everything appended was visible: else the watermark will show bytes that `sizeBytes` counts already. */
  readonly settled: boolean;
}

/** One pass over the partitions of a fetch: the batches borrowed, and whether waiting for more makes sense. */
export class FetchPass {
  readonly partitions: FetchedPartition[] = [];
  readonly watched: WatchedLog[] = [];
  bytes = 0;
  /** An error or a truncation must be told at once. */
  urgent = false;
  readonly #borrowed: FetchDataInfo[] = [];

  add(partition: FetchedPartition): void {
    this.partitions.push(partition);
    if (partition.error !== 'NONE' || partition.divergingEpoch !== undefined) this.urgent = true;
  }

  borrow(info: FetchDataInfo): void {
    this.bytes += info.sizeBytes;
    this.#borrowed.push(info);
  }

  /** Gives everything back; safe to call again. */
  release(): void {
    for (const info of this.#borrowed.splice(0)) info.release();
  }
}

/** Reads partitions in order under one byte budget (Kafka's ReplicaManager.readFromLog). */
export class PartitionReader {
  readonly #finder: PartitionFinder;
  readonly #logger: Logger;

  constructor(finder: PartitionFinder, logger: Logger) {
    this.#finder = finder;
    this.#logger = logger;
  }

  /** Answers at once when every log does. */
  read(
    command: FetchCommand,
    wanted: readonly FetchPartition[],
    maxBytes: number,
  ): FetchPass | Promise<FetchPass> {
    return this.#readFrom(0, command, wanted, maxBytes, new FetchPass());
  }

  #readFrom(
    start: number,
    command: FetchCommand,
    wanted: readonly FetchPartition[],
    maxBytes: number,
    pass: FetchPass,
  ): FetchPass | Promise<FetchPass> {
    for (let i = start; i < wanted.length; i += 1) {
      const partition = wanted[i]!;
      const pending = this.#readOne(command, partition, maxBytes, pass);
      if (pending === undefined) continue;
      return pending.then(() => this.#readFrom(i + 1, command, wanted, maxBytes, pass));
    }
    return pass;
  }

  #readOne(
    command: FetchCommand,
    wanted: FetchPartition,
    maxBytes: number,
    pass: FetchPass,
  ): Promise<void> | undefined {
    const { byTopicId, isolation } = command;
    const { partition, currentLeaderEpoch, fetchOffset } = wanted;
    const topic = this.#finder.topic(byTopicId, wanted.topic, wanted.topicId);
    const log = this.#finder.logAtEpoch(topic, partition, currentLeaderEpoch, byTopicId);
    if (typeof log === 'string') {
      pass.add(failed(wanted, log, leaderFor(log, topic, partition)));
      return undefined;
    }
    try {
      if (this.#diverges(log, wanted, pass)) return undefined;
      const { highWatermark, sizeBytes } = log;
      const read = log.read(fetchOffset, {
        maxBytes: Math.max(Math.min(wanted.maxBytes, maxBytes - pass.bytes), 0),
        // The first batch found is given whole, so that a large one cannot stop a reader (KIP-74).
        minOneMessage: pass.bytes === 0,
        isolation,
      });
      const settled = highWatermark === log.logEndOffset;
      pass.watched.push({ log, highWatermark, sizeBytes, settled });
      if (!(read instanceof Promise)) {
        take(pass, wanted, read);
        return undefined;
      }
      return read.then(
        (info) => take(pass, wanted, info),
        (thrown: unknown) => this.#failed(pass, wanted, thrown),
      );
    } catch (thrown) {
      this.#failed(pass, wanted, thrown);
      return undefined;
    }
  }

  /** KIP-595: the reader tells the epoch of the last record it has; ours may have ended earlier. */
  #diverges(log: LedLog, wanted: FetchPartition, pass: FetchPass): boolean {
    const { lastFetchedEpoch, fetchOffset } = wanted;
    if (lastFetchedEpoch < 0) return false;
    const { leaderEpoch, endOffset } = log.endOffsetForEpoch(lastFetchedEpoch);
    if (leaderEpoch < 0 || endOffset < 0n) {
      throw new KafkaError('OFFSET_OUT_OF_RANGE', `leader epoch ${lastFetchedEpoch} is not known`);
    }
    if (leaderEpoch >= lastFetchedEpoch && endOffset >= fetchOffset) return false;
    pass.add({
      name: wanted,
      error: 'NONE',
      highWatermark: log.highWatermark,
      lastStableOffset: log.lastStableOffset,
      logStartOffset: log.logStartOffset,
      abortedTransactions: null,
      slices: NO_SLICES,
      divergingEpoch: { epoch: leaderEpoch, endOffset },
      currentLeader: undefined,
    });
    return true;
  }

  #failed(pass: FetchPass, wanted: FetchPartition, thrown: unknown): void {
    const { errorName } = KafkaError.from(thrown);
    if (errorName === 'UNKNOWN_SERVER_ERROR') {
      const { topic, topicId, partition } = wanted;
      this.#logger.error({ topic, topicId, partition, error: thrown }, 'a read failed');
    }
    pass.add(failed(wanted, errorName, undefined));
  }
}

function take(pass: FetchPass, wanted: FetchPartition, info: FetchDataInfo): void {
  pass.borrow(info);
  pass.add({
    name: wanted,
    error: 'NONE',
    highWatermark: info.highWatermark,
    lastStableOffset: info.lastStableOffset,
    logStartOffset: info.logStartOffset,
    abortedTransactions: info.abortedTransactions,
    slices: info.slices,
    divergingEpoch: undefined,
    currentLeader: undefined,
  });
}

function failed(
  name: FetchPartition,
  error: ErrorName,
  currentLeader: FetchedPartition['currentLeader'],
): FetchedPartition {
  return {
    name,
    error,
    highWatermark: UNKNOWN_OFFSET,
    lastStableOffset: UNKNOWN_OFFSET,
    logStartOffset: UNKNOWN_OFFSET,
    abortedTransactions: null,
    slices: NO_SLICES,
    divergingEpoch: undefined,
    currentLeader,
  };
}
