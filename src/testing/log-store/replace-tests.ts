import { describe, expect, it } from 'vitest';
import type { BatchToStore, OffsetRange, StoredLog } from '../../ports/log-store.ts';
import {
  bytesOf,
  entryOf,
  FIRST_TIMESTAMP_MS,
  type SampleBatch,
  sampleBatch,
  sampleBatches,
} from './sample-batches.ts';
import {
  expectBatches,
  LARGE_SEGMENTS,
  type LogStoreSubject,
  partition,
  readAll,
  readOnce,
  SMALL_SEGMENTS,
  StoreBench,
} from './store-bench.ts';
import { expectTimes } from './time-tests.ts';

/** Every how manieth batch stays. */
const KEEPING = [1, 2, 5, 1000] as const;

function* toStore(log: StoredLog, batches: readonly SampleBatch[]): Generator<BatchToStore> {
  for (const batch of batches) {
    const { log: _log, ...entry } = entryOf(log, batch);
    // Lent until the next one is asked for.
    const lent = new Uint8Array(entry.batch);
    yield { ...entry, batch: lent };
    lent.fill(0xff);
  }
}

/** All that can be replaced. */
function wholeRange(log: StoredLog): OffsetRange {
  const runs = log.replaceable();
  return { fromOffset: runs[0]!.fromOffset, toOffset: runs.at(-1)!.toOffset };
}

function isIn({ fromOffset, toOffset }: OffsetRange, { lastOffset }: SampleBatch): boolean {
  return lastOffset >= fromOffset && lastOffset < toOffset;
}

/** What a range of the log's batches becomes: some go, some are other bytes with the same offsets. */
function compacted(
  batches: readonly SampleBatch[],
  range: OffsetRange,
  every: number,
): readonly SampleBatch[] {
  return batches.flatMap((batch, i) => {
    if (!isIn(range, batch)) return [batch];
    if (i % every !== every - 1) return [];
    const { baseOffset } = batch;
    const records = Number(batch.lastOffset - baseOffset) + 1;
    const isRewritten = i % 3 === 0;
    return isRewritten ? [sampleBatch({ baseOffset, records, valueBytes: 7, seed: 50 })] : [batch];
  });
}

async function swap(
  log: StoredLog,
  batches: readonly SampleBatch[],
  every: number,
  range = wholeRange(log),
): Promise<readonly SampleBatch[]> {
  const after = compacted(batches, range, every);
  await log.replace(
    range,
    toStore(
      log,
      after.filter((batch) => isIn(range, batch)),
    ),
  );
  return after;
}

async function expectLog(
  log: StoredLog,
  batches: readonly SampleBatch[],
  { startOffset, endOffset }: { startOffset: bigint; endOffset: bigint },
): Promise<void> {
  expect([log.startOffset, log.endOffset]).toEqual([startOffset, endOffset]);
  expectBatches(await readAll(log), batches);
  expectBatches(await readAll(log, startOffset, 1), batches);
  const times = [0n, 5n, 13n, 26n, 39n, 60n].map((ms) => FIRST_TIMESTAMP_MS + ms);
  await expectTimes(log, batches, times);
  const last = batches.at(-1)?.lastOffset ?? startOffset - 1n;
  for (let from = startOffset; from < endOffset; from++) {
    const [first] = await readOnce(log, { fromOffset: from, maxBytes: 1 });
    const expected = batches.find(({ lastOffset }) => lastOffset >= from);
    expectBatches(first === undefined ? [] : [first], from > last ? [] : [expected!], `at ${from}`);
  }
}

export function replaceTests(subject: LogStoreSubject): void {
  describe('replaceable', () => {
    it('tells closed runs, which do not have the last batch', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(20, { config: SMALL_SEGMENTS, records: 2 });
      const runs = log.replaceable();
      expect(runs.length).toBeGreaterThan(2);
      let from = 0n;
      for (const { fromOffset, toOffset, sizeBytes, maxTimestampMs } of runs) {
        expect(fromOffset).toBe(from);
        const run = batches.filter((batch) => isIn({ fromOffset, toOffset }, batch));
        expect([sizeBytes, maxTimestampMs]).toEqual([bytesOf(run), run.at(-1)?.maxTimestampMs]);
        from = toOffset;
      }
      expect(from).toBeLessThan(log.endOffset);
    });

    it('is empty where nothing is closed', async () => {
      const bench = await StoreBench.open(subject);
      const { log } = await bench.filled(1, { config: LARGE_SEGMENTS });
      expect(log.replaceable()).toEqual([]);
    });
  });

  describe('replace', () => {
    it.each(KEEPING)('puts others in the place of batches, one in %i', async (every) => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(30, { config: SMALL_SEGMENTS, records: 2 });
      const bounds = { startOffset: 0n, endOffset: 60n };
      const after = await swap(log, batches, every);
      await expectLog(log, after, bounds);
      expect(log.sizeBytes).toBe(bytesOf(after));
      const more = sampleBatches(10, { baseOffset: 60n, records: 2 });
      await bench.append(log, more);
      await expectLog(log, [...after, ...more], { startOffset: 0n, endOffset: 80n });
      expect(log.sizeBytes).toBe(bytesOf([...after, ...more]));
    });

    it('takes a part, and the same again', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(40, { config: SMALL_SEGMENTS });
      let after = batches;
      for (const [first, last, every] of [
        [1, 2, 2],
        [3, 3, 1000],
        [0, 1, 2],
        [0, 3, 3],
      ] as const) {
        const runs = log.replaceable();
        const range = { fromOffset: runs[first]!.fromOffset, toOffset: runs[last]!.toOffset };
        after = await swap(log, after, every, range);
        await expectLog(log, after, { startOffset: 0n, endOffset: 40n });
        expect(log.sizeBytes).toBe(bytesOf(after));
      }
    });

    it('takes more bytes than there were, from something that waits', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(20, { config: SMALL_SEGMENTS });
      const range = wholeRange(log);
      const after = batches.map((batch) => {
        const { baseOffset } = batch;
        return isIn(range, batch) ? sampleBatch({ baseOffset, valueBytes: 3000 }) : batch;
      });
      const inRange = after.filter((batch) => isIn(range, batch));
      await log.replace(
        range,
        (async function* () {
          for (const entry of toStore(log, inRange)) {
            await new Promise<void>((resolve) => setImmediate(resolve));
            yield entry;
          }
        })(),
      );
      await expectLog(log, after, { startOffset: 0n, endOffset: 20n });
      expect(log.sizeBytes).toBe(bytesOf(after));
      await log.dropPrefix(7n);
      await expectLog(log, after.slice(7), { startOffset: 7n, endOffset: 20n });
    });

    it.each(['append', 'snapshot', 'drop', 'read'] as const)('while others %s', async (what) => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(30, { config: SMALL_SEGMENTS });
      const range = wholeRange(log);
      const after = compacted(batches, range, 3);
      const more = sampleBatches(12, { baseOffset: 30n });
      let n = 0;
      await log.replace(
        range,
        (async function* () {
          for (const entry of toStore(
            log,
            after.filter((batch) => isIn(range, batch)),
          )) {
            if (what === 'append') await bench.append(log, [more[n]!], 'synced');
            if (what === 'snapshot') await log.writeSnapshot('state', new Uint8Array([n]));
            if (what === 'drop') await log.dropPrefix(1n);
            if (what === 'read') expectBatches(await readAll(log), batches);
            n += 1;
            yield entry;
          }
        })(),
      );
      expect(n).toBeGreaterThan(2);
      const startOffset = what === 'drop' ? 1n : 0n;
      const all = what === 'append' ? [...after, ...more.slice(0, n)] : after;
      const kept = all.filter(({ lastOffset }) => lastOffset >= startOffset);
      await expectLog(log, kept, { startOffset, endOffset: all.at(-1)!.lastOffset + 1n });
    });

    it('gives readers the old batches or the new ones, and leaves them what they have', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(60, { config: SMALL_SEGMENTS });
      const request = { fromOffset: 0n, maxBytes: 1 << 20, minOneBatch: true, upTo: 60n };
      const held = await log.read(request);
      const given = Buffer.concat(held.slices);
      let after = batches;
      let replaced = batches;
      const seen = { reads: 0, stopped: false };
      const read = async (): Promise<void> => {
        while (!seen.stopped) {
          const before = replaced;
          const found = await readAll(log);
          // Nothing that stays is missing, and nothing is there that was not before.
          const offsets = found.map((each) => Buffer.from(each).readBigInt64BE(0));
          expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => (a < b ? -1 : 1)));
          for (const { baseOffset } of after) expect(offsets).toContain(baseOffset);
          const known = new Set(before.map(({ baseOffset }) => baseOffset));
          for (const offset of offsets) expect(known.has(offset)).toBe(true);
          seen.reads += 1;
          await new Promise<void>((resolve) => setImmediate(resolve));
        }
      };
      const readers = [read(), read(), read()];
      for (const every of [2, 2, 2]) {
        const range = wholeRange(log);
        after = compacted(after, range, every);
        const others = after.filter((batch) => isIn(range, batch));
        await log.replace(range, toStore(log, others));
        replaced = after;
        for (let turn = 0; turn < 5; turn++) await new Promise((done) => setImmediate(done));
      }
      seen.stopped = true;
      await Promise.all(readers);
      expect(seen.reads).toBeGreaterThan(3);
      const written = Buffer.concat(batches.map(({ bytes }) => bytes));
      expect(given.length).toBeGreaterThan(0);
      expect(Buffer.compare(Buffer.concat(held.slices), written.subarray(0, given.length))).toBe(0);
      held.release();
    });

    it('can be truncated anywhere, and dropped', async () => {
      for (const at of [3n, 10n, 17n, 29n, 33n, 55n]) {
        const bench = await StoreBench.open(subject);
        const { log, batches } = await bench.filled(40, { config: SMALL_SEGMENTS });
        const after = await swap(log, batches, 4);
        await log.truncate(at);
        let kept = after.filter(({ lastOffset }) => lastOffset < at);
        expect(log.endOffset).toBeLessThanOrEqual(at > 40n ? 40n : at);
        expectBatches(await readAll(log), kept);
        const more = sampleBatches(20, { baseOffset: log.endOffset, seed: 3 });
        await bench.append(log, more);
        kept = [...kept, ...more];
        const { endOffset } = log;
        await expectLog(log, kept, { startOffset: 0n, endOffset });
        expect(log.sizeBytes).toBe(bytesOf(kept));
        const again = await swap(log, kept, 2);
        await expectLog(log, again, { startOffset: 0n, endOffset });
        for (const start of [2n, 9n, 16n, endOffset]) {
          await log.dropPrefix(start);
          const left = again.filter(({ lastOffset }) => lastOffset >= start);
          await expectLog(log, left, { startOffset: start, endOffset });
        }
        await log.reset(5n);
        expect([log.startOffset, log.endOffset, log.sizeBytes]).toEqual([5n, 5n, 0]);
        expect(log.replaceable()).toEqual([]);
      }
    });

    it('refuses what it cannot do, and changes nothing', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(20, { config: SMALL_SEGMENTS, records: 2 });
      const bounds = { startOffset: 0n, endOffset: 40n };
      const range = wholeRange(log);
      const { fromOffset, toOffset } = range;
      const tries: readonly [OffsetRange, readonly SampleBatch[]][] = [
        [{ fromOffset: fromOffset + 1n, toOffset }, []],
        [{ fromOffset, toOffset: toOffset - 1n }, []],
        [{ fromOffset, toOffset: 40n }, []],
        [{ fromOffset: toOffset, toOffset: fromOffset }, []],
        [range, sampleBatches(1, { baseOffset: toOffset })],
        [range, sampleBatches(1, { baseOffset: toOffset - 1n, records: 2 })],
        [range, [batches[2]!, batches[1]!]],
        [range, [batches[2]!, batches[2]!]],
      ];
      for (const [each, others] of tries) {
        const refused = log.replace(each, toStore(log, others));
        await expect(refused).rejects.toMatchObject({ errorName: 'KAFKA_STORAGE_ERROR' });
        await expectLog(log, batches, bounds);
      }
      const failing = (function* () {
        yield* toStore(log, batches.slice(0, 1));
        throw new Error('no more');
      })();
      await expect(log.replace(range, failing)).rejects.toThrow('no more');
      await expectLog(log, batches, bounds);
      const after = await swap(log, batches, 2);
      await expectLog(log, after, bounds);
    });

    it.each(['truncate', 'reset', 'replace', 'delete'] as const)(
      'gives way to a %s meanwhile',
      async (change) => {
        const bench = await StoreBench.open(subject);
        const { log, batches } = await bench.filled(20, { config: SMALL_SEGMENTS });
        const range = wholeRange(log);
        let other: Promise<void> | undefined;
        const replaced = log.replace(
          range,
          (async function* () {
            yield* toStore(log, batches.slice(0, 1));
            if (change === 'replace') {
              await expect(log.replace(range, [])).rejects.toThrow();
            } else if (change === 'delete') {
              other = bench.store.delete(log);
            } else await log[change](2n);
            await new Promise<void>((resolve) => setImmediate(resolve));
            yield* toStore(log, batches.slice(1, 2));
          })(),
        );
        if (change === 'replace') await replaced;
        else await expect(replaced).rejects.toThrow();
        await other;
        if (change === 'delete') return;
        const kept = change === 'reset' ? [] : batches.slice(0, 2);
        const rest = batches.filter((batch) => !isIn(range, batch));
        expectBatches(await readAll(log), change === 'replace' ? [...kept, ...rest] : kept);
        const more = sampleBatches(3, { baseOffset: log.endOffset, seed: 4 });
        await bench.append(log, more);
        expectBatches(await readAll(log, more[0]!.baseOffset), more);
      },
    );
  });

  reopenReplaced(subject);
}

function reopenReplaced(subject: LogStoreSubject): void {
  const { durable } = subject.capabilities;
  const ways = durable ? (['reopen', 'crash'] as const) : (['reopen'] as const);
  describe.skipIf(!durable && subject.again === undefined)('replace, and open again', () => {
    it.each(ways)('after a swap, and after more of everything (%s)', async (way) => {
      const bench = await StoreBench.open(subject);
      const { batches, ...filled } = await bench.filled(40, { config: SMALL_SEGMENTS });
      let { log } = filled;
      let after = await swap(log, batches, 4);
      const again = async (): Promise<void> => {
        const { startOffset, endOffset } = log;
        log = (await bench[way]())!;
        log.configure(SMALL_SEGMENTS);
        expect(bench.recovered[0]?.truncatedBytes).toBe(0);
        await expectLog(log, after, { startOffset, endOffset });
        if (startOffset === 0n) expect(log.sizeBytes).toBe(bytesOf(after));
      };
      await again();
      await again();
      const more = sampleBatches(20, { baseOffset: 40n });
      await bench.append(log, more, 'synced');
      after = [...after, ...more];
      await again();
      after = await swap(log, after, 3);
      await again();
      await log.truncate(21n);
      after = after.filter(({ lastOffset }) => lastOffset < 21n);
      await again();
      const other = sampleBatches(20, { baseOffset: log.endOffset, seed: 2 });
      for (const batch of other) await bench.append(log, [batch], 'synced');
      after = [...after, ...other];
      await again();
      after = await swap(log, after, 1000);
      await again();
      await log.dropPrefix(20n);
      after = after.filter(({ lastOffset }) => lastOffset >= 20n);
      await again();
    });

    it.skipIf(!durable)('has the old batches where the new ones were not all there', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(30, { config: SMALL_SEGMENTS });
      const { id } = log;
      let left = 4;
      let closed: Promise<void> | undefined;
      const replaced = log.replace(
        wholeRange(log),
        (async function* () {
          for (const entry of toStore(log, batches)) {
            left -= 1;
            if (left === 0) return;
            yield entry;
            if (left > 1) continue;
            const dead = bench.store;
            expectBatches(await readAll((await bench.crash())!), batches);
            closed = dead.close();
          }
        })(),
      );
      // A store that is being closed may bring it to its end or not.
      await replaced.catch(() => undefined);
      await closed;
      const again = (await bench.reopen())!;
      expectBatches(await readAll(again), batches);
      expect(again.id).toEqual(id);
      const after = await swap(again, batches, 2);
      expectBatches(await readAll((await bench.crash(partition()))!), after);
    });
  });
}
