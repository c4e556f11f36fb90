import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { entriesOf, sampleBatches } from '../../../src/testing/log-store/sample-batches.ts';
import {
  expectBatches,
  partition,
  readAll,
  SMALL_SEGMENTS,
} from '../../../src/testing/log-store/store-bench.ts';
import { FailingDatabase } from './failing-database.ts';
import { DATABASES, storeIn, temporaryDirectory } from './key-value-fixture.ts';

async function failingStore(engine: string) {
  const directory = await temporaryDirectory();
  let database!: FailingDatabase;
  const store = storeIn(directory, engine, {
    database: (folder) => {
      database = new FailingDatabase(DATABASES[engine]!(folder));
      return database;
    },
  });
  await store.open();
  onTestFinished(() => store.close());
  const log = await store.create(partition(), SMALL_SEGMENTS);
  return { directory, store, log, database };
}

describe.each(Object.keys(DATABASES))('failures of the database (%s)', (engine) => {
  it('lets the store take nothing after a failed write until it is opened again', async () => {
    const { directory, store, log, database } = await failingStore(engine);
    const batches = sampleBatches(4);
    await store.append(entriesOf(log, batches.slice(0, 2)), 'synced');
    database.failWrites = true;
    const failing = store.append(entriesOf(log, batches.slice(2, 3)), 'synced');
    const behind = store.append(entriesOf(log, batches.slice(3)), 'synced');
    await expect(failing).rejects.toThrow(/TestDB failed.*EIO/);
    await expect(behind).rejects.toThrow(/TestDB failed.*EIO/);
    expect(log.endOffset).toBe(2n);
    expectBatches(await readAll(log), batches.slice(0, 2));
    await expect(store.append(entriesOf(log, batches.slice(2)), 'synced')).rejects.toThrow(
      /opened again/,
    );
    await expect(store.sync(log)).rejects.toThrow(/opened again/);
    await expect(log.writeSnapshot('state', new Uint8Array(1))).rejects.toThrow(/opened again/);
    await store.close();
    const again = storeIn(directory, engine);
    const [recovered] = await again.open();
    expect(recovered!.clean).toBe(false);
    expectBatches(await readAll(recovered!.log), batches.slice(0, 2));
    await again.append(entriesOf(recovered!.log, batches.slice(2)), 'synced');
    await again.close();
  });

  it('shows nothing whose sync failed, and never tries it again', async () => {
    const { store, log, database } = await failingStore(engine);
    const batches = sampleBatches(3);
    await store.append(entriesOf(log, batches.slice(0, 1)), 'synced');
    database.failSyncs = true;
    const failing = store.append(entriesOf(log, batches.slice(1, 2)), 'synced');
    const behind = store.append(entriesOf(log, batches.slice(2)), 'written');
    await expect(failing).rejects.toThrow(/TestDB failed.*EIO/);
    await expect(behind).rejects.toThrow(/TestDB failed.*EIO/);
    expect(log.endOffset).toBe(1n);
    expectBatches(await readAll(log), batches.slice(0, 1));
    await expect(store.sync(log)).rejects.toThrow(/opened again/);
  });

  it('syncs what comes while a sync is under way with one', async () => {
    const { store, log, database } = await failingStore(engine);
    const other = await store.create(partition('orders', 1), SMALL_SEGMENTS);
    const before = database.syncs;
    const batches = sampleBatches(40);
    const appends = batches.map((batch) =>
      store.append([...entriesOf(log, [batch]), ...entriesOf(other, [batch])], 'synced'),
    );
    await Promise.all(appends);
    expect(database.syncs - before).toBeLessThanOrEqual(10);
    expectBatches(await readAll(other), batches);
  });

  it('frees what was dropped at the next start when a stop came before', async () => {
    const { directory, store, log, database } = await failingStore(engine);
    const batches = sampleBatches(30);
    await store.append(entriesOf(log, batches), 'written');
    database.failDeletions = true;
    await log.dropPrefix(10n);
    await store.delete(await store.create(partition('gone'), SMALL_SEGMENTS));
    await log.reset(5n);
    await store.close();
    const again = storeIn(directory, engine);
    const [recovered] = await again.open();
    const { log: kept } = recovered!;
    expect([kept.startOffset, kept.endOffset, kept.sizeBytes]).toEqual([5n, 5n, 0]);
    // The numbers of what is being freed must not be those of anything new.
    const fresh = await again.create(partition('new'), SMALL_SEGMENTS);
    await again.append(
      [...entriesOf(fresh, batches), ...entriesOf(kept, batches.slice(5))],
      'synced',
    );
    await again.close();
    const third = storeIn(directory, engine);
    const logs = await third.open();
    for (const { log: found } of logs) {
      expectBatches(await readAll(found), found.startOffset === 5n ? batches.slice(5) : batches);
    }
    await third.close();
  });

  it('tells a folder of another engine, of another version and with strange data', async () => {
    const directory = await temporaryDirectory();
    const store = storeIn(directory, engine);
    await store.open();
    await expect(storeIn(directory, engine).open()).rejects.toThrow(/in use/);
    await store.close();
    const format = join(directory, 'kawadb-store');
    expect(JSON.parse(await readFile(format, 'utf8'))).toEqual({ engine, version: 2 });
    await writeFile(format, JSON.stringify({ engine: 'segment', version: 1 }));
    await expect(storeIn(directory, engine).open()).rejects.toThrow(/storage engine segment/);
    await writeFile(format, JSON.stringify({ engine, version: 99 }));
    await expect(storeIn(directory, engine).open()).rejects.toThrow(/version 99/);
    const strange = await temporaryDirectory();
    await mkdir(join(strange, 'orders-0'));
    await expect(storeIn(strange, engine).open()).rejects.toThrow(/choose an empty folder/);
  });

  it('tells a database that cannot be opened', async () => {
    const directory = await temporaryDirectory();
    const store = storeIn(directory, engine);
    await store.open();
    await store.close();
    await writeFile(join(directory, engine, 'CURRENT'), 'nonsense');
    await expect(storeIn(directory, engine).open()).rejects.toThrow(/could not be opened: /);
  });
});
