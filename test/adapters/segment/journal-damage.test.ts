import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { StoredLog } from '../../../src/ports/log-store.ts';
import { entryOf, sampleBatch } from '../../../src/testing/log-store/sample-batches.ts';
import { expectBatches, partition, readAll } from '../../../src/testing/log-store/store-bench.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';
import { CONFIG, storeIn, temporaryDirectory } from './segment-fixture.ts';

const PAGE = 4096;
const LOGS = 6;

function nextBatch(log: StoredLog) {
  return sampleBatch({ baseOffset: log.endOffset, seed: log.id.partition });
}

/** Changes the last byte of a round that fits into a page. */
function damageRound(directory: string, round: number): void {
  const folder = join(directory, 'journal');
  const path = join(folder, readdirSync(folder)[0]!);
  const bytes = readFileSync(path);
  let at = (round + 1) * PAGE - 1;
  while (bytes[at] === 0) at -= 1;
  bytes[at]! ^= 1;
  writeFileSync(path, bytes);
}

it('a damaged round of the journal is told, and costs only the logs it was of', async () => {
  const directory = await temporaryDirectory();
  const store = storeIn(directory, { journalFromLogs: 2 });
  await store.open();
  const logs: StoredLog[] = [];
  for (let i = 0; i < LOGS; i++) logs.push(await store.create(partition('orders', i), CONFIG));
  const rounds = [logs, logs.slice(0, 3), logs];
  for (const round of rounds) {
    const entries = round.map((log) => entryOf(log, nextBatch(log)));
    await store.append(entries, 'synced');
  }
  const copy = await temporaryDirectory();
  await cp(directory, copy, { recursive: true });
  for (const { id } of logs) {
    truncateSync(join(copy, `orders-${id.partition}`, `${'0'.repeat(20)}.log`), 0);
  }
  damageRound(copy, 1);
  const logger = new RecordingLogger();
  const recovered = await storeIn(copy, { logger }).open();
  for (const { log } of recovered) {
    const batches = Number(log.id.partition) < 3 ? 1n : 2n;
    expect(log.endOffset).toBe(batches);
    const seed = log.id.partition;
    const expected = [0n, 1n].map((baseOffset) => sampleBatch({ baseOffset, seed }));
    expectBatches(await readAll(log), expected.slice(0, Number(batches)));
  }
  expect(logger.errors).toMatchObject([
    { position: PAGE, goesOnAt: 2 * PAGE },
    ...[0, 1, 2].map(() => ({ position: 2 * sampleBatch({ baseOffset: 0n }).bytes.length })),
  ]);
});
