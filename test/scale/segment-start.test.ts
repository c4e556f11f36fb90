import { cpSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SegmentLogStore } from '../../src/adapters/segment/segment-log-store.ts';
import type { StoredLog } from '../../src/ports/log-store.ts';
import {
  at,
  CONFIG,
  entryOf,
  everything,
  storeIn,
  temporaryDirectory,
} from '../adapters/segment/segment-fixture.ts';
import { batchOf, ORDERS } from '../app/log/log-fixture.ts';
import { CountingFiles } from './counting-files.ts';

const LOGS = 200;
/** What a start does once: lock, format, marks, lists. */
const CALLS_ONCE = 60;
const SIZE = batchOf(1).length;

async function filledStore(directory: string): Promise<[SegmentLogStore, StoredLog[]]> {
  const store = storeIn(directory);
  await store.open();
  const partitions = Array.from({ length: LOGS }, (_, partition) => partition);
  const logs = await Promise.all(
    partitions.map((partition) => store.create({ ...ORDERS, partition }, CONFIG)),
  );
  await appendTo(store, logs, 0n);
  for (const log of logs) await log.writeSnapshot('log-state-0', new Uint8Array(100));
  return [store, logs];
}

function appendTo(store: SegmentLogStore, logs: readonly StoredLog[], offset: bigint) {
  return store.append(
    logs.map((log) => entryOf(log, at(batchOf(1), offset))),
    'synced',
  );
}

/** The folder as a process leaves it that is killed now. */
async function killed(directory: string): Promise<string> {
  for (;;) {
    const copy = await temporaryDirectory();
    try {
      cpSync(directory, copy, { recursive: true });
      return copy;
    } catch (error) {
      // The store writes index files in the background, under passing names.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

async function start(directory: string) {
  const counting = new CountingFiles();
  const store = storeIn(directory, { files: counting.files });
  const recovered = await store.open();
  const { calls, bytesRead, openFiles } = counting;
  return { counting, store, recovered, calls, bytesRead, openFiles };
}

describe(`a start with ${LOGS} logs`, () => {
  it('after a clean stop looks at each once and opens none', async () => {
    const directory = await temporaryDirectory();
    const [store] = await filledStore(directory);
    await store.close();
    const started = await start(directory);
    expect(started.recovered).toHaveLength(LOGS);
    expect(started.calls).toBeLessThan(LOGS + CALLS_ONCE);
    expect(started.openFiles).toBe(1);
    const before = started.counting.calls;
    for (const { log } of started.recovered) {
      expect([log.endOffset, log.sizeBytes]).toEqual([1n, SIZE]);
      expect(await log.readSnapshot('log-state-0')).toHaveLength(100);
    }
    expect(started.counting.calls).toBe(before);
    expect(await everything(started.recovered[0]!.log)).toHaveLength(SIZE);
  });

  it('after a crash looks into those that changed since the last checkpoint', async () => {
    const directory = await temporaryDirectory();
    const [store, logs] = await filledStore(directory);
    // Twice, so that the logs are known to be idle.
    await store.checkpoint();
    await store.checkpoint();
    const idle = await start(await killed(directory));
    expect(idle.calls).toBeLessThan(LOGS + CALLS_ONCE);
    const changed = logs.slice(0, 10);
    await appendTo(store, changed, 1n);
    const started = await start(await killed(directory));
    expect(started.calls).toBeLessThan(LOGS + CALLS_ONCE + changed.length * 40);
    const ends = started.recovered.map(({ log }) => Number(log.endOffset));
    expect(ends.filter((end) => end === 2)).toHaveLength(changed.length);
    expect(ends.filter((end) => end === 1)).toHaveLength(LOGS - changed.length);
    await store.close();
  });

  it('opens a folder that has no summary', async () => {
    const directory = await temporaryDirectory();
    const [store] = await filledStore(directory);
    const copy = await killed(directory);
    await store.close();
    const started = await start(copy);
    expect(started.recovered.map(({ log }) => log.endOffset)).toEqual(Array(LOGS).fill(1n));
  });
});

describe('a log of many segments', () => {
  it('is not gone over at a start: after a crash its last segment is, unless a checkpoint tells', async () => {
    const directory = await temporaryDirectory();
    const store = storeIn(directory);
    await store.open();
    const segments = 100;
    const log = await store.create(ORDERS, { ...CONFIG, segmentBytes: SIZE * 10 });
    for (let offset = 0n; offset < BigInt(segments * 10); offset++) {
      await store.append([entryOf(log, at(batchOf(1), offset))], 'written');
      if (offset % 10n === 0n) await store.sync(log);
    }
    await store.sync(log);
    const crashed = await start(await killed(directory));
    expect(crashed.recovered[0]!.log.endOffset).toBe(BigInt(segments * 10));
    // Of the other segments only what is the last entry of their time indexes.
    expect(crashed.bytesRead).toBeLessThan(SIZE * 10 * 3 + segments * 100);
    await store.checkpoint();
    await store.checkpoint();
    const checkpointed = await start(await killed(directory));
    expect(checkpointed.calls).toBeLessThan(CALLS_ONCE);
    await store.close();
    const clean = await start(directory);
    expect(clean.recovered[0]!.log.sizeBytes).toBe(SIZE * segments * 10);
    expect(clean.calls).toBeLessThan(CALLS_ONCE);
    expect(await everything(clean.recovered[0]!.log)).toHaveLength(SIZE * segments * 10);
  });
});

describe('open files', () => {
  it('stay within what is asked for while a thousand logs are written to and read', async () => {
    const counting = new CountingFiles();
    const openFilesMax = 60;
    const directory = await temporaryDirectory();
    const store = storeIn(directory, { files: counting.files, openFilesMax });
    await store.open();
    const logs: StoredLog[] = [];
    for (let partition = 0; partition < 1000; partition++) {
      logs.push(await store.create({ ...ORDERS, partition }, CONFIG));
    }
    let most = 0;
    const wave = 20;
    for (const durability of ['written', 'synced'] as const) {
      const offset = durability === 'written' ? 0n : 1n;
      for (let from = 0; from < logs.length; from += wave) {
        const some = logs.slice(from, from + wave);
        const entries = some.map((log) => entryOf(log, at(batchOf(1), offset)));
        await store.append(entries, durability);
        await new Promise((resolve) => setTimeout(resolve, 5));
        for (const log of some) await everything(log);
        most = Math.max(most, counting.openFiles);
      }
    }
    // What is written while older files are being synced comes on top, however many logs there are.
    expect(most).toBeLessThanOrEqual(openFilesMax * 4);
    await store.close();
    expect(counting.openFiles).toBe(0);
  });
});
