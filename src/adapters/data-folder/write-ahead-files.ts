import { open, readdir } from 'node:fs/promises';

const LOG_FILE = /^\d+\.log$/;

/** What is needed of a file or a folder that is open. */
export interface SyncedFile {
  datasync(): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** The calls of the file system that are made, so that a test can tell what was synced when. */
export interface WriteAheadFolder {
  names(path: string): Promise<readonly string[]>;
  open(path: string): Promise<SyncedFile>;
}

const nodeFolder: WriteAheadFolder = {
  names: (path) => readdir(path),
  open: (path) => open(path, 'r'),
};

/**
 * The write-ahead files of RocksDB or LevelDB, which are named alike: numbered, `.log`, removed when what they hold is
 * in tables that are synced. Synced from here where the binding cannot do it off the event loop or not for all files.
 */
export class WriteAheadFiles {
  readonly #directory: string;
  readonly #folder: WriteAheadFolder;
  /** The one that is written to, as far as is known. */
  #newest: WriteAheadFile | undefined;

  constructor(directory: string, folder: WriteAheadFolder = nodeFolder) {
    this.#directory = directory;
    this.#folder = folder;
  }

  /** Everything that was written to them before the call. */
  async sync(): Promise<void> {
    const newest = this.#newest;
    // Beside each other: mostly no file was begun since the last call.
    const [found] = await Promise.all([this.#begunSince(newest), newest?.file.datasync()]);
    if (found.length === 0) return;
    const opened: WriteAheadFile[] = [];
    try {
      for (const name of found) {
        const file = await this.#openFile(name);
        if (file !== undefined) opened.push({ name, file });
      }
      // The one before them is written to no more, but may have been after its sync above began: nobody syncs it later.
      await Promise.all([newest, ...opened].map((each) => each?.file.datasync()));
      await this.#syncDirectory();
    } catch (error) {
      for (const { file } of opened) await file.close();
      throw error;
    }
    // Those before the last one are not written to any more, so that this was their last sync.
    const next = opened.pop();
    for (const { file } of opened) await file.close();
    if (next === undefined) return;
    this.#newest = next;
    await newest?.file.close();
  }

  async close(): Promise<void> {
    const newest = this.#newest;
    this.#newest = undefined;
    await newest?.file.close();
  }

  /** The names of files with higher numbers, in their order. */
  async #begunSince(newest: WriteAheadFile | undefined): Promise<string[]> {
    const names = (await this.#folder.names(this.#directory)).filter((name) => LOG_FILE.test(name));
    const last = newest === undefined ? -1 : numberOf(newest.name);
    return names
      .filter((name) => numberOf(name) > last)
      .sort((one, other) => numberOf(one) - numberOf(other));
  }

  /** A file that has gone since is in a table. */
  async #openFile(name: string): Promise<SyncedFile | undefined> {
    try {
      return await this.#folder.open(`${this.#directory}/${name}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async #syncDirectory(): Promise<void> {
    const directory = await this.#folder.open(this.#directory);
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }
}

interface WriteAheadFile {
  readonly name: string;
  readonly file: SyncedFile;
}

function numberOf(name: string): number {
  return Number.parseInt(name, 10);
}
