import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cli } from '../app/cli/cli-run.ts';
import { DURABLE_ENGINES } from '../app/storage/durable-engines.ts';
import { brokerIn, idempotentBatch, logOf, produce } from '../app/storage/filled-broker.ts';
import { folderState, SETTINGS } from './folder-state.ts';

const FOLDERS = fileURLToPath(new URL('folders', import.meta.url));
const names = await readdir(FOLDERS);

async function copyOf(name: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'kawadb-upgrade-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await cp(join(FOLDERS, name, 'data'), directory, { recursive: true });
  return directory;
}

describe.each(names)('a data folder of %s', (name) => {
  const engine = name.replace(/-\d+$/, '');

  it('opens with all that it had, and goes on', async () => {
    const directory = await copyOf(name);
    const verified = await cli(['storage', 'verify', '--data-dir', directory]);
    expect(verified).toMatchObject({ code: 0, err: '' });
    const state = JSON.parse(await readFile(join(FOLDERS, name, 'state.json'), 'utf8'));
    const broker = await brokerIn(directory, engine, SETTINGS);
    expect(await folderState(broker)).toEqual(state);
    const retry = await produce(broker, 'orders', 1, idempotentBatch(15, 2));
    expect(retry).toMatchObject({ error: 'NONE', baseOffset: 15n });
    const next = await produce(broker, 'orders', 1, idempotentBatch(17, 2));
    expect(next).toMatchObject({ error: 'NONE', baseOffset: 17n });
    await broker.close();
    const again = await brokerIn(directory, engine, SETTINGS);
    expect(logOf(again, 'orders', 1).logEndOffset).toBe(19n);
    await again.close();
    const after = await cli(['storage', 'verify', '--data-dir', directory]);
    expect(after).toMatchObject({ code: 0, err: '' });
  });

  it('is refused when a later version has written it', async () => {
    const directory = await copyOf(name);
    const format = JSON.stringify({ engine, version: 1000 });
    await writeFile(join(directory, 'kawadb-store'), `${format}\n`);
    const message = `the data are of the storage engine ${engine}, version 1000; this is ${engine}, version`;
    await expect(brokerIn(directory, engine)).rejects.toThrow(message);
    for (const command of ['verify', 'dump orders-0']) {
      const argv = ['storage', ...command.split(' '), '--data-dir', directory];
      const { code, err } = await cli(argv);
      expect(code).toBe(1);
      expect(err).toContain(message);
    }
  });
});

it('every durable engine has a folder', () => {
  expect(new Set(names.map((name) => name.replace(/-\d+$/, '')))).toEqual(new Set(DURABLE_ENGINES));
});
