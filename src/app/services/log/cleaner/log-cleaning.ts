import { KafkaError } from '../../../../domain/kafka-error.ts';
import {
  type CleaningRound,
  cleanBatch,
  indexBatch,
  type RecordTools,
} from '../../../../domain/log/cleaner/batch-cleaner.ts';
import type { CleanableLog, CleanableRun } from '../../../../domain/log/cleaner/cleanable-log.ts';
import { CleanedTransactions } from '../../../../domain/log/cleaner/cleaned-transactions.ts';
import type { OffsetMap } from '../../../../domain/log/cleaner/offset-map.ts';
import { groupRuns } from '../../../../domain/log/cleaner/segment-groups.ts';
import * as header from '../../../../domain/record/record-batch-header.ts';
import { batchesOf } from '../../../../domain/record/record-batches.ts';
import type { Offset } from '../../../../domain/topic-partition.ts';
import type { BatchToStore } from '../../../../ports/log-store.ts';
import type { UnifiedLog } from '../unified-log.ts';
import type { IoBudget } from './io-budget.ts';

export interface LogCleaningOptions {
  readonly map: OffsetMap;
  readonly budget: IoBudget;
  readonly tools: RecordTools;
  readonly readBytes: number;
  readonly nowMs: number;
  /** Throws where the cleaner is to stop. */
  check(): void;
}

export interface CleaningStats {
  /** From here on nothing was cleaned. */
  readonly endOffset: Offset;
  bytesRead: number;
  bytesWritten: number;
  bytesBefore: number;
  bytesAfter: number;
  keys: number;
}

/** One round over one log (Kafka's Cleaner): the keys of its dirty part into the map, then everything up to there anew. */
export class LogCleaning {
  readonly #log: UnifiedLog;
  readonly #cleanable: CleanableLog;
  readonly #o: LogCleaningOptions;
  #bytesRead = 0;
  #bytesWritten = 0;

  constructor(log: UnifiedLog, cleanable: CleanableLog, options: LogCleaningOptions) {
    this.#log = log;
    this.#cleanable = cleanable;
    this.#o = options;
  }

  async run(): Promise<CleaningStats> {
    const { map, nowMs } = this.#o;
    const { stored, config } = this.#log;
    const { firstDirtyOffset, firstUncleanableOffset } = this.#cleanable;
    const runs = stored.replaceable().filter((run) => run.toOffset <= firstUncleanableOffset);
    const bytesBefore = stored.sizeBytes;
    await this.#buildMap(runs);
    const endOffset = map.latestOffset + 1n;
    if (endOffset <= firstDirtyOffset) throw tooManyKeys();
    const cleaned = runs.filter(({ fromOffset }) => fromOffset < endOffset);
    const transactions = new CleanedTransactions();
    const from = cleaned[0]!.fromOffset;
    transactions.addAborted(this.#log.abortedTransactions(from, cleaned.at(-1)!.toOffset));
    const round: CleaningRound = {
      map,
      transactions,
      producers: this.#log.lastRecordsOfProducers(),
      endOffset,
      nowMs: BigInt(nowMs),
      deleteRetentionMs: BigInt(Math.min(config.deleteRetentionMs, Number.MAX_SAFE_INTEGER)),
    };
    for (const group of groupRuns(cleaned, config.segmentBytes)) {
      const range = { fromOffset: group[0]!.fromOffset, toOffset: group.at(-1)!.toOffset };
      await stored.replace(range, this.#cleaned(group, round));
    }
    return {
      endOffset,
      bytesRead: this.#bytesRead,
      bytesWritten: this.#bytesWritten,
      bytesBefore,
      bytesAfter: stored.sizeBytes,
      keys: map.size,
    };
  }

  async #buildMap(runs: readonly CleanableRun[]): Promise<void> {
    const { map, tools } = this.#o;
    const { firstDirtyOffset, firstUncleanableOffset } = this.#cleanable;
    map.clear(firstDirtyOffset);
    const transactions = new CleanedTransactions();
    const aborted = this.#log.abortedTransactions(firstDirtyOffset, firstUncleanableOffset);
    transactions.addAborted(aborted);
    const round = { map, transactions };
    for (const run of runs) {
      if (run.toOffset <= firstDirtyOffset) continue;
      for await (const chunk of this.#chunks(run, firstDirtyOffset)) {
        for (const { bytes } of batchesOf(chunk)) {
          if (!indexBatch(bytes, round, firstDirtyOffset, tools)) return;
          if (this.#o.budget.spend(bytes.length)) await this.#pause();
        }
      }
      // Offsets may be missing at the end of a run.
      map.latestOffset = run.toOffset - 1n;
    }
  }

  async *#cleaned(
    group: readonly CleanableRun[],
    round: CleaningRound,
  ): AsyncGenerator<BatchToStore> {
    const { budget, tools } = this.#o;
    for (const run of group) {
      for await (const chunk of this.#chunks(run, run.fromOffset)) {
        for (const { bytes } of batchesOf(chunk)) {
          const batch = cleanBatch(bytes, round, tools);
          if (budget.spend(bytes.length + (batch?.length ?? 0))) await this.#pause();
          if (batch === null) continue;
          this.#bytesWritten += batch.length;
          const view = header.viewOf(batch);
          yield {
            baseOffset: header.readBaseOffset(view, 0),
            lastOffset: header.readLastOffset(view, 0),
            maxTimestampMs: header.readMaxTimestamp(view, 0),
            batch,
          };
        }
      }
    }
  }

  /** The batches of a run from the one on that holds an offset. */
  async *#chunks({ toOffset, fromOffset }: CleanableRun, from: Offset): AsyncGenerator<Uint8Array> {
    const { stored } = this.#log;
    let next = from > fromOffset ? from : fromOffset;
    while (next < toOffset) {
      this.#o.check();
      const maxBytes = this.#o.readBytes;
      const read = await stored.read({
        fromOffset: next,
        maxBytes,
        minOneBatch: true,
        upTo: toOffset,
      });
      try {
        let isEmpty = true;
        for (const slice of read.slices) {
          isEmpty = false;
          this.#bytesRead += slice.length;
          yield slice;
          next = endOf(slice);
        }
        if (isEmpty) return;
      } finally {
        read.release();
      }
    }
  }

  async #pause(): Promise<void> {
    await this.#o.budget.pause(() => this.#o.check());
  }
}

function endOf(slice: Uint8Array): Offset {
  let end = 0n;
  for (const { bytes } of batchesOf(slice))
    end = header.readLastOffset(header.viewOf(bytes), 0) + 1n;
  return end;
}

function tooManyKeys(): KafkaError {
  const message = 'the keys of one batch do not fit into log.cleaner.dedupe.buffer.size';
  return new KafkaError('INVALID_CONFIG', message);
}
