import { describe, expect, it } from 'vitest';
import { MemoryLogStore } from '../../../../src/adapters/memory/memory-log-store.ts';
import type { UnifiedLog } from '../../../../src/app/services/log/unified-log.ts';
import type { LogConfig } from '../../../../src/domain/log/log-config.ts';
import { encodeEndTransactionMarker } from '../../../../src/domain/record/control-record.ts';
import type { RecordBatchInput } from '../../../../src/domain/record/record-batch.ts';
import type { BatchesToStore, OffsetRange } from '../../../../src/ports/log-store.ts';
import { batchOf, checksum, logManager, ManualTime, ORDERS } from '../log-fixture.ts';
import { batchesIn, CLEANER, COMPACTED, cleanAll, cleanerOf } from './cleaner-bench.ts';

class CleanerBench {
  readonly time = new ManualTime();
  readonly store = new MemoryLogStore();
  readonly manager = logManager(this.store, this.time);
  log!: UnifiedLog;

  static async open(config: Partial<LogConfig> = {}): Promise<CleanerBench> {
    const bench = new CleanerBench();
    await bench.manager.open();
    bench.log = await bench.manager.create(ORDERS, { ...COMPACTED, ...config });
    return bench;
  }

  /** `a=1 b=- a=2`: keys with values, `-` for a tombstone. */
  async produce(text: string, input: Omit<RecordBatchInput, 'records'> = {}): Promise<bigint> {
    const records = text.split(' ').map((each) => {
      const [key, value] = each.split('=') as [string, string];
      const bytes = value === '-' ? null : Buffer.from(value);
      return { timestampMs: BigInt(this.time.ms), key: Buffer.from(key), value: bytes };
    });
    const info = this.log.append(batchOf(records, input), { origin: 'client' });
    await info.committed;
    return info.baseOffset;
  }

  async end(producerId: bigint, type: 'COMMIT' | 'ABORT'): Promise<void> {
    const timestampMs = BigInt(this.time.ms);
    const marker = { type, coordinatorEpoch: 0, producerId, producerEpoch: 0, timestampMs };
    const batch = encodeEndTransactionMarker(marker, checksum);
    await this.log.append(batch, { origin: 'coordinator' }).committed;
  }

  /** So that what was written before is closed. */
  async roll(): Promise<void> {
    await this.produce(`roll=${'x'.repeat(500)}`);
    await this.produce(`roll=${'y'.repeat(500)}`);
  }

  clean(): Promise<number> {
    return cleanAll(cleanerOf(this.manager, this.time));
  }

  /** Each batch as text: `0-2 a=1`, `3-3 (ABORT)`; without those of `roll`. */
  async batches(): Promise<readonly string[]> {
    const texts: string[] = [];
    for (const batch of await batchesIn(this.log)) {
      const records = batch.records.map(({ key, value }) => {
        if (batch.control)
          return `(${Buffer.from(key!).readInt16BE(2) === 0 ? 'ABORT' : 'COMMIT'})`;
        return `${Buffer.from(key!)}=${value === null ? '-' : Buffer.from(value)}`;
      });
      if (records.some((record) => record.startsWith('roll='))) continue;
      texts.push([`${batch.baseOffset}-${batch.lastOffset}`, ...records].join(' '));
    }
    return texts;
  }
}

describe('the log cleaner', () => {
  it('keeps the last record of each key where it was', async () => {
    const bench = await CleanerBench.open();
    await bench.produce('a=1 b=1 c=1');
    await bench.produce('a=2');
    await bench.produce('b=2 a=3', { compression: 'zstd' });
    await bench.roll();
    expect(await bench.clean()).toBe(1);
    expect(await bench.batches()).toEqual(['0-2 c=1', '4-5 b=2 a=3']);
    expect(await bench.clean()).toBe(0);
    await bench.produce('c=2');
    await bench.roll();
    expect(await bench.clean()).toBe(1);
    expect(await bench.batches()).toEqual(['4-5 b=2 a=3', '8-8 c=2']);
    expect([bench.log.logStartOffset, bench.log.logEndOffset]).toEqual([0n, 11n]);
  });

  it('keeps tombstones for delete.retention.ms from when they were first cleaned (KIP-534)', async () => {
    const bench = await CleanerBench.open({ deleteRetentionMs: 1000 });
    await bench.produce('a=1 b=1');
    await bench.produce('a=- b=2');
    await bench.roll();
    bench.time.ms += 100_000;
    await bench.clean();
    expect(await bench.batches()).toEqual(['2-3 a=- b=2']);
    const [batch] = await batchesIn(bench.log);
    expect(batch?.deleteHorizonMs).toBe(BigInt(bench.time.ms + 1000));
    expect(batch?.records[0]?.timestampMs).toBe(BigInt(bench.time.ms - 100_000));
    bench.time.ms += 999;
    await bench.roll();
    await bench.clean();
    expect(await bench.batches()).toEqual(['2-3 a=- b=2']);
    bench.time.ms += 1;
    await bench.roll();
    await bench.clean();
    expect(await bench.batches()).toEqual(['2-3 b=2']);
  });

  it('removes what was aborted, and markers once nothing of their transaction is left', async () => {
    const bench = await CleanerBench.open({ deleteRetentionMs: 1000 });
    const first = { producerId: 1n, producerEpoch: 0, transactional: true };
    const second = { producerId: 2n, producerEpoch: 0, transactional: true };
    await bench.produce('a=1 b=1', { ...first, baseSequence: 0 });
    await bench.produce('c=1', { ...second, baseSequence: 0 });
    await bench.end(1n, 'ABORT');
    await bench.end(2n, 'COMMIT');
    await bench.roll();
    // Their last records have to be known.
    bench.log.removeExpiredProducers(-1);
    await bench.clean();
    expect(await bench.batches()).toEqual(['2-2 c=1', '3-3 (ABORT)', '4-4 (COMMIT)']);
    await bench.produce('c=2');
    await bench.roll();
    await bench.clean();
    // The horizon of the first marker is set now, of the second there was a batch still.
    expect(await bench.batches()).toEqual(['3-3 (ABORT)', '4-4 (COMMIT)', '7-7 c=2']);
    bench.time.ms += 1000;
    await bench.roll();
    await bench.clean();
    expect(await bench.batches()).toEqual(['4-4 (COMMIT)', '7-7 c=2']);
    bench.time.ms += 1000;
    await bench.roll();
    await bench.clean();
    expect(await bench.batches()).toEqual(['7-7 c=2']);
  });

  it('keeps the last batch of each producer, be it empty', async () => {
    const bench = await CleanerBench.open();
    const producer = { producerId: 9n, producerEpoch: 3 };
    await bench.produce('a=1 b=1', { ...producer, baseSequence: 0 });
    await bench.produce('a=2 b=2', { ...producer, baseSequence: 2 });
    await bench.produce('a=3 b=3');
    await bench.roll();
    await bench.clean();
    expect(await bench.batches()).toEqual(['2-3', '4-5 a=3 b=3']);
    const [empty] = await batchesIn(bench.log);
    expect(empty).toMatchObject({ sizeInBytes: 61, baseSequence: 2, lastSequence: 3 });
    const again = batchOf(2, { ...producer, baseSequence: 2 });
    expect(() => bench.log.append(again, { origin: 'client' })).toThrow(/key/);
    expect(await bench.produce('a=9 b=9', { ...producer, baseSequence: 4 })).toBe(8n);
  });

  it('keeps the offset up to which a round went', async () => {
    const bench = await CleanerBench.open();
    await bench.produce('a=1');
    await bench.produce(`b=${'x'.repeat(400)}`);
    await bench.produce(`c=${'x'.repeat(400)} a=2`);
    await bench.produce(`a=3 c=${'x'.repeat(500)}`);
    await bench.clean();
    const batches = await batchesIn(bench.log);
    expect(batches.map(({ baseOffset, lastOffset }) => [baseOffset, lastOffset])).toEqual([
      [1n, 1n],
      [2n, 3n],
      [4n, 5n],
    ]);
  });

  it('leaves what is young, and what is not committed', async () => {
    const bench = await CleanerBench.open({ minCompactionLagMs: 10_000 });
    await bench.produce('a=1');
    await bench.roll();
    bench.time.ms += 5000;
    await bench.produce('a=2');
    await bench.roll();
    expect(await bench.clean()).toBe(0);
    bench.time.ms += 5001;
    expect(await bench.clean()).toBe(1);
    expect(await bench.batches()).toEqual(['0-0 a=1', '3-3 a=2']);
    bench.time.ms += 5001;
    expect(await bench.clean()).toBe(1);
    expect(await bench.batches()).toEqual(['3-3 a=2']);
    const transaction = { producerId: 1n, producerEpoch: 0, transactional: true, baseSequence: 0 };
    await bench.produce('a=3', transaction);
    await bench.roll();
    bench.time.ms += 50_000;
    await bench.clean();
    expect(await bench.batches()).toEqual(['3-3 a=2', '6-6 a=3']);
  });

  it('waits for min.cleanable.dirty.ratio, but not beyond max.compaction.lag.ms', async () => {
    const bench = await CleanerBench.open({
      minCleanableDirtyRatio: 0.6,
      maxCompactionLagMs: 60_000,
    });
    for (let i = 0; i < 20; i++) await bench.produce(`key${i}=${'x'.repeat(200)}`);
    expect(await bench.clean()).toBe(1);
    await bench.produce('key0=1');
    await bench.roll();
    expect(await bench.clean()).toBe(0);
    bench.time.ms += 60_001;
    expect(await bench.clean()).toBe(1);
    expect((await bench.batches()).includes('20-20 key0=1')).toBe(true);
  });

  it('takes the dirtiest log first, and only those that are compacted', async () => {
    const bench = await CleanerBench.open();
    const other = { ...ORDERS, topicId: 'b3RoZXItb3RoZXItb3RoZQ', topic: 'other' };
    const kept = { ...ORDERS, topicId: 'a2VwdC1rZXB0LWtlcHQta2', topic: 'kept' };
    const first = bench.log;
    for (let i = 0; i < 10; i++) await bench.produce(`a=${'x'.repeat(200)}`);
    await bench.clean();
    await bench.produce(`a=${'x'.repeat(450)}`);
    await bench.produce('a=1');
    const second = await bench.manager.create(other, COMPACTED);
    const third = await bench.manager.create(kept, { ...COMPACTED, cleanupPolicy: ['delete'] });
    for (const log of [second, third]) {
      bench.log = log;
      for (let i = 0; i < 5; i++) await bench.produce(`a=${'x'.repeat(300)}`);
    }
    const cleaner = cleanerOf(bench.manager, bench.time);
    const sizes = () => [first, second, third].map(({ sizeBytes }) => sizeBytes);
    const before = sizes();
    await cleaner.cleanFilthiest(cleaner.offsetMap(1));
    expect(sizes()[0]).toBe(before[0]);
    expect(sizes()[1]).toBeLessThan(before[1]!);
    expect(await cleanAll(cleaner)).toBe(1);
    expect(sizes()[2]).toBe(before[2]);
  });

  it('compacts what retention leaves, where the topic has both policies', async () => {
    const bench = await CleanerBench.open({
      cleanupPolicy: ['compact', 'delete'],
      retentionMs: 10_000,
    });
    await bench.produce('a=1 b=1');
    await bench.roll();
    bench.time.ms += 8000;
    await bench.produce('a=2');
    await bench.produce('a=3');
    await bench.roll();
    await bench.clean();
    expect(await bench.batches()).toEqual(['0-1 b=1', '5-5 a=3']);
    bench.time.ms += 3000;
    await bench.manager.applyRetention();
    expect(bench.log.logStartOffset).toBeGreaterThan(0n);
    await bench.produce('a=4');
    await bench.roll();
    await bench.clean();
    const { logStartOffset, logEndOffset } = bench.log;
    expect((await bench.batches()).at(-1)).toBe('8-8 a=4');
    expect([logStartOffset > 0n, logEndOffset]).toEqual([true, 11n]);
  });

  it('goes on where it was after a restart', async () => {
    const bench = await CleanerBench.open({ minCleanableDirtyRatio: 0.5 });
    await bench.produce('a=1 b=1');
    await bench.produce('a=2');
    await bench.roll();
    expect(await bench.clean()).toBe(1);
    expect(await cleanAll(cleanerOf(bench.manager, bench.time))).toBe(0);
  });

  it('tells once of a log whose data are damaged, and leaves it alone', async () => {
    const bench = await CleanerBench.open();
    await bench.produce('a=1');
    await bench.produce('a=2', { compression: 'gzip' });
    await bench.roll();
    const damaged = await bench.log.stored.read({
      fromOffset: 1n,
      maxBytes: 1,
      minOneBatch: true,
      upTo: 2n,
    });
    damaged.slices[0]!.fill(0x55, 61);
    const cleaner = cleanerOf(bench.manager, bench.time);
    expect(await cleanAll(cleaner)).toBe(1);
    expect([...cleaner.uncleanable.keys()]).toEqual([bench.log]);
    expect(await cleanAll(cleaner)).toBe(0);
  });

  it('tries again later where the store could not do it', async () => {
    const bench = await CleanerBench.open();
    await bench.produce('a=1');
    await bench.produce('a=2');
    await bench.roll();
    const { stored } = bench.log;
    const replace = stored.replace.bind(stored);
    stored.replace = async (): Promise<void> => {
      throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    };
    const cleaner = cleanerOf(bench.manager, bench.time);
    expect(await cleanAll(cleaner)).toBe(1);
    expect(cleaner.uncleanable.size).toBe(0);
    stored.replace = (range: OffsetRange, batches: BatchesToStore) => replace(range, batches);
    expect(await cleanAll(cleaner)).toBe(0);
    bench.time.ms += 60_000;
    expect(await cleanAll(cleaner)).toBe(1);
    expect(await bench.batches()).toEqual(['1-1 a=2']);
  });

  it('needs several rounds where the keys do not fit into its memory', async () => {
    const bench = await CleanerBench.open();
    for (let i = 0; i < 60; i++) await bench.produce(`key${i % 20}=${i}`);
    await bench.roll();
    const cleaner = cleanerOf(bench.manager, bench.time, { dedupeBufferBytes: 24 * 10 });
    expect(await cleanAll(cleaner)).toBeGreaterThan(3);
    const expected = Array.from({ length: 20 }, (_, i) => `${i + 40}-${i + 40} key${i}=${i + 40}`);
    expect(await bench.batches()).toEqual(expected);
  });

  it('gives up a log that is deleted, and what it does when it is stopped', async () => {
    const bench = await CleanerBench.open();
    for (let i = 0; i < 30; i++) await bench.produce(`a=${'x'.repeat(200)}`);
    const config = { ioMaxBytesPerSecond: 1000 };
    const cleaner = cleanerOf(bench.manager, bench.time, config);
    cleaner.start();
    const before = bench.log.sizeBytes;
    for (let turn = 0; turn < 20; turn++) await new Promise((done) => setImmediate(done));
    // It waits for its budget.
    expect(bench.log.sizeBytes).toBe(before);
    const stopped = cleaner.stop();
    for (let turn = 0; turn < 20; turn++) {
      await new Promise((done) => setImmediate(done));
      bench.time.advance(200);
    }
    await stopped;
    expect(bench.log.sizeBytes).toBe(before);
    const other = cleanerOf(bench.manager, bench.time, config);
    const cleaning = other.cleanFilthiest(other.offsetMap(1));
    await bench.manager.deleteTopic(ORDERS.topicId);
    for (let turn = 0; turn < 20; turn++) {
      await new Promise((done) => setImmediate(done));
      bench.time.advance(200);
    }
    await cleaning;
    expect(other.uncleanable.size).toBe(0);
  });

  it('runs by itself until it is stopped', async () => {
    const bench = await CleanerBench.open();
    const cleaner = cleanerOf(bench.manager, bench.time);
    cleaner.start();
    await bench.produce('a=1');
    await bench.produce('a=2');
    await bench.roll();
    for (let turn = 0; turn < 50; turn++) {
      await new Promise((done) => setImmediate(done));
      bench.time.advance(CLEANER.backoffMs / 10);
    }
    expect(await bench.batches()).toEqual(['1-1 a=2']);
    await cleaner.stop();
  });

  it('has as many threads as are set while it runs', async () => {
    const bench = await CleanerBench.open();
    const config = { threads: 0 };
    let change: () => void = () => undefined;
    const cleaner = cleanerOf(bench.manager, bench.time, config, undefined, (listener) => {
      change = listener;
      return () => {
        change = () => undefined;
      };
    });
    const turns = async () => {
      for (let turn = 0; turn < 50; turn++) {
        await new Promise((done) => setImmediate(done));
        bench.time.advance(CLEANER.backoffMs / 10);
      }
    };
    cleaner.start();
    await bench.produce('a=1');
    await bench.produce('a=2');
    await bench.roll();
    await turns();
    expect(await bench.batches()).toEqual(['0-0 a=1', '1-1 a=2']);
    for (const threads of [1, 3]) {
      config.threads = threads;
      change();
      await turns();
      expect(await bench.batches()).toEqual(['1-1 a=2']);
    }
    config.threads = 0;
    change();
    await bench.produce('a=3');
    await bench.roll();
    await turns();
    expect(await bench.batches()).toEqual(['1-1 a=2', '4-4 a=3']);
    config.threads = 2;
    change();
    await turns();
    expect(await bench.batches()).toEqual(['4-4 a=3']);
    await cleaner.stop();
  });
});
