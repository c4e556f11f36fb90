import { describe, expect, it } from 'vitest';
import {
  WriteAheadFiles,
  type WriteAheadFolder,
} from '../../../src/adapters/data-folder/write-ahead-files.ts';

const FOLDER = 'db';

/** A folder whose files are written to and synced in memory. */
class RecordingFolder implements WriteAheadFolder {
  readonly written = new Map<string, number>();
  readonly synced = new Map<string, number>();
  readonly opened = new Set<string>();
  syncs: string[] = [];
  failing = false;
  /** Called when a listing is made, before it is answered. */
  listed = () => {};

  write(name: string): void {
    this.written.set(name, (this.written.get(name) ?? 0) + 1);
  }

  get unsynced(): string[] {
    return [...this.written.keys()].filter((name) => {
      return this.written.get(name) !== this.synced.get(name);
    });
  }

  async names(): Promise<readonly string[]> {
    await Promise.resolve();
    this.listed();
    return ['CURRENT', 'LOG', '000002.sst', ...this.written.keys()];
  }

  async open(path: string) {
    if (path === FOLDER) return this.#file('.');
    const name = path.slice(FOLDER.length + 1);
    if (!this.written.has(name)) throw Object.assign(new Error('gone'), { code: 'ENOENT' });
    this.opened.add(name);
    return this.#file(name);
  }

  #file(name: string) {
    const sync = async () => {
      const synced = this.written.get(name) ?? 0;
      await Promise.resolve();
      if (this.failing) throw new Error('the device failed');
      this.syncs.push(name);
      this.synced.set(name, synced);
    };
    const close = async () => void this.opened.delete(name);
    return { sync, datasync: sync, close };
  }
}

describe('the write-ahead files of a database', () => {
  it('are all synced, and their folder, when they are first seen', async () => {
    const folder = new RecordingFolder();
    for (const name of ['000010.log', '000009.log', '000101.log']) folder.write(name);
    const files = new WriteAheadFiles(FOLDER, folder);
    await files.sync();
    expect(folder.unsynced).toEqual([]);
    expect(folder.syncs.toSorted()).toEqual(['.', '000009.log', '000010.log', '000101.log']);
  });

  it('costs one sync while no file is begun: those before it are not written to any more', async () => {
    const folder = new RecordingFolder();
    for (const name of ['000099.log', '000100.log']) folder.write(name);
    const files = new WriteAheadFiles(FOLDER, folder);
    await files.sync();
    folder.syncs = [];
    folder.write('000100.log');
    await files.sync();
    expect(folder.syncs).toEqual(['000100.log']);
    expect(folder.unsynced).toEqual([]);
    expect([...folder.opened]).toEqual(['000100.log']);
  });

  it('are synced in the file that was ended and in the one that was begun', async () => {
    const folder = new RecordingFolder();
    folder.write('000003.log');
    const files = new WriteAheadFiles(FOLDER, folder);
    await files.sync();
    folder.write('000003.log');
    folder.write('000005.log');
    folder.write('000007.log');
    await files.sync();
    expect(folder.unsynced).toEqual([]);
    expect([...folder.opened]).toEqual(['000007.log']);
  });

  it('that are begun while a sync is under way have their turn with the next one', async () => {
    const folder = new RecordingFolder();
    folder.write('000003.log');
    const files = new WriteAheadFiles(FOLDER, folder);
    await files.sync();
    folder.listed = () => folder.write('000004.log');
    await files.sync();
    folder.listed = () => {};
    folder.write('000004.log');
    await files.sync();
    expect(folder.unsynced).toEqual([]);
  });

  it('are synced once more when one is begun: what was written after a sync began is not in it', async () => {
    const folder = new RecordingFolder();
    folder.write('000003.log');
    const files = new WriteAheadFiles(FOLDER, folder);
    await files.sync();
    folder.listed = () => {
      folder.write('000003.log');
      folder.write('000004.log');
    };
    await files.sync();
    folder.listed = () => {};
    await files.sync();
    expect(folder.unsynced).toEqual([]);
  });

  it('that have gone are in tables', async () => {
    const folder = new RecordingFolder();
    folder.write('000003.log');
    const files = new WriteAheadFiles(FOLDER, folder);
    await files.sync();
    folder.write('000004.log');
    folder.listed = () => {
      folder.listed = () => {};
      queueMicrotask(() => folder.written.delete('000004.log'));
    };
    await files.sync();
    folder.written.delete('000003.log');
    folder.write('000006.log');
    await files.sync();
    expect(folder.unsynced).toEqual([]);
    expect([...folder.opened]).toEqual(['000006.log']);
    await files.close();
    expect([...folder.opened]).toEqual([]);
  });

  it('fails when one of them cannot be synced, and leaves none open but the newest', async () => {
    const folder = new RecordingFolder();
    folder.write('000003.log');
    const files = new WriteAheadFiles(FOLDER, folder);
    folder.failing = true;
    await expect(files.sync()).rejects.toThrow('the device failed');
    expect([...folder.opened]).toEqual([]);
    folder.failing = false;
    await files.sync();
    folder.failing = true;
    folder.write('000003.log');
    await expect(files.sync()).rejects.toThrow('the device failed');
    await files.close();
    expect([...folder.opened]).toEqual([]);
  });
});
