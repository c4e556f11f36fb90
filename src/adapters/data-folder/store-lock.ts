import { KafkaError } from '../../domain/kafka-error.ts';
import type { FileSystem } from './file-system.ts';
import type { Processes, ProcessIdentity } from './process-identity.ts';

const LOCK = /^\.lock\.(?<number>[1-9]\d{0,14})$/;
const ATTEMPTS = 100;
/** What a lock says that was given back: its process may run on. */
const RELEASED = '{"released":true}\n';

/** Folders that stores of this process have open, by the file system they are in. */
const heldHere = new WeakMap<FileSystem, Set<string>>();

/**
 * Keeps a second store from the same data, be it of this process or another one. A lock names its holder, so that one
 * left by a process that died is taken over: by making the lock of the next number, which only one can. The highest is
 * the one that counts and is never removed, so that nobody can take a lock by a number that has been passed.
 */
export class StoreLock {
  readonly #files: FileSystem;
  readonly #directory: string;
  readonly #processes: Processes;
  #number = 0;

  constructor(files: FileSystem, directory: string, processes: Processes) {
    this.#files = files;
    this.#directory = directory;
    this.#processes = processes;
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

  /**
   * Rejects while a store holds the lock, and takes nothing. The number it gives rises with every store that opens the
   * folder: who reads without the lock knows by it whether one came in between.
   */
  async checkFree(): Promise<number> {
    if (this.#heldHere().has(this.#directory)) throw this.#refusal('a store of this process');
    const last = Math.max(0, ...(await this.#numbers()));
    if (last > 0) this.#refuseIfRunning((await this.#read(this.#path(last))) ?? '');
    return last;
  }

  async release(): Promise<void> {
    this.#heldHere().delete(this.#directory);
    const path = this.#path(this.#number);
    const passing = `${path}.tmp`;
    await this.#files.writeFile(passing, Buffer.from(RELEASED));
    await this.#files.rename(passing, path);
  }

  async #acquireFile(): Promise<void> {
    const token = globalThis.crypto.randomUUID();
    const own = `${this.#directory}/${lockName(0)}.${token}.tmp`;
    const content = `${JSON.stringify(this.#processes.self)}\n`;
    await this.#files.writeFile(own, Buffer.from(content));
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (await this.#take(own)) return;
      }
    } finally {
      await this.#files.remove(own);
    }
    throw this.#refusal('other processes that are starting');
  }

  async #take(own: string): Promise<boolean> {
    const last = Math.max(0, ...(await this.#numbers()));
    if (last > 0) this.#refuseIfRunning((await this.#read(this.#path(last))) ?? '');
    const number = last + 1;
    if (!(await this.#link(own, this.#path(number)))) return false;
    const numbers = await this.#numbers();
    if (numbers.some((other) => other > number)) {
      await this.#files.remove(this.#path(number));
      return false;
    }
    this.#number = number;
    for (const other of numbers) {
      if (other < number) await this.#files.remove(this.#path(other));
    }
    return true;
  }

  async #link(own: string, path: string): Promise<boolean> {
    try {
      await this.#files.link(own, path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      // Not every file system has links. Without them two that start at once may both get through.
      if ((await this.#read(path)) !== undefined) return false;
      await this.#files.rename(own, path);
      return true;
    }
  }

  async #numbers(): Promise<number[]> {
    const names = await this.#files.names(this.#directory);
    return names.flatMap((name) => lockNumberOf(name) ?? []);
  }

  #path(number: number): string {
    return `${this.#directory}/${lockName(number)}`;
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
      `the data folder ${this.#directory} is in use by ${holder}: stop it or choose another folder`,
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

function lockName(number: number): string {
  return `.lock.${number}`;
}

function lockNumberOf(name: string): number | undefined {
  const number = LOCK.exec(name)?.groups?.number;
  return number === undefined ? undefined : Number(number);
}
