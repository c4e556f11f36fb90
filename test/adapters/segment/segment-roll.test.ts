import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StoredLogConfig } from '../../../src/ports/log-store.ts';
import { batchOf, ORDERS } from '../../app/log/log-fixture.ts';
import { at, CONFIG, entryOf, everything, storeIn, temporaryDirectory } from './segment-fixture.ts';

function batchAt(baseOffset: bigint, timestampMs: bigint, valueBytes = 100): Uint8Array {
  const value = new Uint8Array(valueBytes);
  return at(batchOf([{ timestampMs, key: null, value, headers: [] }]), baseOffset);
}

async function openLog(config: Partial<StoredLogConfig>, nowMs?: () => number) {
  const directory = await temporaryDirectory();
  const store = storeIn(directory, nowMs ? { nowMs } : {});
  await store.open();
  const log = await store.create(ORDERS, { ...CONFIG, ...config });
  const folder = join(directory, 'orders-0');
  const append = (...batches: Uint8Array[]): Promise<void> =>
    store.append(
      batches.map((batch) => entryOf(log, batch)),
      'synced',
    );
  const files = (extension = '.log'): string[] =>
    readdirSync(folder)
      .filter((name) => name.endsWith(extension))
      .sort();
  return { directory, store, log, folder, append, files };
}

const name = (offset: bigint): string => `${String(offset).padStart(20, '0')}.log`;

describe('a segment is followed by another one', () => {
  it('before it would grow beyond segment.bytes', async () => {
    const size = batchAt(0n, 0n).length;
    const { append, files, folder } = await openLog({ segmentBytes: size * 3 });
    for (let offset = 0n; offset < 7n; offset++) await append(batchAt(offset, 1n));
    expect(files()).toEqual([name(0n), name(3n), name(6n)]);
    expect(files().map((file) => statSync(join(folder, file)).size / size)).toEqual([3, 3, 1]);
  });

  it('in the middle of an append', async () => {
    const size = batchAt(0n, 0n).length;
    const { append, files, log } = await openLog({ segmentBytes: size * 2 });
    const batches = [0n, 1n, 2n, 3n, 4n].map((offset) => batchAt(offset, 1n));
    await append(...batches);
    expect(files()).toEqual([name(0n), name(2n), name(4n)]);
    expect(Buffer.compare(await everything(log), Buffer.concat(batches))).toBe(0);
  });

  it('when a batch is more than segment.ms younger than the first', async () => {
    const { append, files } = await openLog({ segmentMs: 1000 });
    for (const [offset, time] of [
      [0n, 5000n],
      [1n, 1n],
      [2n, 6000n],
      [3n, 6001n],
    ] as const) {
      await append(batchAt(offset, time));
    }
    expect(files()).toEqual([name(0n), name(3n)]);
  });

  it('when it is older than segment.ms and has no times', async () => {
    let nowMs = 10_000;
    const { append, files } = await openLog({ segmentMs: 1000 }, () => nowMs);
    await append(batchAt(0n, -1n));
    nowMs += 1000;
    await append(batchAt(1n, -1n));
    nowMs += 1;
    await append(batchAt(2n, -1n));
    expect(files()).toEqual([name(0n), name(2n)]);
  });

  it('when an offset is too far from its first one', async () => {
    const { append, files } = await openLog({});
    await append(batchAt(0n, 1n), batchAt(2_147_483_647n, 1n));
    expect(files()).toEqual([name(0n)]);
    await append(batchAt(2_147_483_648n, 1n), batchAt(9_000_000_000n, 1n));
    expect(files()).toEqual([name(0n), name(2_147_483_648n), name(9_000_000_000n)]);
  });
});

describe('index files', () => {
  it('are written when a segment is closed, with an entry after each interval', async () => {
    const size = batchAt(0n, 0n).length;
    const config = { segmentBytes: size * 5, indexIntervalBytes: size };
    const { append, store, folder, files } = await openLog(config);
    const times = [10n, 30n, 20n, 40n, 35n, 50n];
    for (const [i, time] of times.entries()) await append(batchAt(BigInt(i), time));
    await store.close();
    expect(files('.index')).toHaveLength(2);
    // An entry is due once more than the interval has gone by since the last one: at the third and fifth batch.
    const index = readFileSync(join(folder, files('.index')[0]!));
    expect([0, 4, 8, 12].map((place) => index.readInt32BE(place))).toEqual([
      2,
      size * 2,
      4,
      size * 4,
    ]);
    const timeIndex = readFileSync(join(folder, files('.timeindex')[0]!));
    const entries = [0, 12].map((place) => [
      timeIndex.readBigInt64BE(place),
      timeIndex.readInt32BE(place + 8),
    ]);
    expect(entries).toEqual([
      [30n, 1],
      [40n, 3],
    ]);
    // Of the active segment: no interval is over, but its largest time is known.
    expect(statSync(join(folder, files('.index')[1]!)).size).toBe(0);
    expect(readFileSync(join(folder, files('.timeindex')[1]!)).readBigInt64BE(0)).toBe(50n);
  });

  it('are gone while a segment is written to again', async () => {
    const { directory, append, store, folder, files } = await openLog({});
    await append(batchAt(0n, 1n));
    await store.close();
    expect(readdirSync(directory)).toContain('.kafka_cleanshutdown');
    expect(files('index')).toHaveLength(2);
    const again = storeIn(directory);
    const [recovered] = await again.open();
    expect(files('index')).toHaveLength(2);
    await again.append([entryOf(recovered!.log, batchAt(1n, 2n))], 'synced');
    expect(files('index')).toEqual([]);
    expect(readdirSync(directory)).not.toContain('.kafka_cleanshutdown');
    await again.close();
    expect(files('index')).toHaveLength(2);
    expect(statSync(join(folder, name(0n))).size).toBe(2 * batchAt(0n, 1n).length);
  });

  it('are made anew from the batches where they are of no use', async () => {
    const size = batchAt(0n, 0n).length;
    const config = { segmentBytes: size * 20, indexIntervalBytes: size };
    const { directory, append, store, folder, files } = await openLog(config);
    const batches = Array.from({ length: 50 }, (_, i) => batchAt(BigInt(i), BigInt(i)));
    await append(...batches);
    await store.close();
    const { writeFileSync, rmSync } = await import('node:fs');
    writeFileSync(join(folder, files('.index')[0]!), Buffer.alloc(16, 1));
    rmSync(join(folder, files('.timeindex')[1]!));
    writeFileSync(join(folder, files('.index')[2]!), Buffer.alloc(7));
    const again = storeIn(directory);
    const [recovered] = await again.open();
    const log = recovered!.log;
    expect([log.endOffset, recovered!.clean, recovered!.truncatedBytes]).toEqual([50n, true, 0]);
    expect(Buffer.compare(await everything(log), Buffer.concat(batches))).toBe(0);
    for (const time of [0n, 7n, 19n, 20n, 33n, 49n]) {
      expect((await log.findByTimestamp(time))?.baseOffset).toBe(time);
    }
  });
});

describe('a log that is opened again', () => {
  it('gets no new segment before the removal of its index files is synced', async () => {
    const size = batchAt(0n, 0n).length;
    const { directory, append, store, files } = await openLog({ segmentBytes: size * 3 });
    await append(batchAt(0n, 1n));
    await store.close();
    const again = storeIn(directory);
    const [recovered] = await again.open();
    const log = recovered!.log;
    log.configure({ ...CONFIG, segmentBytes: size * 3 });
    const entries = [1n, 2n, 3n, 4n].map((offset) => entryOf(log, batchAt(offset, 1n)));
    const appended = again.append(entries, 'synced');
    expect(files()).toEqual([name(0n)]);
    expect(files('index')).toEqual([]);
    await appended;
    // Nor before the log is noted as changed, which is not waited for.
    let next = 5n;
    await expect
      .poll(async () => {
        await again.append([entryOf(log, batchAt(next, 1n))], 'written');
        next += 1n;
        return files();
      })
      .toEqual([name(0n), expect.any(String)]);
    expect(files()[1]).toBe(name(log.endOffset - 1n));
  });
});
