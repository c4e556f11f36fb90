import { expect, test } from 'vitest';
import { nodeFileSystem } from '../../../src/adapters/data-folder/file-system.ts';
import { sampleBatch } from '../../../src/testing/log-store/sample-batches.ts';
import { ORDERS } from '../../app/log/log-fixture.ts';
import { filesWith } from './faulty-files.ts';
import { CONFIG, entryOf, storeIn, temporaryDirectory } from './segment-fixture.ts';

test('appends that ask for no sync cause none, in a log of which the summary of the logs speaks', async () => {
  let syncs = 0;
  const files = filesWith({
    fdatasync: (fd) => {
      syncs += 1;
      return nodeFileSystem.fdatasync(fd);
    },
  });
  const directory = await temporaryDirectory();
  const before = storeIn(directory);
  await before.open();
  const made = await before.create(ORDERS, CONFIG);
  await before.append([entryOf(made, sampleBatch({ baseOffset: 0n }).bytes)], 'written');
  await before.close();

  const store = storeIn(directory, { files });
  const [recovered] = await store.open();
  const log = recovered!.log;
  const append = () => {
    const entry = entryOf(log, sampleBatch({ baseOffset: log.endOffset }).bytes);
    return store.append([entry], 'written');
  };
  // The first one takes away the index files of a clean stop, which is synced.
  await append();
  await store.sync(log);
  syncs = 0;
  for (let round = 0; round < 20; round++) await append();
  await store.sync(log);
  expect(syncs).toBe(1);
});
