import { describe, expect, it } from 'vitest';
import { nodeFileSystem } from '../../../src/adapters/data-folder/file-system.ts';
import { BufferPool } from '../../../src/adapters/segment/buffer-pool.ts';
import { FileCache } from '../../../src/adapters/segment/file-cache.ts';
import { batchOf, ORDERS } from '../../app/log/log-fixture.ts';
import { filesWith } from './faulty-files.ts';
import { at, CONFIG, entryOf, everything, storeIn, temporaryDirectory } from './segment-fixture.ts';

/** Counts the descriptors that are open. */
class CountingFiles {
  readonly open = new Set<number>();
  most = 0;

  readonly files = filesWith({
    openSync: (path) => {
      const fd = nodeFileSystem.openSync(path);
      this.open.add(fd);
      this.most = Math.max(this.most, this.open.size);
      return fd;
    },
    close: (fd) => {
      this.open.delete(fd);
      return nodeFileSystem.close(fd);
    },
    closeSync: (fd) => {
      this.open.delete(fd);
      nodeFileSystem.closeSync(fd);
    },
  });
}

describe('open files', () => {
  it('are few, however many logs and segments there are', async () => {
    const counting = new CountingFiles();
    const { files } = counting;
    const store = storeIn(await temporaryDirectory(), { files, openFilesMax: 5 });
    await store.open();
    const size = batchOf(1).length;
    const config = { ...CONFIG, segmentBytes: size * 2 };
    for (let partition = 0; partition < 20; partition++) {
      const log = await store.create({ ...ORDERS, partition }, config);
      const all = Array.from({ length: 9 }, (_, i) => at(batchOf(1), BigInt(i)));
      for (const batch of all) await store.append([entryOf(log, batch)], 'synced');
      expect(Buffer.compare(await everything(log), Buffer.concat(all))).toBe(0);
    }
    expect(counting.most).toBeLessThanOrEqual(6);
    await store.close();
    expect(counting.open.size).toBe(0);
  });

  it('are all closed after logs were dropped, cut, reset and deleted', async () => {
    const counting = new CountingFiles();
    const store = storeIn(await temporaryDirectory(), { files: counting.files });
    await store.open();
    const config = { ...CONFIG, segmentBytes: batchOf(1).length * 2 };
    for (let partition = 0; partition < 4; partition++) {
      const log = await store.create({ ...ORDERS, partition }, config);
      const entries = Array.from({ length: 9 }, (_, i) => entryOf(log, at(batchOf(1), BigInt(i))));
      await store.append(entries, partition % 2 === 0 ? 'synced' : 'written');
      await everything(log);
      if (partition === 0) await log.dropPrefix(9n);
      if (partition === 1) await log.truncate(3n);
      if (partition === 2) await log.reset(100n);
      if (partition === 3) await store.delete(log);
    }
    await store.close();
    expect(counting.open.size).toBe(0);
  });

  it('stay open while they are in use, whatever becomes of their names', async () => {
    const counting = new CountingFiles();
    const cache = new FileCache(counting.files, 2);
    const directory = await temporaryDirectory();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => cache.acquire(`${directory}/${name}`));
    expect(counting.open.size).toBe(3);
    cache.forget(a!.path);
    expect(counting.open.has(a!.fd)).toBe(true);
    const again = cache.acquire(a!.path);
    expect(again.fd).not.toBe(a!.fd);
    cache.release(a!);
    expect(counting.open.has(a!.fd)).toBe(false);
    for (const file of [again, b!, c!]) cache.release(file);
    expect(counting.open.size).toBe(2);
    await cache.closeAll();
    expect(counting.open.size).toBe(0);
  });
});

describe('read buffers', () => {
  it('are used again, within limits', () => {
    const pool = new BufferPool(1 << 20);
    const first = pool.take(5000);
    expect(first.length).toBe(8192);
    pool.give(first);
    expect(pool.take(8000) === first).toBe(true);
    expect(pool.take(8000) === first).toBe(false);
    const large = pool.take(2 << 20);
    pool.give(large);
    expect(pool.take(2 << 20) === large).toBe(false);
    expect(pool.take((16 << 20) + 1).length).toBe((16 << 20) + 1);
  });

  it('go back once, however often a result is released', async () => {
    const store = storeIn(await temporaryDirectory());
    await store.open();
    const log = await store.create(ORDERS, CONFIG);
    await store.append([entryOf(log, at(batchOf(3), 0n))], 'written');
    const request = { fromOffset: 0n, maxBytes: 1 << 20, minOneBatch: true, upTo: 3n };
    const first = await log.read(request);
    first.release();
    first.release();
    const [second, third] = [await log.read(request), await log.read(request)];
    expect(second.slices[0]!.buffer === third.slices[0]!.buffer).toBe(false);
  });
});
