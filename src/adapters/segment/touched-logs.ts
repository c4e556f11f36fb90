import type { FileSystem } from '../data-folder/file-system.ts';
import { RoundSync, SyncRounds } from './sync-rounds.ts';
import { writeAllSync } from './write-all.ts';

/** No log's folder ends like this. */
const SUFFIX = '.touched-logs';
/** No folder has such a name, or one that begins like the other two. */
const OPENED = '#opened';
const APPENDED = '+';
const CREATED = '*';

/** What a list says, by folder. */
export interface ReadTouchedLogs {
  /** Anything may have changed. */
  readonly changed: ReadonlySet<string>;
  /** Nothing but the end of the last file. */
  readonly appended: ReadonlySet<string>;
  /** The topic id of what was made, empty, and appended to since. */
  readonly created: ReadonlyMap<string, string>;
  /** Whether the store has been opened since the summary was written. */
  readonly opened: boolean;
  readonly sizeBytes: number;
}

export function isTouchedLogsFile(name: string): boolean {
  return name.endsWith(SUFFIX);
}

export function touchedLogsPath(directory: string, generation: string): string {
  return `${directory}/${generation}${SUFFIX}`;
}

/**
 * A file with the names of the logs that changed since a summary was written, each before the change: a process that
 * dies leaves no change without its note. After power loss a note is there for sure only if it was synced.
 */
export class TouchedLogs {
  readonly #files: FileSystem;
  readonly path: string;
  readonly #fd: number;
  readonly #sync: RoundSync;
  #sizeBytes: number;
  #synced = true;
  #failure: Error | undefined;

  constructor(files: FileSystem, path: string, sizeBytes: number) {
    this.#files = files;
    this.path = path;
    this.#sizeBytes = sizeBytes;
    this.#fd = files.openSync(path);
    this.#sync = new RoundSync(new SyncRounds(), { sync: () => this.#run() });
  }

  /** Undefined where there is none. */
  static async read(files: FileSystem, path: string): Promise<ReadTouchedLogs | undefined> {
    const bytes = await files.readFile(path);
    if (bytes === undefined) return undefined;
    const changed = new Set(Buffer.from(bytes).toString('latin1').split('\n'));
    const opened = changed.delete(OPENED);
    changed.delete('');
    const appended = new Set<string>();
    const created = new Map<string, string>();
    for (const line of changed) {
      const mark = line[0];
      if (mark !== APPENDED && mark !== CREATED) continue;
      changed.delete(line);
      if (mark === APPENDED) appended.add(line.slice(1));
      else created.set(line.slice(line.indexOf(' ') + 1), line.slice(1, line.indexOf(' ')));
    }
    return { changed, appended, created, opened, sizeBytes: bytes.length };
  }

  noteOpened(): void {
    this.#note(OPENED);
  }

  noteChanged(folder: string): void {
    this.#note(folder);
  }

  noteAppended(folder: string): void {
    this.#note(`${APPENDED}${folder}`);
  }

  noteCreated(folder: string, topicId: string): void {
    this.#note(`${CREATED}${topicId} ${folder}`);
  }

  /** Begins a line of its own, because the note before may have been cut short. */
  #note(text: string): void {
    const line = Buffer.from(`\n${text}\n`, 'latin1');
    this.#synced = false;
    writeAllSync(this.#files, this.#fd, [line], line.length, this.#sizeBytes);
    this.#sizeBytes += line.length;
  }

  /** Resolves once what was noted before survives power loss. */
  async sync(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#synced) return this.#sync.running;
    return this.#sync.request();
  }

  async close(): Promise<void> {
    await this.#sync.running?.catch(() => {});
    await this.#files.close(this.#fd);
  }

  async #run(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#synced = true;
    try {
      await this.#files.fdatasync(this.#fd);
    } catch (error) {
      // The system takes what it could not write for written: another sync would say nothing.
      this.#failure = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }
}
