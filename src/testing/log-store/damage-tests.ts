import { describe, expect, it } from 'vitest';
import { KafkaError } from '../../domain/kafka-error.ts';
import { sampleBatches } from './sample-batches.ts';
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

const OTHER = partition('payments');
/** Neither the first nor the last, so that both sides can be read. */
const DAMAGED = 5;

async function refusalOf(work: Promise<unknown>): Promise<KafkaError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof KafkaError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

/** A byte of one batch is not what was written when the store is opened again. */
export function damageTests(subject: LogStoreSubject): void {
  const { damage } = subject;
  describe.skipIf(damage === undefined).each([
    ['one segment', LARGE_SEGMENTS],
    ['small segments', SMALL_SEGMENTS],
  ] as const)('a batch that was damaged at rest (%s)', (_name, config) => {
    it('is reported and not served, and nothing else is missing', async () => {
      const bench = await StoreBench.open(subject);
      const { batches } = await bench.filled(10, { config, records: 2 });
      const other = await bench.create(OTHER, config);
      const others = sampleBatches(10, { seed: 3 });
      await bench.append(other, others, 'synced');
      await bench.store.close();
      await damage!(bench.directory, batches[DAMAGED]!.bytes);
      bench.renew();
      bench.recovered = await bench.store.open();
      const log = bench.recoveredLog(partition())!;
      expect(log.endOffset).toBe(20n);
      for (const [i, { baseOffset }] of batches.entries()) {
        const read = readOnce(log, { fromOffset: baseOffset });
        if (i === DAMAGED) {
          const { errorName, message } = await refusalOf(read);
          expect(errorName).toBe('CORRUPT_MESSAGE');
          expect(message).toContain(`orders-0 is damaged at offset ${baseOffset}`);
          continue;
        }
        const found = await read;
        expect(found.length).toBeGreaterThan(0);
        const last = i < DAMAGED ? DAMAGED : batches.length;
        expect(found.length).toBeLessThanOrEqual(last - i);
        expectBatches(found, batches.slice(i, i + found.length));
      }
      expectBatches(await readAll(bench.recoveredLog(OTHER)!), others);
    });

    it('does not keep the log from going on', async () => {
      const bench = await StoreBench.open(subject);
      const { batches } = await bench.filled(10, { config, records: 2 });
      await bench.store.close();
      await damage!(bench.directory, batches[DAMAGED]!.bytes);
      bench.renew();
      bench.recovered = await bench.store.open();
      const log = bench.recoveredLog(partition())!;
      const more = sampleBatches(3, { baseOffset: 20n, seed: 4 });
      await bench.append(log, more, 'synced');
      expectBatches(await readAll(log, 12n), [...batches.slice(6), ...more]);
      await log.dropPrefix(12n);
      expectBatches(await readAll(log), [...batches.slice(6), ...more]);
      expectBatches(await readAll((await bench.reopen())!), [...batches.slice(6), ...more]);
    });
  });
}
