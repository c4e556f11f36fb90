import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KafkaError } from '../../../src/domain/kafka-error.ts';
import { readBatchSize, viewOf } from '../../../src/domain/record/record-batch-header.ts';
import type { StoredLog } from '../../../src/ports/log-store.ts';
import {
  entriesOf,
  type SampleBatch,
  sampleBatch,
  sampleBatches,
} from '../../../src/testing/log-store/sample-batches.ts';
import {
  EVERYTHING,
  expectBatches,
  partition,
  readOnce,
} from '../../../src/testing/log-store/store-bench.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';
import { storeIn, temporaryDirectory } from './segment-fixture.ts';

const CONFIG = { segmentBytes: 900, segmentMs: 1 << 30, indexIntervalBytes: 200 };
/** Of a batch: the checksum covers neither it nor the leader epoch, which tells nothing of the records. */
const LENGTH_FIELD = { from: 8, to: 12 };
const LEADER_EPOCH_FIELD = { from: 12, to: 16 };

interface Place {
  readonly path: string;
  readonly position: number;
}

/** Where each batch is on disk. */
function placesOf(directory: string): Place[] {
  const folder = join(directory, 'orders-0');
  const places: Place[] = [];
  for (const name of readdirSync(folder)
    .filter((file) => file.endsWith('.log'))
    .sort()) {
    const path = join(folder, name);
    const bytes = readFileSync(path);
    for (let position = 0; position < bytes.length; ) {
      places.push({ path, position });
      position += readBatchSize(viewOf(bytes), position);
    }
  }
  return places;
}

function flip({ path, position }: Place, at: number, bit: number): () => void {
  const before = readFileSync(path);
  const after = new Uint8Array(before);
  after[position + at]! ^= 1 << bit;
  writeFileSync(path, after);
  return () => writeFileSync(path, before);
}

function isIn(at: number, { from, to }: { from: number; to: number }): boolean {
  return at >= from && at < to;
}

async function readAt(log: StoredLog, fromOffset: bigint): Promise<Uint8Array[] | KafkaError> {
  try {
    return await readOnce(log, { fromOffset, upTo: EVERYTHING });
  } catch (error) {
    if (error instanceof KafkaError) return error;
    throw error;
  }
}

async function filled(directory: string, batches: readonly SampleBatch[], config = CONFIG) {
  const logger = new RecordingLogger();
  const store = storeIn(directory, { logger });
  await store.open();
  const log = await store.create(partition(), config);
  for (const batch of batches) await store.append(entriesOf(log, [batch]), 'written');
  return { store, log, logger };
}

describe('a bit that flipped on disk', () => {
  it('keeps its batch from being served, and no other', { timeout: 120_000 }, async () => {
    const directory = await temporaryDirectory();
    const batches = sampleBatches(24, { records: 3 });
    const { log } = await filled(directory, batches);
    const places = placesOf(directory);
    expect(places).toHaveLength(batches.length);
    expect(new Set(places.map(({ path }) => path)).size).toBeGreaterThan(2);
    for (const [i, place] of places.entries()) {
      for (let at = i % 7; at < batches[i]!.bytes.length; at += 7) {
        if (isIn(at, LEADER_EPOCH_FIELD)) continue;
        const mend = flip(place, at, (at + i) % 8);
        const what = `batch ${i} byte ${at}`;
        for (const [wanted, { baseOffset }] of batches.entries()) {
          const found = await readAt(log, baseOffset);
          if (found instanceof KafkaError) {
            expect(found.errorName, what).toBe('CORRUPT_MESSAGE');
            expect(found.message, what).toContain(
              `orders-0 is damaged at offset ${batches[i]!.baseOffset}:`,
            );
            const isLed = isIn(at, LENGTH_FIELD) && places[wanted]!.path === place.path;
            expect(wanted === i || (isLed && wanted > i), `${what} for ${wanted}`).toBe(true);
            continue;
          }
          expect(wanted, what).not.toBe(i);
          expect(found.length, what).toBeGreaterThan(0);
          const served = batches.slice(wanted, wanted + found.length);
          expect(served, what).not.toContain(batches[i]);
          expectBatches(found, served, what);
        }
        mend();
      }
    }
  });

  it('is told once in the log, however often a reader asks', async () => {
    const directory = await temporaryDirectory();
    const batches = sampleBatches(24, { records: 3 });
    const { log, logger } = await filled(directory, batches);
    const place = placesOf(directory)[7]!;
    flip(place, 70, 3);
    for (let i = 0; i < 3; i++) await readAt(log, batches[6]!.baseOffset);
    for (let i = 0; i < 3; i++) await readAt(log, batches[7]!.baseOffset);
    expect(logger.errors).toEqual([
      {
        topic: 'orders',
        partition: 0,
        offset: batches[7]!.baseOffset,
        file: place.path,
        position: place.position,
      },
    ]);
  });

  it('keeps times from being looked up where it may matter', async () => {
    const directory = await temporaryDirectory();
    const batches = sampleBatches(24, { records: 3 });
    const { log } = await filled(directory, batches);
    // The largest timestamp of the batch.
    flip(placesOf(directory)[7]!, 35 + 7, 0);
    const { maxTimestampMs } = batches[7]!;
    await expect(log.findByTimestamp(maxTimestampMs)).rejects.toMatchObject({
      errorName: 'CORRUPT_MESSAGE',
      message: expect.stringContaining('orders-0 is damaged at offset 21:'),
    });
    const later = batches[20]!;
    expect(await log.findByTimestamp(later.maxTimestampMs)).toMatchObject({
      baseOffset: later.baseOffset,
    });
  });

  it('is found after a clean stop, in the active segment too', async () => {
    const directory = await temporaryDirectory();
    const batches = sampleBatches(24, { records: 3 });
    const { store } = await filled(directory, batches);
    await store.close();
    const places = placesOf(directory);
    const first = places.findIndex(({ path }) => path === places.at(-1)!.path);
    for (const i of [7, first]) flip(places[i]!, 70, 3);
    const again = storeIn(directory);
    const opened = (await again.open())[0]!;
    for (const i of [7, first]) {
      expect(await readAt(opened.log, batches[i]!.baseOffset)).toMatchObject({
        errorName: 'CORRUPT_MESSAGE',
      });
      const [before] = (await readAt(opened.log, batches[i - 1]!.baseOffset)) as Uint8Array[];
      expectBatches([before!], [batches[i - 1]!]);
    }
  });

  it('of a base offset does not move the end of a log that is recovered', async () => {
    const [directory, copy] = [await temporaryDirectory(), await temporaryDirectory()];
    const batches = sampleBatches(6, { records: 3 });
    await filled(directory, batches);
    cpSync(directory, copy, { recursive: true });
    const places = placesOf(copy);
    expect(new Set(places.map(({ path }) => path)).size).toBe(1);
    flip(places[4]!, 5, 0);
    const [recovered] = await storeIn(copy).open();
    expect(recovered!.log.endOffset).toBe(12n);
    expect(recovered!.truncatedBytes).toBe(2 * batches[0]!.bytes.length);
  });

  it('of a base offset does not reach into the next segment of a log that is recovered', async () => {
    const [directory, copy] = [await temporaryDirectory(), await temporaryDirectory()];
    const batches = sampleBatches(6, { records: 3 });
    await filled(directory, batches, { ...CONFIG, segmentBytes: 150 });
    cpSync(directory, copy, { recursive: true });
    const folder = join(copy, 'orders-0');
    for (const name of readdirSync(folder)) {
      if (name.endsWith('index')) rmSync(join(folder, name));
    }
    const places = placesOf(copy);
    expect(new Set(places.map(({ path }) => path)).size).toBe(6);
    flip(places[2]!, 5, 0);
    const [recovered] = await storeIn(copy).open();
    expect(recovered!.log.endOffset).toBe(6n);
    expect(recovered!.truncatedBytes).toBe(4 * batches[0]!.bytes.length);
  });

  it('in an index leads nobody astray', { timeout: 120_000 }, async () => {
    const directory = await temporaryDirectory();
    const batches = sampleBatches(24, { records: 3 });
    const { store } = await filled(directory, batches);
    await store.close();
    const folder = join(directory, 'orders-0');
    const indexes = readdirSync(folder).filter((name) => name.endsWith('.index'));
    for (const name of indexes) {
      const path = join(folder, name);
      const bytes = readFileSync(path);
      for (let at = 0; at < bytes.length; at++) {
        const mend = flip({ path, position: 0 }, at, at % 8);
        const again = storeIn(directory);
        const { log } = (await again.open())[0]!;
        for (const [wanted, { baseOffset, maxTimestampMs }] of batches.entries()) {
          const found = await readAt(log, baseOffset);
          const served = batches.slice(wanted, wanted + (found as Uint8Array[]).length);
          expectBatches(found as Uint8Array[], served, `${name} byte ${at}`);
          expect(await log.findByTimestamp(maxTimestampMs)).toMatchObject({ baseOffset });
        }
        await again.close();
        mend();
      }
    }
  });

  it('is told from a gap that was written', async () => {
    const directory = await temporaryDirectory();
    const offsets = [0n, 5n, 6n, 40n, 41n, 90n, 200n, 201n];
    const batches = offsets.map((baseOffset) => sampleBatch({ baseOffset, records: 1 }));
    const { log, logger } = await filled(directory, batches);
    for (const [i, offset] of offsets.entries()) {
      for (const from of [offset, offset - 1n]) {
        if (from < 0n) continue;
        const at = batches.findIndex(({ lastOffset }) => lastOffset >= from);
        const found = (await readAt(log, from)) as Uint8Array[];
        expectBatches(found, batches.slice(at, at + found.length), `${i} from ${from}`);
      }
    }
    expect(logger.errors).toEqual([]);
  });
});
