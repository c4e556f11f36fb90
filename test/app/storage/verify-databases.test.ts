import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cli } from '../cli/cli-run.ts';
import { batchOf } from '../log/log-fixture.ts';
import { contentOf, flipByte } from './damage.ts';
import { brokerIn, filledFolder, produce } from './filled-broker.ts';

interface Verified {
  readonly code: number;
  readonly err: string;
  readonly findings: readonly {
    readonly topic: string | null;
    readonly partition: number | null;
    readonly offset: number | null;
    readonly kind: string;
    readonly message: string;
  }[];
}

async function verify(directory: string): Promise<Verified> {
  const { code, out, err } = await cli([
    'storage',
    'verify',
    '--data-dir',
    directory,
    '-o',
    'json',
  ]);
  return { code, err, findings: out === '' ? [] : JSON.parse(out).findings };
}

/** A folder of which most is in tables, or in the write-ahead file. */
async function folderOf(engine: string, place: 'tables' | 'write-ahead file'): Promise<string> {
  const directory = await filledFolder(engine);
  if (place === 'write-ahead file') return directory;
  const broker = await brokerIn(directory, engine);
  await produce(broker, 'empty', 0, batchOf(2));
  // More than a block.
  for (let i = 0; i < 40; i++) {
    const value = randomBytes(5_000);
    await produce(broker, 'orders', i % 2, batchOf([{ timestampMs: 1n, key: null, value }]));
  }
  await broker.close();
  const again = await brokerIn(directory, engine);
  await again.close();
  return directory;
}

async function databaseFiles(directory: string, engine: string, pattern: RegExp) {
  const folder = join(directory, engine);
  const names = (await readdir(folder)).filter((name) => pattern.test(name));
  return names.sort().map((name) => join(folder, name));
}

/** Where the batches of a log are in the files of the database, as far as they are in one piece. */
async function batchPlaces(directory: string, engine: string) {
  const files = await databaseFiles(directory, engine, /\.(?:log|sst|ldb)$/);
  const contents = await Promise.all(files.map((file) => readFile(file)));
  const places = [];
  for (const name of ['orders-0', 'orders-1', '__cluster_metadata-0', '__consumer_offsets-1']) {
    const argv = ['storage', 'dump', name, '--data-dir', directory, '-o', 'json'];
    for (const line of (await cli(argv)).out.trim().split('\n')) {
      if (line === '') continue;
      const { baseOffset, sizeBytes } = JSON.parse(line);
      // By what is in every batch: base offset, length, and what comes before the CRC.
      const start = Buffer.alloc(12);
      start.writeBigInt64BE(BigInt(baseOffset), 0);
      start.writeInt32BE(sizeBytes - 12, 8);
      for (const [i, content] of contents.entries()) {
        for (let at = content.indexOf(start); at >= 0; at = content.indexOf(start, at + 1)) {
          if (content[at + 16] === 2) places.push({ file: files[i]!, at, sizeBytes, baseOffset });
        }
      }
    }
  }
  return places;
}

describe.each(['rocksdb', 'leveldb'] as const)('a %s folder', (engine) => {
  it('that a broker left is fine and not changed', async () => {
    for (const place of ['write-ahead file', 'tables'] as const) {
      const directory = await folderOf(engine, place);
      const before = await contentOf(directory);
      expect(await verify(directory)).toEqual({ code: 0, err: '', findings: [] });
      expect(await contentOf(directory)).toEqual(before);
    }
  });

  it('whose write-ahead file is cut is found out', async () => {
    const directory = await folderOf(engine, 'write-ahead file');
    const [file = ''] = await databaseFiles(directory, engine, /\.log$/);
    const { length } = await readFile(file);
    await truncate(file, length - 3000);
    const before = await contentOf(directory);
    const { code, findings } = await verify(directory);
    expect(code).toBe(1);
    expect(findings.length).toBeGreaterThan(0);
    expect(await contentOf(directory)).toEqual(before);
  });

  it.each([/\.log$/, /^CURRENT$/, /^MANIFEST/, /\.(?:sst|ldb)$/])(
    'without the file %s is found out',
    async (pattern) => {
      const directory = await folderOf(engine, 'tables');
      const [file = ''] = await databaseFiles(directory, engine, pattern);
      await rm(file);
      const { code, err, findings } = await verify(directory);
      expect({ code, told: err !== '' || findings.length > 0 }).toEqual({ code: 1, told: true });
    },
  );

  it('without its database is found out', async () => {
    const directory = await folderOf(engine, 'write-ahead file');
    await rm(join(directory, engine), { recursive: true });
    const { code, err } = await verify(directory);
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('is missing') });
  });

  it.each(['write-ahead file', 'tables'] as const)(
    'with one byte of a batch changed in its %s is found out, by topic, partition and offset',
    async (place) => {
      const directory = await folderOf(engine, place);
      const places = await batchPlaces(directory, engine);
      expect(places.length).toBeGreaterThan(20);
      await fc.assert(
        fc.asyncProperty(
          fc.nat(),
          fc.nat(),
          fc.integer({ min: 1, max: 255 }),
          async (n, m, mask) => {
            const batch = places[n % places.length]!;
            const at = batch.at + (m % batch.sizeBytes);
            await flipByte(batch.file, at, mask);
            const { code, findings } = await verify(directory);
            await flipByte(batch.file, at, mask);
            expect(code).toBe(1);
            const named = findings.filter(({ topic, offset }) => topic !== null && offset !== null);
            expect(named, JSON.stringify({ batch, at: at - batch.at, findings })).not.toEqual([]);
          },
        ),
        { numRuns: 20 },
      );
      expect(await verify(directory)).toMatchObject({ code: 0 });
    },
  );

  it('with any byte of its data changed is found out', async () => {
    const directory = await folderOf(engine, 'tables');
    const files = await databaseFiles(directory, engine, /\.(?:log|sst|ldb)$/);
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), async (n, m, mask) => {
        const file = files[n % files.length]!;
        const { length } = await readFile(file);
        await flipByte(file, m % length, mask);
        const { code, err, findings } = await verify(directory);
        await flipByte(file, m % length, mask);
        expect(code, `${file} ${m % length} ${JSON.stringify(findings)} ${err}`).toBe(1);
      }),
      { numRuns: 25 },
    );
  });
});
