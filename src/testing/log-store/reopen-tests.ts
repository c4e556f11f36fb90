import { describe, expect, it } from 'vitest';
import { bytesOf, sampleBatches } from './sample-batches.ts';
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

const CONFIGS = [
  ['one segment', LARGE_SEGMENTS],
  ['small segments', SMALL_SEGMENTS],
] as const;

const WAYS = ['reopen', 'crash'] as const;

function cleanlyReopenedTests(subject: LogStoreSubject): void {
  it('gives every log again, as cleanly stopped', async () => {
    const bench = await StoreBench.open(subject);
    const { log, batches } = await bench.filled(10, { config: SMALL_SEGMENTS });
    const empty = await bench.create(partition('empty', 3, 'C'));
    const deleted = await bench.create(partition('deleted'));
    await bench.store.delete(deleted);
    await log.dropPrefix(2n);
    const { sizeBytes } = log;
    const reopened = (await bench.reopen())!;
    expect(bench.recovered).toHaveLength(2);
    for (const { clean, truncatedBytes } of bench.recovered) {
      expect([clean, truncatedBytes]).toEqual([true, 0]);
    }
    expect(bench.recoveredLog(empty.id)?.id).toEqual(empty.id);
    expect([reopened.startOffset, reopened.endOffset]).toEqual([2n, 10n]);
    expect(reopened.sizeBytes).toBe(sizeBytes);
    expect(reopened.id).toEqual(log.id);
    expectBatches(await readAll(reopened), batches.slice(2));
  });
}

function reopenedTests(
  subject: LogStoreSubject,
  way: (typeof WAYS)[number],
  config: typeof LARGE_SEGMENTS,
): void {
  const create = { config, records: 3 };

  it('keeps batches, and goes on', async () => {
    const bench = await StoreBench.open(subject);
    const { log, batches } = await bench.filled(10, create);
    await bench.store.sync(log);
    let expected = batches;
    for (let round = 1; round <= 3; round++) {
      const again = (await bench[way]())!;
      expect(bench.recovered.map(({ clean }) => clean)).toEqual([way === 'reopen']);
      again.configure(config);
      expect([again.startOffset, again.endOffset]).toEqual([0n, BigInt(20 + round * 10)]);
      expect(again.sizeBytes).toBe(bytesOf(expected));
      expectBatches(await readAll(again), expected);
      for (const offset of [0n, 7n, 29n]) {
        const from = expected.filter(({ lastOffset }) => lastOffset >= offset);
        expectBatches(await readAll(again, offset), from);
      }
      const baseOffset = again.endOffset;
      const more = sampleBatches(5, { baseOffset, records: 2, seed: round });
      await bench.append(again, more, 'synced');
      expected = [...expected, ...more];
      expectBatches(await readAll(again), expected);
    }
  });

  it.each([1n, 7n, 20n, 29n, 30n, 44n])('keeps a start at %s', async (at) => {
    const bench = await StoreBench.open(subject);
    const { log, batches } = await bench.filled(10, create);
    await bench.store.sync(log);
    await log.dropPrefix(at);
    const again = (await bench[way]())!;
    const kept = batches.filter(({ lastOffset }) => lastOffset >= at);
    expect(again.startOffset).toBe(at);
    expect(again.endOffset).toBe(at > 30n ? at : 30n);
    expectBatches(await readAll(again), kept);
    await again.dropPrefix(at + 1n);
    expect((await bench[way]())!.startOffset).toBe(at + 1n);
  });

  it.each([0n, 3n, 10n, 17n, 29n])('keeps a truncation to %s', async (to) => {
    const bench = await StoreBench.open(subject);
    const { log, batches } = await bench.filled(10, create);
    await bench.store.sync(log);
    await log.truncate(to);
    const { endOffset } = log;
    const more = sampleBatches(2, { baseOffset: endOffset, seed: 4 });
    await bench.append(log, more, 'synced');
    const again = (await bench[way]())!;
    const kept = batches.filter(({ lastOffset }) => lastOffset < to);
    expectBatches(await readAll(again), [...kept, ...more]);
    expect(again.endOffset).toBe(more[1]!.lastOffset + 1n);
  });

  it.each([0n, 4n, 1000n])('keeps a reset to %s', async (at) => {
    const bench = await StoreBench.open(subject);
    const { log } = await bench.filled(10, create);
    await log.reset(at);
    const again = (await bench[way]())!;
    expect([again.startOffset, again.endOffset, again.sizeBytes]).toEqual([at, at, 0]);
    const more = sampleBatches(5, { baseOffset: at, seed: 1 });
    await bench.append(again, more, 'synced');
    expectBatches(await readAll((await bench[way]())!), more);
  });

  it('does not bring a deleted log back', async () => {
    const bench = await StoreBench.open(subject);
    const { log } = await bench.filled(10, create);
    const other = await bench.create(partition('other'), config);
    const batches = sampleBatches(2);
    await bench.append(other, batches, 'synced');
    const reading = await readOnce(log);
    expect(reading.length).toBeGreaterThan(0);
    await bench.store.delete(log);
    expect(await bench[way]()).toBeUndefined();
    expectBatches(await readAll(bench.recoveredLog(other.id)!), batches);
    const fresh = await bench.create(partition('orders', 0, 'B'));
    expect([fresh.startOffset, fresh.endOffset]).toEqual([0n, 0n]);
    const again = (await bench[way]())!;
    expect(again.id.topicId).toBe(fresh.id.topicId);
    expect(await readAll(again)).toEqual([]);
  });
}

export function reopenTests(subject: LogStoreSubject): void {
  const { durable } = subject.capabilities;
  const ways = durable ? WAYS : WAYS.slice(0, 1);

  describe.skipIf(!durable && subject.again === undefined)('opening again', () => {
    cleanlyReopenedTests(subject);

    describe.each(CONFIGS)('(%s)', (_name, config) => {
      describe.each(ways)('after %s', (way) => reopenedTests(subject, way, config));
    });

    it.skipIf(!durable)('finds everything written before the process died', async () => {
      const bench = await StoreBench.open(subject);
      const logs = [];
      for (let i = 0; i < 5; i++) logs.push(await bench.create(partition('many', i)));
      const batches = sampleBatches(6, { records: 2 });
      for (const log of logs) await bench.append(log, batches, 'written');
      await bench.crash();
      expect(bench.recovered).toHaveLength(5);
      for (const { log, clean, truncatedBytes } of bench.recovered) {
        expect([clean, truncatedBytes]).toEqual([false, 0]);
        expectBatches(await readAll(log), batches);
      }
    });
  });
}
