import { describe, expect, it } from 'vitest';
import type { StoredLog } from '../../ports/log-store.ts';
import { bytesOf, type SampleBatch, sampleBatches } from './sample-batches.ts';
import {
  EVERYTHING,
  expectBatches,
  type LogStoreSubject,
  partition,
  readAll,
  readOnce,
  SMALL_SEGMENTS,
  StoreBench,
} from './store-bench.ts';

const READERS = 4;

/** Readers that go on all the time. Whatever they are given must have been in the log at some time, and in one piece. */
class BusyReaders {
  readonly #log: StoredLog;
  /** By base offset: what was ever there. */
  readonly #known = new Map<bigint, Uint8Array[]>();
  readonly #work: Promise<void>[];
  #stopped = false;
  reads = 0;
  refusals = 0;

  constructor(log: StoredLog, batches: readonly SampleBatch[]) {
    this.#log = log;
    this.knows(batches);
    this.#work = Array.from({ length: READERS }, (_, reader) => this.#read(reader));
  }

  /** Before they are appended. */
  knows(batches: readonly SampleBatch[]): void {
    for (const { baseOffset, bytes } of batches) {
      this.#known.set(baseOffset, [...(this.#known.get(baseOffset) ?? []), bytes]);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#work);
  }

  async #read(reader: number): Promise<void> {
    for (let n = reader; !this.#stopped; n += 7) {
      const { startOffset, endOffset } = this.#log;
      const span = endOffset - startOffset;
      const fromOffset = startOffset + (span > 0n ? BigInt(n) % span : 0n);
      const maxBytes = [100, 500, 1 << 20][n % 3]!;
      const found = await readOnce(this.#log, { fromOffset, maxBytes }).catch(() => undefined);
      if (found === undefined) this.refusals += 1;
      else this.#check(found);
      this.reads += 1;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  #check(found: readonly Uint8Array[]): void {
    let before = -1n;
    for (const bytes of found) {
      const baseOffset = new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0);
      expect(baseOffset).toBeGreaterThan(before);
      const isKnown = this.#known
        .get(baseOffset)
        ?.some((known) => Buffer.compare(known, bytes) === 0);
      expect(isKnown, `the batch at ${baseOffset} was in the log once`).toBe(true);
      before = baseOffset;
    }
  }
}

async function takeTurns(turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}

export function readerTests(subject: LogStoreSubject): void {
  describe('readers', () => {
    it('see what was in the log while it is appended to, cut and emptied', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(40, { config: SMALL_SEGMENTS });
      const readers = new BusyReaders(log, batches);
      let expected = batches;
      for (let round = 0; round < 4; round++) {
        const more = sampleBatches(20, { baseOffset: log.endOffset, seed: 3 * round + 1 });
        readers.knows(more);
        for (const batch of more) await bench.append(log, [batch], 'written');
        expected = [...expected, ...more];
        expectBatches(await readAll(log), expected);
        await log.truncate(log.endOffset - 10n);
        expected = expected.slice(0, -10);
        expectBatches(await readAll(log), expected);
        const other = sampleBatches(15, { baseOffset: log.endOffset, seed: 3 * round + 2 });
        readers.knows(other);
        await bench.append(log, other, 'synced');
        expected = [...expected, ...other];
        await log.dropPrefix(log.startOffset + 12n);
        expected = expected.slice(12);
        expectBatches(await readAll(log), expected);
        await takeTurns(5);
      }
      await log.reset(500n);
      const last = sampleBatches(5, { baseOffset: 500n, seed: 20 });
      readers.knows(last);
      await bench.append(log, last);
      expectBatches(await readAll(log), last);
      await takeTurns(5);
      await readers.stop();
      expect(readers.reads).toBeGreaterThan(READERS);
      expect(readers.refusals).toBe(0);
    });

    it('come to an end when the log is deleted, and do not see the next of its name', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(40, { config: SMALL_SEGMENTS });
      const readers = new BusyReaders(log, batches);
      await takeTurns(5);
      await bench.store.delete(log);
      const again = await bench.create(partition('orders', 0, 'B'), SMALL_SEGMENTS);
      const others = sampleBatches(40, { seed: 5 });
      await bench.append(again, others);
      await takeTurns(5);
      await readers.stop();
      expectBatches(await readAll(again), others);
    });

    it.each(['truncate', 'reset', 'dropPrefix', 'delete'] as const)(
      'keep what they were given before a %s until they release it',
      async (change) => {
        const bench = await StoreBench.open(subject);
        const { log, batches } = await bench.filled(20, { config: SMALL_SEGMENTS });
        const request = { fromOffset: 0n, maxBytes: 1 << 20, minOneBatch: true, upTo: EVERYTHING };
        const result = await log.read(request);
        if (change === 'delete') await bench.store.delete(log);
        else await log[change](change === 'dropPrefix' ? 20n : 0n);
        const target = change === 'delete' ? await bench.create() : log;
        const others = sampleBatches(20, { baseOffset: target.endOffset, seed: 8 });
        await bench.append(target, others, 'synced');
        await readAll(target);
        const given = Buffer.concat(result.slices);
        const written = Buffer.concat(batches.map(({ bytes }) => bytes));
        expect(given.length).toBeLessThanOrEqual(bytesOf(batches));
        expect(Buffer.compare(given, written.subarray(0, given.length))).toBe(0);
        result.release();
      },
    );
  });
}
