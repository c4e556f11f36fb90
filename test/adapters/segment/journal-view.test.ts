import { cp, readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SegmentInspector } from '../../../src/adapters/segment/segment-inspector.ts';
import { readLastOffset } from '../../../src/domain/record/record-batch-header.ts';
import {
  sampleBatches,
  entryOf as sampleEntry,
} from '../../../src/testing/log-store/sample-batches.ts';
import { partition } from '../../../src/testing/log-store/store-bench.ts';
import { checksum } from '../../app/log/log-fixture.ts';
import { contentOf } from '../../app/storage/damage.ts';
import { CONFIG, storeIn, temporaryDirectory } from './segment-fixture.ts';

const LOGS = 6;
const BATCHES = 5;

/** A folder as a power loss leaves it that took all of the logs' files the journal has. */
async function afterPowerLoss(): Promise<string> {
  const directory = await temporaryDirectory();
  const store = storeIn(directory);
  await store.open();
  const logs = [];
  for (let i = 0; i < LOGS; i++) logs.push(await store.create(partition('orders', i), CONFIG));
  for (const batch of sampleBatches(BATCHES)) {
    const entries = logs.map((log) => sampleEntry(log, batch));
    await store.append(entries, 'synced');
  }
  const left = await temporaryDirectory();
  await cp(directory, left, { recursive: true });
  return left;
}

/** The ends of all logs. */
async function scanned(directory: string) {
  const store = await new SegmentInspector({ directory, checksum }).open();
  const ends: bigint[] = [];
  for (const log of store.logs) {
    let end = 0n;
    await log.scan({
      checkIndexes: true,
      batch({ view }) {
        end = readLastOffset(view, 0) + 1n;
        return 'whole';
      },
      finding(finding) {
        throw new Error(finding.message);
      },
    });
    ends.push(end);
  }
  const { findings } = store;
  return { ends, findings };
}

it('what only the journal has is read as if a start had brought it into the files', async () => {
  const directory = await afterPowerLoss();
  expect(await readdir(join(directory, 'journal'))).not.toEqual([]);
  const whole = { ends: Array(LOGS).fill(BigInt(BATCHES)), findings: [] };
  expect(await scanned(directory)).toEqual(whole);
  for (let i = 0; i < LOGS; i++) {
    const file = join(directory, `orders-${i}`, '00000000000000000000.log');
    const { size } = await stat(file);
    // All of it, or from within a batch on.
    await truncate(file, i % 2 === 0 ? 0 : size - 20 * i);
  }
  const before = await contentOf(directory);
  expect(await scanned(directory)).toEqual(whole);
  expect(await contentOf(directory)).toEqual(before);
  const store = storeIn(directory);
  const recovered = await store.open();
  expect(recovered.map(({ log }) => log.endOffset)).toEqual(whole.ends);
});
