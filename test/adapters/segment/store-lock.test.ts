import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { nodeFileSystem } from '../../../src/adapters/data-folder/file-system.ts';
import {
  nodeProcesses,
  type Processes,
} from '../../../src/adapters/data-folder/process-identity.ts';
import { KafkaError } from '../../../src/domain/kafka-error.ts';
import { ORDERS } from '../../app/log/log-fixture.ts';
import { CONFIG, storeIn, temporaryDirectory } from './segment-fixture.ts';

/** A process as the store in it sees itself and another one. */
function processesWith(self: { pid: number; startTime: string }, running: boolean): Processes {
  return { self, isRunning: () => running };
}

const OTHER = { pid: 4711, startTime: 'boot/100' };
const SELF = { pid: 4712, startTime: 'boot/200' };

describe('the lock of a data folder', () => {
  it('keeps another store of the process away until it is given back', async () => {
    const directory = await temporaryDirectory();
    const store = storeIn(directory);
    await store.open();
    const second = storeIn(directory);
    await expect(second.open()).rejects.toThrow('in use by another store of this process');
    await second.close();
    const other = storeIn(directory, {
      processes: processesWith(OTHER, true),
      files: { ...nodeFileSystem },
    });
    await expect(other.open()).rejects.toThrow(`in use by process ${process.pid}`);
    await store.close();
    // Though this process runs on.
    await other.open();
  });

  it("names a running process that has it, and leaves that process's lock", async () => {
    const directory = await temporaryDirectory();
    const lock = JSON.stringify({ ...OTHER, token: 'x' });
    writeFileSync(join(directory, '.lock.1'), lock);
    const store = storeIn(directory, { processes: processesWith(SELF, true) });
    await expect(store.open()).rejects.toThrow('in use by process 4711');
    expect(readFileSync(join(directory, '.lock.1'), 'utf8')).toBe(lock);
  });

  it.each([
    ['of a process that is gone', JSON.stringify(OTHER), false],
    ['of this process, in a copy of the folder', JSON.stringify(SELF), true],
    ['that is not readable', 'half a lo', true],
  ])('%s is taken over', async (_what, content, running) => {
    const directory = await temporaryDirectory();
    writeFileSync(join(directory, '.lock.1'), content);
    const store = storeIn(directory, { processes: processesWith(SELF, running) });
    await store.open();
    const lock = JSON.parse(readFileSync(join(directory, '.lock.2'), 'utf8')) as object;
    expect(lock).toEqual(SELF);
    expect(existsSync(join(directory, '.lock.1'))).toBe(false);
  });

  it.each(Array.from({ length: 20 }, (_, n) => n))(
    'goes to one of many who want it at once (%i)',
    async () => {
      const directory = await temporaryDirectory();
      writeFileSync(join(directory, '.lock.1'), JSON.stringify(OTHER));
      const stores = Array.from({ length: 8 }, (_, i) => {
        const self = { pid: 5000 + i, startTime: 'boot/1' };
        const isRunning = ({ pid }: { pid: number }): boolean => pid >= 5000;
        // A file system of its own each, as in processes of their own.
        return storeIn(directory, { processes: { self, isRunning }, files: { ...nodeFileSystem } });
      });
      const opened = await Promise.allSettled(stores.map((store) => store.open()));
      expect(opened.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const { reason } of opened as PromiseRejectedResult[]) {
        if (reason !== undefined) expect(reason).toBeInstanceOf(KafkaError);
      }
    },
  );

  it('knows a process by its start too', () => {
    const { self } = nodeProcesses;
    expect(self.pid).toBe(process.pid);
    expect(nodeProcesses.isRunning(self)).toBe(true);
    expect(nodeProcesses.isRunning({ pid: 0x3fffffff, startTime: '' })).toBe(false);
    if (self.startTime === '') return;
    expect(nodeProcesses.isRunning({ ...self, startTime: 'another boot/1' })).toBe(false);
  });
});

describe('the format of a data folder', () => {
  it('is told in the folder', async () => {
    const directory = await temporaryDirectory();
    await storeIn(join(directory, 'new/deep')).open();
    const format = readFileSync(join(directory, 'new/deep/kawadb-store'), 'utf8');
    expect(JSON.parse(format)).toEqual({ engine: 'segment', version: 3 });
  });

  it.each([
    ['{"engine":"rocksdb","version":3}', 'of the storage engine rocksdb, version 3'],
    ['{"engine":"segment","version":99}', 'of the storage engine segment, version 99'],
    ['garbage', 'of the storage engine unknown'],
  ])('of another kind is refused: %s', async (content, message) => {
    const directory = await temporaryDirectory();
    writeFileSync(join(directory, 'kawadb-store'), content);
    await expect(storeIn(directory).open()).rejects.toThrow(message);
    rmSync(join(directory, 'kawadb-store'));
    await storeIn(directory).open();
  });

  it('must be there where logs are', async () => {
    const directory = await temporaryDirectory();
    mkdirSync(join(directory, 'orders-0'));
    await expect(storeIn(directory).open()).rejects.toThrow('holds data but no file kawadb-store');
  });
});

describe('a partition', () => {
  it('has the folder and the metadata that Kafka gives it', async () => {
    const directory = await temporaryDirectory();
    const store = storeIn(directory);
    await store.open();
    await store.create(ORDERS, CONFIG);
    const metadata = readFileSync(join(directory, 'orders-0/partition.metadata'), 'utf8');
    expect(metadata).toBe(`version: 0\ntopic_id: ${ORDERS.topicId}\n`);
  });

  it.each(['a/b', '../x', '', 'x'.repeat(250)])('of topic "%s" cannot be', async (topic) => {
    const store = storeIn(await temporaryDirectory());
    await store.open();
    await expect(store.create({ ...ORDERS, topic }, CONFIG)).rejects.toThrow();
  });
});

describe.skipIf(process.platform !== 'linux')('a process that was killed', () => {
  it('does not run any more, though its parent did not ask how it ended', async () => {
    // What takes the shell's place knows nothing of the child.
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60']);
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(nodeProcesses.isRunning({ pid, startTime: '' })).toBe(true);
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ');
    expect(nodeProcesses.isRunning({ pid, startTime: '' })).toBe(false);
  });
});
