import { type FileHandle, open, readdir } from 'node:fs/promises';

const LOG_FILE = /^\d+\.log$/;

/**
 * The write-ahead files of RocksDB or LevelDB, which are named alike: numbered, `.log`, removed when what they hold is
 * in tables that are synced. Synced from here where the binding cannot do it off the event loop or not for all files.
 */
export class WriteAheadFiles {
  readonly #directory: string;
  readonly #open = new Map<string, FileHandle>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Everything that was written to them before the call. */
  async sync(): Promise<void> {
    const names = (await readdir(this.#directory)).filter((name) => LOG_FILE.test(name));
    const found = new Set(names);
    for (const [name, file] of this.#open) {
      if (found.has(name)) continue;
      this.#open.delete(name);
      await file.close();
    }
    let isNew = false;
    for (const name of names) {
      if (this.#open.has(name)) continue;
      const file = await this.#openFile(name);
      if (file === undefined) continue;
      this.#open.set(name, file);
      isNew = true;
    }
    await Promise.all([...this.#open.values()].map((file) => file.datasync()));
    if (isNew) await this.#syncDirectory();
  }

  async close(): Promise<void> {
    const files = [...this.#open.values()];
    this.#open.clear();
    for (const file of files) await file.close();
  }

  /** A file that has gone since is in a table. */
  async #openFile(name: string): Promise<FileHandle | undefined> {
    try {
      return await open(`${this.#directory}/${name}`, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async #syncDirectory(): Promise<void> {
    const directory = await open(this.#directory, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }
}
