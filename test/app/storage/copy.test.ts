import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, startCli } from '../cli/cli-run.ts';
import { batchOf } from '../log/log-fixture.ts';
import { flipByte, segmentFiles } from './damage.ts';
import { DURABLE_ENGINES } from './durable-engines.ts';
import {
  brokerIn,
  fill,
  filledFolder,
  idempotentBatch,
  logOf,
  produce,
  stateOf,
  temporaryFolder,
} from './filled-broker.ts';

async function copy(from: string, to: string, engine: string, ...options: readonly string[]) {
  const folders = ['--from-dir', from, '--to-dir', to];
  return cli(['storage', 'copy', ...folders, '--to-engine', engine, '-o', 'json', ...options]);
}

/** A folder as it is while a broker runs; what was deleted may go away meanwhile. */
async function leftBy(running: string): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const left = join(await temporaryFolder(), 'left');
    try {
      await cp(running, left, { recursive: true });
      return left;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempt === 10) throw error;
    }
  }
}

async function verified(directory: string) {
  const { code, out } = await cli(['storage', 'verify', '--data-dir', directory, '-o', 'json']);
  return { code, ...(JSON.parse(out) as { findings: unknown[]; batches: number }) };
}

const pairs = DURABLE_ENGINES.flatMap((from) => DURABLE_ENGINES.map((to) => [from, to] as const));

describe.each(pairs)('a copy from %s to %s', (from, to) => {
  it('is a broker with the same bytes, offsets, groups and producers', async () => {
    const source = await filledFolder(from);
    const target = join(await temporaryFolder(), 'copy');
    const before = await brokerIn(source, from);
    const expected = await stateOf(before);
    await before.close();
    const { code, out, err } = await copy(source, target, to);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({ engine: to, damaged: [] });
    expect(await verified(target)).toMatchObject({ code: 0, findings: [] });
    const broker = await brokerIn(target, to);
    try {
      expect(await stateOf(broker)).toEqual(expected);
      expect(expected.logs['orders-0']).toMatchObject({ start: 725n });
      expect(expected.logs['emptied-0']).toMatchObject({ start: 50n, end: 50n });
      // 5 + 1 + 9 + 2 records; the last two are sequences 15 and 16.
      const again = await produce(broker, 'orders', 1, idempotentBatch(15, 2));
      expect(again).toMatchObject({ error: 'NONE', baseOffset: 15n });
      const next = await produce(broker, 'orders', 1, idempotentBatch(17, 3));
      expect(next).toMatchObject({ error: 'NONE', baseOffset: 17n });
      const gap = await produce(broker, 'orders', 1, idempotentBatch(99, 1));
      expect(gap).toMatchObject({ error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' });
      const appended = await produce(broker, 'orders', 0, batchOf(2));
      expect(appended.baseOffset).toBe(expected.logs['orders-0']?.end);
    } finally {
      await broker.close();
    }
    expect(await verified(target)).toMatchObject({ code: 0, findings: [] });
  });
});

describe.each(DURABLE_ENGINES)('a %s folder that was not stopped', (engine) => {
  it('is checked and copied with all that was answered', async () => {
    const running = await temporaryFolder();
    const broker = await brokerIn(running, engine);
    await fill(broker);
    const { producers: _, ...expected } = await stateOf(broker);
    const left = await leftBy(running);
    await broker.close();
    expect(await verified(left)).toMatchObject({ code: 0, clean: false, findings: [] });
    const target = join(await temporaryFolder(), 'copy');
    expect(await copy(left, target, 'segment')).toMatchObject({ code: 0, err: '' });
    const copied = await brokerIn(target, 'segment');
    expect(await stateOf(copied)).toMatchObject(expected);
    const again = await produce(copied, 'orders', 1, idempotentBatch(15, 2));
    expect(again).toMatchObject({ error: 'NONE', baseOffset: 15n });
    await copied.close();
  });
});

describe('a copy', () => {
  it('that is stopped leaves nothing behind', async () => {
    const source = await filledFolder('segment');
    const target = join(await temporaryFolder(), 'copy');
    const folders = ['--from-dir', source, '--to-dir', target];
    const run = startCli(['storage', 'copy', ...folders, '--to-engine', 'segment']);
    run.stop();
    const { code, err } = await run.done;
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('stopped') });
    expect(await readdir(target)).toEqual([]);
  });

  it('goes to a new or empty folder only, and leaves nothing behind when it fails', async () => {
    const source = await filledFolder('segment');
    const target = await temporaryFolder();
    await writeFile(join(target, 'notes.txt'), '');
    const refused = await copy(source, target, 'segment');
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('is not empty: choose a new folder');
    expect(await readdir(target)).toEqual(['notes.txt']);
    expect((await copy(source, source, 'segment')).err).toContain('is not empty');
    const [segment] = await segmentFiles(source, 'orders', 1);
    await flipByte(segment!, 30);
    const empty = await temporaryFolder();
    const stopped = await copy(source, empty, 'segment');
    expect(stopped.code).toBe(1);
    expect(stopped.err).toContain(
      'orders-1, offset 0, orders-1/00000000000000000000.log at 0: stored crc',
    );
    expect(await readdir(empty)).toEqual([]);
  });

  it('ends a damaged log before the damage when asked to', async () => {
    const source = await filledFolder('segment');
    const files = await segmentFiles(source, 'orders', 1);
    const bytes = await readFile(files[0]!);
    await flipByte(files[0]!, bytes.length - 1);
    const target = join(await temporaryFolder(), 'copy');
    const { code, out } = await copy(source, target, 'segment', '--skip-damaged');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      damaged: [{ topic: 'orders', partition: 1, offset: 15, kind: 'batch' }],
    });
    expect(await verified(target)).toMatchObject({ code: 0, findings: [] });
    const broker = await brokerIn(target, 'segment');
    expect(logOf(broker, 'orders', 1).logEndOffset).toBe(15n);
    // Its producer goes on where the log ends now.
    const again = await produce(broker, 'orders', 1, idempotentBatch(15, 2));
    expect(again).toMatchObject({ error: 'NONE', baseOffset: 15n });
    await broker.close();
  });

  it('is not taken for whole when it was interrupted', async () => {
    const target = await temporaryFolder();
    await writeFile(join(target, 'kawadb-store'), '{"engine":"unfinished-copy","version":1}\n');
    await expect(brokerIn(target, 'segment')).rejects.toThrow('a copy that was not finished');
    const { code, err } = await cli(['storage', 'verify', '--data-dir', target]);
    expect({ code, err }).toMatchObject({ code: 1 });
    expect(err).toContain('a copy that was not finished');
  });

  it('refuses the folder of a running broker', async () => {
    const source = await filledFolder('segment');
    const broker = await brokerIn(source, 'segment');
    const target = await temporaryFolder();
    for (const run of [
      copy(source, target, 'segment'),
      cli(['storage', 'verify', '--data-dir', source]),
      cli(['storage', 'dump', 'orders-0', '--data-dir', source]),
    ]) {
      const { code, err } = await run;
      expect(code).toBe(1);
      expect(err).toContain('is in use by');
    }
    await broker.close();
  });
});
