import {
  LogCleaner,
  type LogCleanerConfig,
} from '../../../../src/app/services/log/cleaner/log-cleaner.ts';
import type { LogManager } from '../../../../src/app/services/log/log-manager.ts';
import type { UnifiedLog } from '../../../../src/app/services/log/unified-log.ts';
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../../../../src/domain/log/log-config.ts';
import { decodeRecordBatch, type RecordBatch } from '../../../../src/domain/record/record-batch.ts';
import { batchesOf } from '../../../../src/domain/record/record-batches.ts';
import type { Logger } from '../../../../src/ports/logger.ts';
import { silentLogger } from '../../../support/silent-logger.ts';
import { checksum, compression, joined, type ManualTime } from '../log-fixture.ts';

export const COMPACTED: LogConfig = {
  ...DEFAULT_LOG_CONFIG,
  cleanupPolicy: ['compact'],
  segmentBytes: 600,
  indexIntervalBytes: 100,
  minCleanableDirtyRatio: 0,
  deleteRetentionMs: 1000,
};

export const CLEANER: LogCleanerConfig = {
  threads: 1,
  dedupeBufferBytes: 1 << 20,
  loadFactor: 0.9,
  ioBufferBytes: 4096,
  ioMaxBytesPerSecond: Number.MAX_VALUE,
  backoffMs: 15_000,
};

export function cleanerOf(
  manager: LogManager,
  time: ManualTime,
  config: Partial<LogCleanerConfig> = {},
  logger: Logger = silentLogger,
  onConfigChange: (listener: () => void) => () => void = () => () => undefined,
): LogCleaner {
  return new LogCleaner({
    logs: () => manager.logs(),
    config: () => ({ ...CLEANER, ...config }),
    onConfigChange,
    clock: time,
    timer: time,
    checksum,
    compression,
    logger,
    seed: 42,
  });
}

/** Until nothing is dirty enough; how often there was something. */
export async function cleanAll(cleaner: LogCleaner): Promise<number> {
  for (let rounds = 0; ; rounds++) {
    if (!(await cleaner.cleanFilthiest(cleaner.offsetMap(1)))) return rounds;
  }
}

/** Every batch of a log, decoded. */
export async function batchesIn(log: UnifiedLog): Promise<readonly RecordBatch[]> {
  const batches: RecordBatch[] = [];
  const options = { maxBytes: 1 << 20, minOneMessage: true, isolation: 'log_end' } as const;
  for (let next = log.logStartOffset; next < log.logEndOffset; ) {
    const data = await log.read(next, options);
    const bytes = joined(data.slices).slice();
    data.release();
    if (bytes.length === 0) break;
    for (const each of batchesOf(bytes)) {
      const batch = decodeRecordBatch(each.bytes, { compression });
      batches.push(batch);
      next = batch.lastOffset + 1n;
    }
  }
  return batches;
}

/** What a consumer from the start makes of a log, key by key, with the offset of the last value. */
export async function readCommitted(log: UnifiedLog): Promise<Map<string, [string, bigint]>> {
  const values = new Map<string, [string, bigint]>();
  const options = { maxBytes: 300, minOneMessage: true, isolation: 'read_committed' } as const;
  for (let next = log.logStartOffset; next < log.lastStableOffset; ) {
    const data = await log.read(next, options);
    const bytes = joined(data.slices).slice();
    const aborting = new Set<bigint>();
    const aborted = [...(data.abortedTransactions ?? [])];
    data.release();
    if (bytes.length === 0) break;
    for (const each of batchesOf(bytes)) {
      const batch = decodeRecordBatch(each.bytes, { compression });
      for (const { producerId, firstOffset } of aborted) {
        if (firstOffset <= batch.lastOffset) aborting.add(producerId);
      }
      // As Kafka's consumer takes them: from their first offset to the marker.
      for (let i = aborted.length - 1; i >= 0; i--) {
        if (aborted[i]!.firstOffset <= batch.lastOffset) aborted.splice(i, 1);
      }
      if (next < batch.lastOffset + 1n) next = batch.lastOffset + 1n;
      if (batch.control) {
        aborting.delete(batch.producerId);
        continue;
      }
      if (batch.transactional && aborting.has(batch.producerId)) continue;
      for (const { key, value, offset } of batch.records) {
        const name = Buffer.from(key!).toString();
        if (value === null) values.delete(name);
        else values.set(name, [Buffer.from(value).toString(), offset]);
      }
    }
  }
  return values;
}
