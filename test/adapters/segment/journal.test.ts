import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeFileSystem } from '../../../src/adapters/data-folder/file-system.ts';
import {
  decodeEntries,
  decodeRoundHeader,
  encodeRoundHeader,
  roundHeaderBytes,
} from '../../../src/adapters/segment/journal-round-format.ts';
import type { SegmentLogStore } from '../../../src/adapters/segment/segment-log-store.ts';
import type { StoredLog } from '../../../src/ports/log-store.ts';
import { sampleBatch, sampleBatches } from '../../../src/testing/log-store/sample-batches.ts';
import { partition } from '../../../src/testing/log-store/store-bench.ts';
import { checksum } from '../../app/log/log-fixture.ts';
import { filesWith, systemError } from './faulty-files.ts';
import { CONFIG, entryOf, everything, storeIn, temporaryDirectory } from './segment-fixture.ts';

const LOGS = 6;

async function logsOf(store: SegmentLogStore): Promise<StoredLog[]> {
  const logs: StoredLog[] = [];
  for (let i = 0; i < LOGS; i++) logs.push(await store.create(partition('orders', i), CONFIG));
  return logs;
}

/** One batch to each log, all of them synced together. */
async function appendToAll(
  store: SegmentLogStore,
  logs: readonly StoredLog[],
  { valueBytes = 20, seed = 0 } = {},
): Promise<void> {
  const entries = logs.map((log) => {
    const { bytes } = sampleBatch({ baseOffset: log.endOffset, valueBytes, seed });
    return entryOf(log, bytes);
  });
  await store.append(entries, 'synced');
}

function segmentFile(directory: string, index: number, base = 0): string {
  return join(directory, `orders-${index}`, `${String(base).padStart(20, '0')}.log`);
}

/** What a power loss leaves: the journal, and of the logs' files what was in them at `sizes`. */
async function afterPowerLoss(directory: string, sizes: readonly number[]): Promise<string> {
  const copy = await temporaryDirectory();
  await cp(directory, copy, { recursive: true });
  for (const [index, size] of sizes.entries()) truncateSync(segmentFile(copy, index), size);
  return copy;
}

function sizesOf(directory: string): number[] {
  return Array.from({ length: LOGS }, (_, index) => statSync(segmentFile(directory, index)).size);
}

async function contentOf(logs: readonly StoredLog[]): Promise<Buffer[]> {
  return Promise.all(logs.map(async (log) => Buffer.from(await everything(log))));
}

async function reopened(directory: string): Promise<StoredLog[]> {
  const recovered = await storeIn(directory).open();
  const logs = recovered.map(({ log }) => log);
  return logs.sort((a, b) => a.id.partition - b.id.partition);
}

describe('appends to many logs', () => {
  it('take one sync together', async () => {
    let syncs = 0;
    const files = filesWith({
      fdatasync: (fd) => {
        syncs += 1;
        return nodeFileSystem.fdatasync(fd);
      },
    });
    const store = storeIn(await temporaryDirectory(), { files });
    await store.open();
    const logs = await logsOf(store);
    await appendToAll(store, logs);
    syncs = 0;
    for (let round = 0; round < 5; round++) await appendToAll(store, logs);
    expect(syncs).toBe(5);
    await store.append([entryOf(logs[0]!, sampleBatch({ baseOffset: 6n }).bytes)], 'synced');
    expect(syncs).toBe(6);
  });

  it('survive when nothing of their own files does', async () => {
    const directory = await temporaryDirectory();
    const store = storeIn(directory);
    await store.open();
    const logs = await logsOf(store);
    await appendToAll(store, logs);
    const sizes = sizesOf(directory);
    for (let round = 0; round < 20; round++) await appendToAll(store, logs, { valueBytes: 3000 });
    const copy = await afterPowerLoss(directory, sizes);
    const again = await reopened(copy);
    expect(await contentOf(again)).toEqual(await contentOf(logs));
    expect(readdirSync(join(copy, 'journal'))).toEqual([]);
  });

  it('leave no journal at a clean stop', async () => {
    const directory = await temporaryDirectory();
    const store = storeIn(directory);
    await store.open();
    const logs = await logsOf(store);
    for (let round = 0; round < 3; round++) await appendToAll(store, logs);
    const content = await contentOf(logs);
    await store.close();
    expect(readdirSync(join(directory, 'journal'))).toEqual([]);
    expect(await contentOf(await reopened(directory))).toEqual(content);
  });

  it('go on when the files of the journal are written anew, again and again', async () => {
    const directory = await temporaryDirectory();
    // Where the device is slow a round may go past the journal: then it is in the logs' own files.
    const synced = new Map<string, number>();
    const openedAs = new Map<number, string>();
    const files = filesWith({
      openSync: (path) => {
        const fd = nodeFileSystem.openSync(path);
        openedAs.set(fd, path);
        return fd;
      },
      fdatasync: async (fd) => {
        const path = openedAs.get(fd)!;
        const { size } = statSync(path);
        await nodeFileSystem.fdatasync(fd);
        synced.set(path, Math.max(synced.get(path) ?? 0, size));
      },
    });
    const store = storeIn(directory, { journalBytes: 3 * 16384, files });
    await store.open();
    const logs = await logsOf(store);
    await appendToAll(store, logs);
    const sizes: number[][] = [];
    for (let round = 0; round < 60; round++) {
      sizes.push(sizesOf(directory));
      await appendToAll(store, logs, { valueBytes: 500 });
    }
    // What the last two files have is not synced anywhere else, perhaps.
    const left = sizes.at(-4)!.map((size, index) => {
      return Math.max(size, synced.get(segmentFile(directory, index)) ?? 0);
    });
    const copy = await afterPowerLoss(directory, left);
    expect(await contentOf(await reopened(copy))).toEqual(await contentOf(logs));
    const journal = readdirSync(join(directory, 'journal'));
    for (const name of journal) {
      expect(statSync(join(directory, 'journal', name)).size).toBeLessThanOrEqual(16384);
    }
  });

  it('are synced one by one once the journal fails, and nothing is lost', async () => {
    const directory = await temporaryDirectory();
    let isFull = false;
    const openedAs = new Map<number, string>();
    const files = filesWith({
      openSync: (path) => {
        const fd = nodeFileSystem.openSync(path);
        openedAs.set(fd, path);
        return fd;
      },
      writevSync: (fd, pieces, position) => {
        if (isFull && openedAs.get(fd)!.endsWith('.journal')) throw systemError('ENOSPC');
        return nodeFileSystem.writevSync(fd, pieces, position);
      },
    });
    const store = storeIn(directory, { files });
    await store.open();
    const logs = await logsOf(store);
    for (let round = 0; round < 3; round++) await appendToAll(store, logs);
    isFull = true;
    for (let round = 0; round < 3; round++) await appendToAll(store, logs);
    const content = await contentOf(logs);
    expect(await contentOf(await reopened(await afterPowerLoss(directory, [])))).toEqual(content);
    await store.close();
    expect(await contentOf(await reopened(directory))).toEqual(content);
  });

  it('do not come back after a truncation, nor in a log made anew with the same ids', async () => {
    const directory = await temporaryDirectory();
    const store = storeIn(directory);
    await store.open();
    const logs = await logsOf(store);
    for (let round = 0; round < 4; round++) await appendToAll(store, logs, { seed: 1 });
    await logs[0]!.truncate(2n);
    await logs[1]!.reset(1n);
    await store.delete(logs[2]!);
    logs[2] = await store.create(logs[2]!.id, CONFIG);
    await appendToAll(store, logs.slice(0, 3), { seed: 2 });
    const content = await contentOf(logs);
    const again = await reopened(await afterPowerLoss(directory, []));
    expect(again.map(({ endOffset }) => endOffset)).toEqual([3n, 2n, 1n, 4n, 4n, 4n]);
    expect(await contentOf(again)).toEqual(content);
  });
});

describe('a replay', () => {
  it('takes nothing of an earlier use of a file', async () => {
    const directory = await temporaryDirectory();
    const journalBytes = 3 * 5 * 4096;
    const store = storeIn(directory, { journalBytes });
    await store.open();
    const logs = await logsOf(store);
    // Five rounds fill a file. The sixteenth is written over the sixth, before four that have the first log.
    for (let round = 0; round < 16; round++) {
      await appendToAll(store, round < 10 ? logs : logs.slice(1));
      // The logs of a full file are synced meanwhile, so that it is the next one.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const second = readFileSync(join(directory, 'journal', '1.journal'));
    expect(second.readBigUInt64BE(24)).toBe(16n);
    expect(second.readBigUInt64BE(4096 + 24)).toBe(7n);
    await logs[0]!.truncate(0n);
    const copy = await afterPowerLoss(directory, []);
    const [log] = await reopened(copy);
    expect(log!.endOffset).toBe(0n);
    expect(Buffer.from(await everything(log!))).toHaveLength(0);
  });

  it('ends where a round is damaged', async () => {
    const directory = await temporaryDirectory();
    const store = storeIn(directory);
    await store.open();
    const logs = await logsOf(store);
    await appendToAll(store, logs);
    const sizes = sizesOf(directory);
    for (let round = 0; round < 3; round++) await appendToAll(store, logs);
    const copy = await afterPowerLoss(directory, sizes);
    const path = join(copy, 'journal', '0.journal');
    const bytes = readFileSync(path);
    // In the payload of the fourth round.
    bytes[3 * 4096 + 700]! ^= 1;
    writeFileSync(path, bytes);
    for (const { endOffset } of await reopened(copy)) expect(endOffset).toBe(3n);
  });

  it('refuses a log whose file lacks what was synced', async () => {
    const directory = await temporaryDirectory();
    const store = storeIn(directory);
    await store.open();
    const logs = await logsOf(store);
    // Into the log's own file alone.
    await store.append([entryOf(logs[0]!, sampleBatch({ baseOffset: 0n }).bytes)], 'synced');
    await appendToAll(store, logs);
    const copy = await afterPowerLoss(directory, [10]);
    await expect(storeIn(copy).open()).rejects.toThrow(
      /orders-0\/0{20}\.log ends at 10, but the journal goes on at \d+/,
    );
  });
});

describe('a folder of version 1, which had no journal', () => {
  it('is taken over', async () => {
    const directory = await temporaryDirectory();
    writeFileSync(join(directory, 'kawadb-store'), '{"engine":"segment","version":1}\n');
    await storeIn(directory).open();
    expect(JSON.parse(readFileSync(join(directory, 'kawadb-store'), 'utf8')).version).toBe(3);
  });
});

describe('a round of the journal', () => {
  const entries = fc.array(
    fc.record({
      folder: fc.stringMatching(/^[a-zA-Z0-9._-]{1,40}-\d{1,4}$/),
      topicId: fc.stringMatching(/^[A-Za-z0-9_-]{22}$/),
      segmentBase: fc.bigInt({ min: 0n, max: (1n << 62n) - 1n }),
      position: fc.nat({ max: 0x7fffffff }),
      batches: fc
        .integer({ min: 1, max: 5 })
        .map((count) => sampleBatches(count).map(({ bytes }) => bytes)),
    }),
    { minLength: 1, maxLength: 8 },
  );

  it('is read as it was written', () => {
    fc.assert(
      fc.property(entries, fc.bigInt({ min: 0n, max: 1n << 60n }), (written, sequence) => {
        const header = encodeRoundHeader({ epoch: 7n, sequence }, written, checksum);
        const payload = Buffer.concat(written.flatMap(({ batches }) => batches));
        expect(roundHeaderBytes(header)).toBe(header.length);
        expect(decodeRoundHeader(header, checksum)).toEqual({
          epoch: 7n,
          sequence,
          headerBytes: header.length,
          payloadBytes: payload.length,
        });
        const read = decodeEntries(header, payload, checksum)!;
        expect(read.map((entry) => ({ ...entry, batches: entry.batches.map(bytesOf) }))).toEqual(
          written.map((entry) => ({ ...entry, batches: entry.batches.map(bytesOf) })),
        );
      }),
    );
  });

  it('is not taken with any bit changed', () => {
    fc.assert(
      fc.property(entries, fc.nat(), fc.nat({ max: 7 }), (written, place, bit) => {
        const header = encodeRoundHeader({ epoch: 7n, sequence: 1n }, written, checksum);
        const payload = Buffer.concat(written.flatMap(({ batches }) => batches));
        const round = Buffer.concat([header, payload]);
        round[place % round.length]! ^= 1 << bit;
        const headerBytes = roundHeaderBytes(round);
        if (headerBytes !== header.length) return;
        const damaged = round.subarray(0, headerBytes);
        if (decodeRoundHeader(damaged, checksum) === undefined) return;
        expect(decodeEntries(damaged, round.subarray(headerBytes), checksum)).toBeUndefined();
      }),
    );
  });
});

function bytesOf(batch: Uint8Array): number[] {
  return [...batch];
}
