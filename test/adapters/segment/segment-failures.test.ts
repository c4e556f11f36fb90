import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFileSystem } from '../../../src/adapters/data-folder/file-system.ts';
import type { StoredLog } from '../../../src/ports/log-store.ts';
import { batchOf, ORDERS } from '../../app/log/log-fixture.ts';
import { FullDevice, filesWith, systemError } from './faulty-files.ts';
import { at, CONFIG, entryOf, everything, storeIn, temporaryDirectory } from './segment-fixture.ts';

const SIZE = batchOf(1).length;

const batches = (from: number, count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => at(batchOf(1), BigInt(from + i)));

async function expectContent(log: StoredLog, expected: readonly Uint8Array[]): Promise<void> {
  expect(log.endOffset - log.startOffset).toBe(BigInt(expected.length));
  expect(log.sizeBytes).toBe(SIZE * expected.length);
  expect(Buffer.compare(await everything(log), Buffer.concat(expected))).toBe(0);
}

describe('a failed append', () => {
  it.each([0, 1, SIZE - 1, SIZE, SIZE * 3 + 7, SIZE * 7 + 1])(
    'leaves nothing behind on a device with room for %s more bytes',
    async (freeBytes) => {
      const directory = await temporaryDirectory();
      const device = new FullDevice();
      const store = storeIn(directory, { files: device.files });
      await store.open();
      const log = await store.create(ORDERS, { ...CONFIG, segmentBytes: SIZE * 3 });
      const kept = batches(0, 2);
      const entriesOf = (all: readonly Uint8Array[]) => all.map((batch) => entryOf(log, batch));
      await store.append(entriesOf(kept), 'written');
      device.freeBytes = freeBytes;
      const refused = store.append(entriesOf(batches(2, 9)), 'synced');
      await expect(refused).rejects.toThrow('ENOSPC');
      await expectContent(log, kept);
      const folder = join(directory, 'orders-0');
      const logFiles = () => readdirSync(folder).filter((name) => name.endsWith('.log'));
      expect(logFiles()).toHaveLength(1);
      expect(readFileSync(join(folder, logFiles()[0]!)).length).toBe(SIZE * 2);
      // Room again: the log goes on, and what it holds is what it was told.
      device.freeBytes = Number.POSITIVE_INFINITY;
      const more = batches(2, 9);
      await store.append(entriesOf(more), 'synced');
      await expectContent(log, [...kept, ...more]);
      await store.close();
      const [recovered] = await storeIn(directory).open();
      expect(recovered!.clean).toBe(true);
      await expectContent(recovered!.log, [...kept, ...more]);
    },
  );

  it('writes what the system takes bit by bit', async () => {
    const files = filesWith({
      writevSync: (fd, pieces, position) => {
        const part = Buffer.concat(pieces).subarray(0, 13);
        return nodeFileSystem.writevSync(fd, [part], position);
      },
    });
    const store = storeIn(await temporaryDirectory(), { files });
    await store.open();
    const log = await store.create(ORDERS, { ...CONFIG, segmentBytes: SIZE * 4 });
    const all = batches(0, 10);
    await store.append(
      all.map((batch) => entryOf(log, batch)),
      'synced',
    );
    await expectContent(log, all);
  });

  it('keeps the batches of the other logs', async () => {
    let failing = false;
    const opened = new Map<number, string>();
    const files = filesWith({
      openSync(path) {
        const fd = nodeFileSystem.openSync(path);
        opened.set(fd, path);
        return fd;
      },
      writevSync(fd, pieces, position) {
        if (failing && opened.get(fd)?.includes('orders-0')) throw systemError('EIO');
        return nodeFileSystem.writevSync(fd, pieces, position);
      },
    });
    const store = storeIn(await temporaryDirectory(), { files });
    await store.open();
    const broken = await store.create(ORDERS, CONFIG);
    const whole = await store.create({ ...ORDERS, partition: 1 }, CONFIG);
    failing = true;
    const [batch] = batches(0, 1);
    const entries = [entryOf(broken, batch!), entryOf(whole, batch!)];
    await expect(store.append(entries, 'synced')).rejects.toThrow('EIO');
    expect([broken.endOffset, whole.endOffset]).toEqual([0n, 1n]);
    failing = false;
    await store.append([entryOf(broken, batch!)], 'synced');
    expect(broken.endOffset).toBe(1n);
  });

  it('refuses offsets that fall, and keeps nothing of the call', async () => {
    const store = storeIn(await temporaryDirectory());
    await store.open();
    const log = await store.create(ORDERS, CONFIG);
    const [first, second] = batches(0, 2);
    await store.append([entryOf(log, first!)], 'written');
    const entries = [entryOf(log, second!), entryOf(log, first!)];
    await expect(store.append(entries, 'written')).rejects.toThrow('cannot follow the end 2');
    await expectContent(log, [first!]);
  });

  it('refuses appends when the log cannot be put back', async () => {
    const device = new FullDevice();
    const files = {
      ...device.files,
      ftruncateSync() {
        throw systemError('EIO');
      },
    };
    const store = storeIn(await temporaryDirectory(), { files });
    await store.open();
    const log = await store.create(ORDERS, CONFIG);
    device.freeBytes = 5;
    const entries = batches(0, 1).map((batch) => entryOf(log, batch));
    await expect(store.append(entries, 'written')).rejects.toThrow('ENOSPC');
    device.freeBytes = Number.POSITIVE_INFINITY;
    await expect(store.append(entries, 'written')).rejects.toThrow(
      'until the store is opened again',
    );
    expect(log.endOffset).toBe(0n);
  });
});

describe('a failed sync', () => {
  async function withFailingSync() {
    const directory = await temporaryDirectory();
    const state = { failing: false, syncs: 0 };
    const files = filesWith({
      async fdatasync(fd) {
        state.syncs += 1;
        if (state.failing) throw systemError('EIO');
        await nodeFileSystem.fdatasync(fd);
      },
    });
    const store = storeIn(directory, { files });
    await store.open();
    const log = await store.create(ORDERS, { ...CONFIG, segmentBytes: SIZE * 3 });
    const kept = batches(0, 4);
    await store.append(
      kept.map((batch) => entryOf(log, batch)),
      'synced',
    );
    return { directory, state, store, log, kept };
  }

  it('takes back what waited for it, and refuses appends until the store is opened again', async () => {
    const { directory, state, store, log, kept } = await withFailingSync();
    state.failing = true;
    const appends = [4, 5, 9].map((from) =>
      store.append(
        batches(from, from === 5 ? 4 : 1).map((batch) => entryOf(log, batch)),
        'synced',
      ),
    );
    const settled = await Promise.allSettled(appends);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    state.failing = false;
    const { syncs } = state;
    await expectContent(log, kept);
    const entries = batches(4, 1).map((batch) => entryOf(log, batch));
    await expect(store.append(entries, 'written')).rejects.toThrow(
      'until the store is opened again',
    );
    await expect(store.sync(log)).rejects.toThrow('EIO');
    // Kernels forget what they could not write: an fsync that says yes now would say nothing.
    expect(state.syncs).toBe(syncs);
    await store.close();
    expect(readdirSync(directory)).not.toContain('.kafka_cleanshutdown');
    const again = storeIn(directory);
    const [recovered] = await again.open();
    expect(recovered!.clean).toBe(false);
    await expectContent(recovered!.log, kept);
    const more = batches(4, 1);
    await again.append([entryOf(recovered!.log, more[0]!)], 'synced');
    await expectContent(recovered!.log, [...kept, ...more]);
  });

  it('has the next start write anew what is kept', async () => {
    const { directory, state, store, log, kept } = await withFailingSync();
    const more = batches(4, 1);
    await store.append([entryOf(log, more[0]!)], 'written');
    state.failing = true;
    await expect(store.sync(log)).rejects.toThrow('EIO');
    await expectContent(log, [...kept, ...more]);
    expect(readdirSync(join(directory, 'orders-0'))).toContain('sync-failed');
    state.failing = false;
    await store.close();
    let rewritten = 0;
    const files = filesWith({
      writevSync(fd, pieces, position) {
        rewritten += pieces.reduce((sum, { length }) => sum + length, 0);
        return nodeFileSystem.writevSync(fd, pieces, position);
      },
    });
    const [recovered] = await storeIn(directory, { files }).open();
    await expectContent(recovered!.log, [...kept, ...more]);
    expect(rewritten).toBeGreaterThanOrEqual(SIZE * 2);
    expect(readdirSync(join(directory, 'orders-0'))).not.toContain('sync-failed');
  });
});

describe('a group sync', () => {
  it('covers all who came before it started, and none who came later', async () => {
    const releases: (() => void)[] = [];
    const files = filesWith({
      fdatasync: () => new Promise<void>((resolve) => releases.push(resolve)),
    });
    const directory = await temporaryDirectory();
    const store = storeIn(directory, { files });
    await store.open();
    const log = await store.create(ORDERS, CONFIG);
    const settled: number[] = [];
    const append = (from: number) => {
      const entries = [entryOf(log, batches(from, 1)[0]!)];
      return store.append(entries, 'synced').then(() => settled.push(from));
    };
    const appends = [append(0)];
    await expect.poll(() => releases.length).toBe(1);
    appends.push(append(1), append(2));
    expect(settled).toEqual([]);
    releases[0]!();
    await expect.poll(() => releases.length).toBe(2);
    // The first sync began before the others wrote; one more is enough for both of them.
    expect(settled).toEqual([0]);
    releases[1]!();
    await Promise.all(appends);
    expect(settled).toEqual([0, 1, 2]);
    expect(releases).toHaveLength(2);
  });
});
