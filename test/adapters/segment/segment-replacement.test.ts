import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SegmentInspector } from '../../../src/adapters/segment/segment-inspector.ts';
import { type SampleBatch, sampleBatches } from '../../../src/testing/log-store/sample-batches.ts';
import { expectBatches, readAll } from '../../../src/testing/log-store/store-bench.ts';
import { checksum, ORDERS } from '../../app/log/log-fixture.ts';
import { CONFIG, entryOf, storeIn, temporaryDirectory } from './segment-fixture.ts';

const FOLDER = 'orders-0';
const NEW = '00000000000000000000';

interface Folders {
  readonly before: string;
  readonly after: string;
  readonly old: readonly SampleBatch[];
  readonly others: readonly SampleBatch[];
  /** The names of the segments that were replaced, but for the first. */
  readonly replaced: readonly string[];
}

/** A stopped store's folder before and after its closed segments were replaced by one. */
async function folders(): Promise<Folders> {
  const after = await temporaryDirectory();
  const store = storeIn(after);
  await store.open();
  const log = await store.create(ORDERS, { ...CONFIG, segmentBytes: 400, indexIntervalBytes: 100 });
  const old = sampleBatches(20);
  await store.append(
    old.map(({ bytes }) => entryOf(log, bytes)),
    'synced',
  );
  await store.close();
  const before = await temporaryDirectory();
  await cp(after, before, { recursive: true });
  const again = storeIn(after);
  const [recovered] = await again.open();
  const runs = recovered!.log.replaceable();
  const { toOffset } = runs.at(-1)!;
  const others = old.filter(({ baseOffset }) => baseOffset >= toOffset || baseOffset % 3n === 1n);
  const entries = others.map(({ bytes }) => entryOf(recovered!.log, bytes));
  const range = { fromOffset: 0n, toOffset };
  await recovered!.log.replace(
    range,
    entries.filter(({ lastOffset }) => lastOffset < toOffset),
  );
  await again.close();
  const replaced = runs.slice(1).map(({ fromOffset }) => String(fromOffset).padStart(20, '0'));
  return { before, after, old, others, replaced };
}

const KINDS = ['log', 'index', 'timeindex', 'compacted'] as const;

/** The folder before, with the new files as they are at a stage of the swap. */
async function stage(
  { before, after, replaced }: Folders,
  suffixes: Partial<Record<(typeof KINDS)[number], string>>,
  removed = 0,
): Promise<string> {
  const directory = await temporaryDirectory();
  await cp(before, directory, { recursive: true });
  for (const kind of KINDS) {
    const suffix = suffixes[kind];
    if (suffix === undefined) continue;
    const name = `${NEW}.${kind}`;
    await cp(join(after, FOLDER, name), join(directory, FOLDER, `${name}${suffix}`));
  }
  for (const name of replaced.slice(replaced.length - removed)) {
    for (const kind of KINDS) await rm(join(directory, FOLDER, `${name}.${kind}`), { force: true });
  }
  // The next start looks at the logs themselves.
  for (const name of ['logs.summary', '.kafka_cleanshutdown']) {
    await rm(join(directory, name), { force: true });
  }
  return directory;
}

async function inspected(directory: string) {
  const store = await new SegmentInspector({ directory, checksum }).open();
  const offsets: bigint[] = [];
  const findings: unknown[] = [];
  await store.logs[0]!.scan({
    checkIndexes: true,
    batch({ view }) {
      offsets.push(view.getBigInt64(0));
      return 'whole';
    },
    finding: (finding) => findings.push(finding),
  });
  await store.close();
  return { offsets, findings };
}

const CLEANED = '.cleaned';
const SWAP = '.swap';

describe('a swap that a stop broke off', () => {
  it.each([
    ['while it was written', { log: CLEANED }, 'old', 0],
    [
      'when all was written',
      { log: CLEANED, index: CLEANED, timeindex: CLEANED, compacted: CLEANED },
      'old',
      0,
    ],
    [
      'before the batches had their name',
      { log: CLEANED, index: SWAP, timeindex: SWAP, compacted: SWAP },
      'old',
      0,
    ],
    ['when they had it', { log: SWAP, index: SWAP, timeindex: SWAP, compacted: SWAP }, 'new', 0],
    [
      'when some of the old ones were gone',
      { log: SWAP, index: SWAP, timeindex: SWAP, compacted: SWAP },
      'new',
      2,
    ],
    [
      'when the indexes had their names',
      { log: SWAP, index: '', timeindex: '', compacted: SWAP },
      'new',
      9,
    ],
    [
      'when all but the batches had their names',
      { log: SWAP, index: '', timeindex: '', compacted: '' },
      'new',
      9,
    ],
    [
      'when all was done but for old segments that are still there',
      { log: '', index: '', timeindex: '', compacted: '' },
      'new',
      1,
    ],
  ] as const)('%s', async (_name, suffixes, found, removed) => {
    const made = await folders();
    const directory = await stage(made, suffixes, removed);
    const expected = found === 'old' ? made.old : made.others;
    const { offsets, findings } = await inspected(directory);
    expect(offsets).toEqual(expected.map(({ baseOffset }) => baseOffset));
    expect(findings).toEqual([]);
    for (let times = 0; times < 2; times++) {
      const store = storeIn(directory);
      const [recovered] = await store.open();
      expect(recovered!.truncatedBytes).toBe(0);
      const { log } = recovered!;
      expect([log.startOffset, log.endOffset]).toEqual([0n, 20n]);
      expectBatches(await readAll(log), expected);
      await store.close();
    }
    const names = await readdir(join(directory, FOLDER));
    expect(names.filter((name) => /cleaned|swap/.test(name))).toEqual([]);
    if (found === 'new') {
      expect(names).toContain(`${NEW}.compacted`);
      for (const name of made.replaced) expect(names).not.toContain(`${name}.log`);
    }
  });

  it('leaves nothing behind where the index files of what was swapped in are lost', async () => {
    const { after, others } = await folders();
    for (const kind of ['index', 'timeindex']) await rm(join(after, FOLDER, `${NEW}.${kind}`));
    for (const name of ['logs.summary', '.kafka_cleanshutdown']) await rm(join(after, name));
    const store = storeIn(after);
    const [recovered] = await store.open();
    // The gap before the next segment is no loss.
    expectBatches(await readAll(recovered!.log), others);
  });
});
