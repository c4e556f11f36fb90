import { describe, expect, it } from 'vitest';
import type { StoredLog } from '../../ports/log-store.ts';
import { type SampleBatch, sampleBatches } from './sample-batches.ts';
import {
  expectBatches,
  type LogStoreSubject,
  partition,
  readAll,
  SMALL_SEGMENTS,
  StoreBench,
} from './store-bench.ts';

const OTHER = partition('other', 3, 'C');

/** What a store is asked in turn, each with what the log holds afterwards. */
const STEPS: readonly {
  readonly name: string;
  run(bench: StoreBench, log: StoredLog): Promise<unknown>;
  after(batches: readonly SampleBatch[]): readonly SampleBatch[];
}[] = [
  {
    name: 'a written append',
    run: (bench, log) => bench.append(log, sampleBatches(3, { baseOffset: 20n, seed: 1 })),
    after: (batches) => [...batches, ...sampleBatches(3, { baseOffset: 20n, seed: 1 })],
  },
  {
    name: 'a synced append',
    run: (bench, log) => bench.append(log, sampleBatches(3, { baseOffset: 23n }), 'synced'),
    after: (batches) => [...batches, ...sampleBatches(3, { baseOffset: 23n })],
  },
  {
    name: 'a drop of the beginning',
    run: (_bench, log) => log.dropPrefix(4n),
    after: (batches) => batches.slice(4),
  },
  {
    name: 'a replacement',
    run: async (_bench, log) => {
      const [run] = log.replaceable();
      await log.replace(run!, []);
    },
    after: (batches) => batches.filter(({ baseOffset }) => baseOffset >= 5n),
  },
  {
    name: 'a truncation',
    run: (_bench, log) => log.truncate(9n),
    after: (batches) => batches.filter(({ lastOffset }) => lastOffset < 9n),
  },
  {
    name: 'a snapshot',
    run: (_bench, log) => log.writeSnapshot('state', new Uint8Array([7])),
    after: (batches) => batches,
  },
  {
    name: 'a second log',
    run: (bench) => bench.create(OTHER, SMALL_SEGMENTS),
    after: (batches) => batches,
  },
  {
    name: 'a reset',
    run: (_bench, log) => log.reset(100n),
    after: () => [],
  },
  {
    name: 'an append after it',
    run: (bench, log) => bench.append(log, sampleBatches(2, { baseOffset: 100n })),
    after: () => sampleBatches(2, { baseOffset: 100n }),
  },
];

/** Stops without a close: what the process had been answered is there when the next one opens the store. */
export function stopTests(subject: LogStoreSubject): void {
  describe.skipIf(!subject.capabilities.durable)('stopping without a close', () => {
    for (const [count, { name }] of STEPS.entries()) {
      it.each([1, 2])(`after ${name}, %i times in a row`, async (times) => {
        const bench = await StoreBench.open(subject);
        const { log, batches } = await bench.filled(20, { config: SMALL_SEGMENTS });
        let expected = batches;
        for (const step of STEPS.slice(0, count + 1)) {
          await step.run(bench, log);
          expected = step.after(expected);
        }
        for (let i = 0; i < times; i++) await bench.crash();
        const again = bench.recoveredLog(log.id)!;
        expect(bench.recovered.every(({ clean }) => !clean)).toBe(true);
        expect([again.startOffset, again.endOffset]).toEqual([log.startOffset, log.endOffset]);
        expectBatches(await readAll(again), expected);
        const more = sampleBatches(2, { baseOffset: again.endOffset, seed: 9 });
        await bench.append(again, more, 'synced');
        expectBatches(await readAll((await bench.reopen())!), [...expected, ...more]);
      });
    }

    it('after each of several lives', async () => {
      const bench = await StoreBench.open(subject);
      let { log, batches } = await bench.filled(1, { config: SMALL_SEGMENTS });
      for (let life = 0; life < 6; life++) {
        const more = sampleBatches(3, { baseOffset: log.endOffset, seed: life });
        await bench.append(log, more, life % 2 === 0 ? 'written' : 'synced');
        batches = [...batches, ...more];
        log = (await (life % 3 === 2 ? bench.reopen() : bench.crash()))!;
        log.configure(SMALL_SEGMENTS);
        expectBatches(await readAll(log), batches);
      }
    });

    it('a store that could not be opened leaves everything to the next', async () => {
      const bench = await StoreBench.open(subject);
      const { log, batches } = await bench.filled(5, { config: SMALL_SEGMENTS });
      await expect(bench.another().open()).rejects.toThrow();
      const more = sampleBatches(2, { baseOffset: 5n });
      await bench.append(log, more, 'synced');
      await expect(bench.another().open()).rejects.toThrow();
      expectBatches(await readAll((await bench.crash())!), [...batches, ...more]);
      await expect(bench.another().open()).rejects.toThrow();
      expectBatches(await readAll((await bench.reopen())!), [...batches, ...more]);
    });
  });
}
