import { KafkaError } from '../../domain/kafka-error.ts';
import type { FileSystem } from './file-system.ts';
import { LOCK } from './log-directory.ts';
import type { Processes, ProcessIdentity } from './process-identity.ts';

const ATTEMPTS = 5;

/** Folders that stores of this process have open, by the file system they are in. */
const heldHere = new WeakMap<FileSystem, Set<string>>();

/**
 * Keeps a second store from the same data, be it of this process or another one. A lock names its holder, so that one
 * left by a process that died is taken over.
 */
export class StoreLock {
  readonly #files: FileSystem;
  readonly #directory: string;
  readonly #processes: Processes;
  readonly #path: string;
  #content = '';

  constructor(files: FileSystem, directory: string, processes: Processes) {
    this.#files = files;
    this.#directory = directory;
    this.#processes = processes;
    this.#path = `${directory}/${LOCK}`;
  }

  async acquire(): Promise<void> {
    const held = this.#heldHere();
    if (held.has(this.#directory)) throw this.#refusal('another store of this process');
    held.add(this.#directory);
    try {
      await this.#acquireFile();
    } catch (error) {
      held.delete(this.#directory);
      throw error;
    }
  }

  async release(): Promise<void> {
    this.#heldHere().delete(this.#directory);
    if ((await this.#read(this.#path)) === this.#content) await this.#files.remove(this.#path);
  }

  async #acquireFile(): Promise<void> {
    const token = globalThis.crypto.randomUUID();
    this.#content = `${JSON.stringify({ ...this.#processes.self, token })}\n`;
    const own = `${this.#path}.${token}.tmp`;
    await this.#files.writeFile(own, Buffer.from(this.#content));
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (await this.#link(own)) return;
        await this.#removeStale(`${this.#path}.${token}.stale.tmp`);
      }
    } finally {
      await this.#files.remove(own);
    }
    throw this.#refusal('another process that is starting');
  }

  async #link(own: string): Promise<boolean> {
    try {
      await this.#files.link(own, this.#path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      // Not every file system has links. Without them two that start at once may both get through.
      if ((await this.#read(this.#path)) !== undefined) return false;
      await this.#files.rename(own, this.#path);
      return true;
    }
  }

  /** Moved away before it is removed: what was moved must be what was found stale. */
  async #removeStale(away: string): Promise<void> {
    const content = await this.#read(this.#path);
    if (content === undefined) return;
    this.#refuseIfRunning(content);
    await this.#files.rename(this.#path, away).catch(() => {});
    const moved = await this.#read(away);
    if (moved !== undefined && moved !== content) await this.#files.rename(away, this.#path);
    else await this.#files.remove(away);
  }

  #refuseIfRunning(content: string): void {
    const holder = parseHolder(content);
    if (holder === undefined) return;
    const { self } = this.#processes;
    // A lock of this process that no store of it holds was left in a copy of the folder.
    if (holder.pid === self.pid && holder.startTime === self.startTime) return;
    if (this.#processes.isRunning(holder)) throw this.#refusal(`process ${holder.pid}`);
  }

  async #read(path: string): Promise<string | undefined> {
    const bytes = await this.#files.readFile(path);
    return bytes && Buffer.from(bytes).toString();
  }

  #heldHere(): Set<string> {
    let held = heldHere.get(this.#files);
    if (held === undefined) {
      held = new Set();
      heldHere.set(this.#files, held);
    }
    return held;
  }

  #refusal(holder: string): KafkaError {
    return new KafkaError(
      'KAFKA_STORAGE_ERROR',
      `the data folder ${this.#directory} is in use by ${holder}: ` +
        `stop it or choose another folder (${this.#path} is its lock)`,
    );
  }
}

function parseHolder(content: string): ProcessIdentity | undefined {
  try {
    const { pid, startTime } = JSON.parse(content) as Partial<ProcessIdentity>;
    if (typeof pid !== 'number' || typeof startTime !== 'string') return undefined;
    return { pid, startTime };
  } catch {
    return undefined;
  }
}
