import { readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { StoppedMetadata } from '../../../src/adapters/local-catalog/stopped-metadata.ts';
import { SegmentInspector } from '../../../src/adapters/segment/segment-inspector.ts';
import { verifyStore } from '../../../src/app/services/storage/verify-store.ts';
import type { StorageFinding } from '../../../src/ports/store-inspector.ts';
import { cli } from '../cli/cli-run.ts';
import { checksum, compression } from '../log/log-fixture.ts';
import { batchesIn, contentOf, flipByte, type PlacedBatch, segmentFiles } from './damage.ts';
import { filledFolder, temporaryFolder } from './filled-broker.ts';

let directory: string;

async function verify(): Promise<readonly StorageFinding[]> {
  const findings: StorageFinding[] = [];
  const tools = { checksum, compression };
  const store = await new SegmentInspector({ directory, checksum }).open();
  await verifyStore(store, {
    tools,
    metadata: new StoppedMetadata(tools),
    signal: new AbortController().signal,
    checked: { logs: 0, batches: 0, records: 0, bytes: 0 },
    report: (finding) => findings.push(finding),
  });
  await store.close();
  return findings.map(({ file, ...rest }) => ({
    ...rest,
    file: file === undefined ? undefined : relative(directory, file),
  }));
}

function isOfSummary({ file }: StorageFinding): boolean {
  return file === 'logs.summary';
}

/** The segments of orders-0, of which there are several. */
async function ordersFiles(): Promise<readonly string[]> {
  const files = await segmentFiles(directory, 'orders', 0);
  expect(files.length).toBeGreaterThan(4);
  return files;
}

async function endOf(file: string): Promise<PlacedBatch> {
  return (await batchesIn(file)).at(-1)!;
}

async function allBatches() {
  const found: (PlacedBatch & { readonly topic: string; readonly partition: number })[] = [];
  const { logs } = await new SegmentInspector({ directory, checksum }).open();
  for (const { id } of logs) {
    for (const file of await segmentFiles(directory, id.topic, id.partition)) {
      for (const batch of await batchesIn(file)) found.push({ ...batch, ...id });
    }
  }
  return found;
}

function withExtension(file: string, extension: string): string {
  return file.replace(/\.log$/, `.${extension}`);
}

describe('a folder', () => {
  beforeEach(async () => {
    directory = await filledFolder('segment');
  });

  it('that a broker left is fine, whether it stopped cleanly or not', async () => {
    expect(await verify()).toEqual([]);
    await rm(join(directory, '.kafka_cleanshutdown'));
    const before = await contentOf(directory);
    expect(await verify()).toEqual([]);
    expect(await contentOf(directory)).toEqual(before);
  });

  it('is not changed, not even where a start would cut it', async () => {
    await rm(join(directory, '.kafka_cleanshutdown'));
    const last = (await ordersFiles()).at(-1)!;
    const { position, sizeBytes, baseOffset } = await endOf(last);
    await truncate(last, position + sizeBytes - 5);
    const before = await contentOf(directory);
    const [finding, ...others] = await verify();
    expect(finding).toMatchObject({
      ...{ kind: 'batch', topic: 'orders', partition: 0, offset: baseOffset },
      ...{ file: relative(directory, last), position },
    });
    expect(others).toEqual([]);
    expect(await contentOf(directory)).toEqual(before);
  });

  it('with damaged batches is read on behind each of them', async () => {
    const [, file = '', other = ''] = await ordersFiles();
    const batches = await batchesIn(file);
    const [first, second] = batches as [PlacedBatch, PlacedBatch];
    // Its length: what follows is found all the same.
    await flipByte(file, first.position + 10);
    await flipByte(file, second.position + 70);
    await flipByte(other, (await endOf(other)).position + 62);
    const findings = await verify();
    const offsets = findings.map(({ kind, offset }) => [kind, offset]);
    expect(offsets).toContainEqual(['batch', first.baseOffset]);
    expect(offsets).toContainEqual(['batch', (await endOf(other)).baseOffset]);
    expect(findings.every(({ topic, partition }) => topic === 'orders' && partition === 0)).toBe(
      true,
    );
  });

  it('whose log lost its end at a whole batch is found out', async () => {
    const last = (await ordersFiles()).at(-1)!;
    const { position, baseOffset } = await endOf(last);
    await truncate(last, position);
    const findings = await verify();
    expect(findings).toContainEqual(
      expect.objectContaining({ kind: 'offsets', topic: 'orders', offset: baseOffset }),
    );
    expect(findings.some(({ kind }) => kind === 'index')).toBe(true);
  });

  it.each([
    ['first', 0],
    ['middle', 2],
    ['last', -1],
  ])('whose %s segment is missing is found out', async (_which, place) => {
    const file = (await ordersFiles()).at(place)!;
    const [lost] = await batchesIn(file);
    await rm(file);
    const summary = (await verify()).filter(isOfSummary);
    expect(summary).toMatchObject([{ kind: 'index', topic: 'orders', partition: 0 }]);
    const lone = (await verify()).filter((finding) => !isOfSummary(finding));
    expect(lone[0]).toMatchObject({
      ...{ kind: 'file', topic: 'orders', partition: 0, offset: lost!.baseOffset },
      file: relative(directory, file),
    });
    for (const extension of ['index', 'timeindex']) await rm(withExtension(file, extension));
    const findings = (await verify()).filter((finding) => !isOfSummary(finding));
    expect(findings).not.toEqual([]);
    expect(findings.every(({ kind }) => kind === 'offsets')).toBe(true);
    if (place === 0) expect(findings[0]?.message).toContain('the log starts at 725');
    else expect(findings[0]?.offset).toBe(lost!.baseOffset);
  });

  it('with indexes of another segment is found out', async () => {
    const [one = '', other = ''] = await ordersFiles();
    for (const extension of ['index', 'timeindex']) {
      const [a, b] = [withExtension(one, extension), withExtension(other, extension)];
      await rename(a, `${a}.kept`);
      await rename(b, a);
      await rename(`${a}.kept`, b);
      const findings = await verify();
      expect(findings.length).toBeGreaterThan(0);
      for (const { kind, topic, partition } of findings) {
        expect({ kind, topic, partition }).toEqual({
          kind: 'index',
          topic: 'orders',
          partition: 0,
        });
      }
      await rename(b, `${a}.kept`);
      await rename(a, b);
      await rename(`${a}.kept`, a);
    }
    const [offsets, times] = [withExtension(one, 'index'), withExtension(one, 'timeindex')];
    const bytes = await readFile(offsets);
    await writeFile(offsets, await readFile(times));
    await writeFile(times, bytes);
    const files = new Set((await verify()).map(({ file }) => file));
    expect(files).toEqual(new Set([offsets, times].map((file) => relative(directory, file))));
  });

  it('whose files beside the batches are damaged or missing is found out', async () => {
    const [file = ''] = await ordersFiles();
    const folder = dirname(file);
    const cases: [string, () => Promise<void>, Partial<StorageFinding>][] = [
      [withExtension(file, 'index'), () => rm(withExtension(file, 'index')), { kind: 'index' }],
      [
        withExtension(file, 'timeindex'),
        () => rm(withExtension(file, 'timeindex')),
        { kind: 'index' },
      ],
      [
        join(folder, 'log-state-0.state'),
        () => flipByte(join(folder, 'log-state-0.state'), 9),
        { kind: 'snapshot' },
      ],
      [
        join(folder, 'log-start-offset-checkpoint'),
        () => writeFile(join(folder, 'log-start-offset-checkpoint'), '0\n1\n'),
        { kind: 'offsets' },
      ],
      [
        join(folder, 'log-start-offset-checkpoint'),
        () => rm(join(folder, 'log-start-offset-checkpoint')),
        { kind: 'offsets' },
      ],
      [
        join(folder, 'partition.metadata'),
        () => writeFile(join(folder, 'partition.metadata'), 'version: 0\n'),
        { kind: 'file' },
      ],
      [
        join(folder, 'partition.metadata'),
        () => rm(join(folder, 'partition.metadata')),
        { kind: 'file' },
      ],
    ];
    for (const [path, damage, expected] of cases) {
      const bytes = await readFile(path);
      await damage();
      expect(await verify(), path).toContainEqual(
        expect.objectContaining({ ...expected, topic: 'orders', partition: 0 }),
      );
      await writeFile(path, bytes);
      expect(await verify()).toEqual([]);
    }
  });

  it('whose summary of the logs is damaged is found out, and copied all the same', async () => {
    const summary = join(directory, 'logs.summary');
    const { length } = await readFile(summary);
    await flipByte(summary, length >> 1);
    expect(await verify()).toMatchObject([{ kind: 'index', file: 'logs.summary' }]);
    const target = join(await temporaryFolder(), 'copy');
    const folders = ['--from-dir', directory, '--to-dir', target];
    const copied = await cli(['storage', 'copy', ...folders, '--to-engine', 'segment']);
    expect(copied).toMatchObject({ code: 0, err: '' });
    directory = target;
    expect(await verify()).toEqual([]);
  });

  it('whose logs are not those of its metadata is found out', async () => {
    await rename(join(directory, 'orders-1'), join(directory, 'strangers-0'));
    const findings = (await verify()).filter((finding) => !isOfSummary(finding));
    expect(findings.map(({ kind, topic, partition }) => [kind, topic, partition])).toEqual([
      ['metadata', 'strangers', 0],
    ]);
    const metadata = join(directory, '__cluster_metadata-0');
    await rm(join(metadata, 'cluster-id.state'));
    const ofMetadata = async () => (await verify()).filter(({ kind }) => kind === 'metadata');
    expect((await ofMetadata())[0]?.message).toContain('it has no cluster-id');
    await rm(metadata, { recursive: true });
    expect((await ofMetadata())[0]?.message).toContain('no metadata log');
  });
});

describe('one changed byte', () => {
  it('within a batch is always found, with its topic, partition and offset', async () => {
    directory = await filledFolder('segment');
    const places = await allBatches();
    expect(places.length).toBeGreaterThan(30);
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), async (n, m, mask) => {
        const batch = places[n % places.length]!;
        // Often in the header, where the checksum does not reach everywhere.
        const at = m % 3 === 0 ? m % batch.sizeBytes : m % 61;
        await flipByte(batch.file, batch.position + at, mask);
        const findings = await verify();
        await flipByte(batch.file, batch.position + at, mask);
        const { topic, partition, baseOffset } = batch;
        expect(findings, `byte ${at}`).toContainEqual(
          expect.objectContaining({ topic, partition, offset: baseOffset }),
        );
      }),
      { numRuns: 100 },
    );
    expect(await verify()).toEqual([]);
  });
});
