import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MemoryLogStore } from '../../../../src/adapters/memory/memory-log-store.ts';
import { decodeRecordBatch, type RecordBatch } from '../../../../src/domain/record/record-batch.ts';
import * as header from '../../../../src/domain/record/record-batch-header.ts';
import { batchesOf } from '../../../../src/domain/record/record-batches.ts';
import { compression, logManager, ManualTime, ORDERS } from '../log-fixture.ts';
import { batchesIn, COMPACTED, cleanAll, cleanerOf } from './cleaner-bench.ts';

interface Recorded {
  readonly seed: number;
  readonly segmentMs: number;
  /** All batches of a log, before Kafka 4.4 compacted it and after. */
  readonly before: string;
  readonly after: string;
}

const FILE = new URL('kafka-cleaned.json.gz', import.meta.url);
const recorded = JSON.parse(gunzipSync(readFileSync(FILE)).toString()) as readonly Recorded[];

function batchesFrom(hex: string): readonly Uint8Array[] {
  return [...batchesOf(Buffer.from(hex, 'hex'))].map(({ bytes }) => new Uint8Array(bytes));
}

/** All of a batch but what depends on the clock and on the codec's version. */
function comparable({ crc, sizeInBytes, deleteHorizonMs, baseTimestamp, ...rest }: RecordBatch) {
  expect(crc).not.toBe(0);
  expect(sizeInBytes).toBeGreaterThan(60);
  const hasHorizon = deleteHorizonMs !== null;
  return { ...rest, hasHorizon, baseTimestamp: hasHorizon ? 'the horizon' : baseTimestamp };
}

describe.each(recorded)(
  'the log that Kafka compacted (seed $seed)',
  ({ before, after, segmentMs }) => {
    it('is compacted to the same batches', async () => {
      const config = {
        ...COMPACTED,
        segmentMs,
        segmentBytes: 1 << 30,
        deleteRetentionMs: 3_600_000,
      };
      const store = new MemoryLogStore();
      await store.open();
      const stored = await store.create(ORDERS, config);
      for (const batch of batchesFrom(before)) {
        const view = header.viewOf(batch);
        const [baseOffset, lastOffset] = [
          header.readBaseOffset(view, 0),
          header.readLastOffset(view, 0),
        ];
        const maxTimestampMs = header.readMaxTimestamp(view, 0);
        await store.append([{ log: stored, baseOffset, lastOffset, maxTimestampMs, batch }]);
      }
      const time = new ManualTime();
      const manager = logManager(store, time);
      await manager.open([{ log: stored, clean: true, truncatedBytes: 0 }]);
      const log = manager.existing(ORDERS.topicId, 0)!;
      log.updateConfig(config);
      expect(await cleanAll(cleanerOf(manager, time))).toBe(1);
      const expected = batchesFrom(after).map((bytes) => decodeRecordBatch(bytes, { compression }));
      expect(expected.length).toBeGreaterThan(10);
      expect((await batchesIn(log)).map(comparable)).toEqual(expected.map(comparable));
      await manager.close();
    });
  },
);
