import {
  appendFileSync,
  cpSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StoredLog } from '../../../src/ports/log-store.ts';
import type { Logger } from '../../../src/ports/logger.ts';
import { batchOf, ORDERS } from '../../app/log/log-fixture.ts';
import { silentLogger } from '../../support/silent-logger.ts';
import { at, CONFIG, entryOf, everything, storeIn, temporaryDirectory } from './segment-fixture.ts';

const SIZE = batchOf(1).length;
const FOLDER = 'orders-0';
const name = (offset: number): string => `${String(offset).padStart(20, '0')}.log`;

const batches = (from: number, count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => at(batchOf(1), BigInt(from + i)));

/** What a store leaves behind that was not closed: ten batches, three to a segment. */
async function crashedStore(): Promise<{ directory: string; all: readonly Uint8Array[] }> {
  const directory = await temporaryDirectory();
  const store = storeIn(directory);
  await store.open();
  const log = await store.create(ORDERS, { ...CONFIG, segmentBytes: SIZE * 3 });
  const all = batches(0, 10);
  for (const batch of all) await store.append([entryOf(log, batch)], 'synced');
  await expect
    .poll(() => readdirSync(join(directory, FOLDER)).filter((file) => file.endsWith('.index')))
    .toHaveLength(3);
  const copy = await temporaryDirectory();
  cpSync(directory, copy, { recursive: true });
  return { directory: copy, all };
}

async function open(directory: string) {
  const warnings: object[] = [];
  const logger: Logger = { ...silentLogger, warn: (fields) => warnings.push(fields) };
  const store = storeIn(directory, { logger });
  const [recovered] = await store.open();
  return { store, warnings, ...recovered! };
}

async function expectContent(log: StoredLog, expected: readonly Uint8Array[]): Promise<void> {
  expect(log.endOffset - log.startOffset).toBe(BigInt(expected.length));
  expect(Buffer.compare(await everything(log), Buffer.concat(expected))).toBe(0);
}

describe('after an unclean stop', () => {
  it('a log is whole again', async () => {
    const { directory, all } = await crashedStore();
    const { log, clean, truncatedBytes, warnings } = await open(directory);
    expect([clean, truncatedBytes, warnings]).toEqual([false, 0, []]);
    expect(log.id).toEqual(ORDERS);
    await expectContent(log, all);
  });

  const tails: [string, Uint8Array][] = [
    ['a few bytes', new Uint8Array([1, 2, 3])],
    ['zeros', new Uint8Array(5000)],
    ['half a batch', at(batchOf(20), 10n).subarray(0, 100)],
    ['a batch that is older', batches(3, 1)[0]!],
    ['a batch beyond what a segment holds', at(batchOf(1), 1n << 40n)],
    ['a batch with a wrong byte', damaged(at(batchOf(5), 10n), 90)],
    [
      'a wrong batch and a right one',
      Buffer.concat([damaged(at(batchOf(5), 10n), 70), at(batchOf(1), 15n)]),
    ],
  ];

  it.each(tails)('%s at the end of a log are cut', async (_what, tail) => {
    const { directory, all } = await crashedStore();
    const file = join(directory, FOLDER, name(9));
    appendFileSync(file, tail);
    const { store, log, truncatedBytes, warnings } = await open(directory);
    expect(truncatedBytes).toBe(tail.length);
    expect(warnings).toEqual([{ file, position: SIZE, cutBytes: tail.length }]);
    expect(readFileSync(file).length).toBe(SIZE);
    await expectContent(log, all);
    const more = batches(10, 2);
    for (const batch of more) await store.append([entryOf(log, batch)], 'synced');
    await store.close();
    const again = await open(directory);
    expect([again.clean, again.truncatedBytes]).toEqual([true, 0]);
    await expectContent(again.log, [...all, ...more]);
  });

  it('what follows a gap that nobody made is removed', async () => {
    const { directory, all } = await crashedStore();
    const folder = join(directory, FOLDER);
    // As if the second segment's last batch, not synced yet, had not come to the device.
    rmSync(join(folder, name(3).replace('.log', '.index')));
    truncateSync(join(folder, name(3)), SIZE * 2);
    const { log, truncatedBytes, warnings } = await open(directory);
    expect(truncatedBytes).toBe(SIZE * 4);
    expect(warnings).toHaveLength(3);
    expect(readdirSync(folder).filter((file) => file.endsWith('.log'))).toEqual([name(0), name(3)]);
    await expectContent(log, all.slice(0, 5));
  });

  it('a segment without indexes is checked, and has them again', async () => {
    const { directory, all } = await crashedStore();
    const folder = join(directory, FOLDER);
    for (const kind of ['.index', '.timeindex'])
      rmSync(join(folder, name(3).replace('.log', kind)));
    const { log } = await open(directory);
    expect(readdirSync(folder)).toContain(name(3).replace('.log', '.index'));
    await expectContent(log, all);
  });

  it('leftovers of what was under way are removed', async () => {
    const { directory } = await crashedStore();
    const uuid = '01234567-89ab-cdef-0123-456789abcdef';
    for (const kind of ['delete', 'create']) {
      cpSync(join(directory, FOLDER), join(directory, `gone-3.${uuid}-${kind}`), {
        recursive: true,
      });
    }
    writeFileSync(join(directory, FOLDER, 'log-state-0.state.3.tmp'), 'half');
    const { store } = await open(directory);
    expect(readdirSync(directory).filter((file) => file.includes(uuid))).toEqual([]);
    expect(readdirSync(join(directory, FOLDER)).filter((file) => file.endsWith('.tmp'))).toEqual(
      [],
    );
    await store.close();
  });

  it('a log whose end is lost below its start begins there', async () => {
    const { directory } = await crashedStore();
    writeFileSync(join(directory, FOLDER, 'log-start-offset-checkpoint'), '0\n1\norders 0 20\n');
    const { store, log } = await open(directory);
    expect([log.startOffset, log.endOffset]).toEqual([20n, 20n]);
    const [batch] = batches(20, 1);
    await store.append([entryOf(log, batch!)], 'synced');
    await expectContent(log, [batch!]);
  });
});

describe('after a clean stop', () => {
  it('damage is told and nothing is cut', async () => {
    const directory = await temporaryDirectory();
    const store = storeIn(directory);
    await store.open();
    const log = await store.create(ORDERS, CONFIG);
    const all = batches(0, 3);
    await store.append(
      all.map((batch) => entryOf(log, batch)),
      'synced',
    );
    await store.close();
    const file = join(directory, FOLDER, name(0));
    truncateSync(file, SIZE * 3 - 1);
    const position = `${file} has no whole batch at position ${SIZE * 2}`;
    await expect(storeIn(directory).open()).rejects.toThrow(position);
    await expect(storeIn(directory).open()).rejects.toThrow('remove .kafka_cleanshutdown');
    expect(readFileSync(file).length).toBe(SIZE * 3 - 1);
    rmSync(join(directory, '.kafka_cleanshutdown'));
    const again = await open(directory);
    expect(again.truncatedBytes).toBe(SIZE - 1);
    await expectContent(again.log, all.slice(0, 2));
  });

  it('a log whose topic is not known is told', async () => {
    const { directory } = await crashedStore();
    writeFileSync(join(directory, FOLDER, 'partition.metadata'), 'version: 0\n');
    await expect(storeIn(directory).open()).rejects.toThrow('no readable partition.metadata');
  });
});

function damaged(batch: Uint8Array, position: number): Uint8Array {
  batch[position] = batch[position]! ^ 1;
  return batch;
}
