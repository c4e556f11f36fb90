import { copyFile, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Files of RocksDB and LevelDB that never change once they are there. */
const TABLE = /\.(?:sst|ldb|blob)$/;
/** What a database makes anew, or tells of its own work. */
const NOT_NEEDED = /^(?:LOCK|LOG.*)$/;

/**
 * A folder that looks like that of a RocksDB or LevelDB database: neither can open one without writing to it. The large
 * files are links to its own, which are only read; the small ones are copies.
 */
export class DatabaseMirror {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async of(database: string): Promise<DatabaseMirror> {
    const mirror = new DatabaseMirror(await mkdtemp(join(tmpdir(), 'kawadb-mirror-')));
    try {
      for (const name of await readdir(database)) {
        const from = resolve(database, name);
        const to = join(mirror.directory, name);
        if (TABLE.test(name)) await symlink(from, to);
        else if (!NOT_NEEDED.test(name)) await copyFile(from, to);
      }
      return mirror;
    } catch (error) {
      await mirror.remove();
      throw error;
    }
  }

  /** Makes a file its own, so that it can be changed; gives its path. */
  async own(database: string, name: string): Promise<string> {
    const path = join(this.directory, name);
    await rm(path);
    await copyFile(resolve(database, name), path);
    return path;
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
