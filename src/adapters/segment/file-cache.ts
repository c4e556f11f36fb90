import type { FileSystem } from '../data-folder/file-system.ts';

/** An open file. Its descriptor stays valid from `acquire` to `release`. */
export interface OpenFile {
  readonly path: string;
  readonly fd: number;
  uses: number;
  forgotten: boolean;
}

/**
 * Descriptors opened on demand and closed least recently used first, because a broker may hold far more
 * segments than the process may have descriptors.
 */
export class FileCache {
  readonly #files: FileSystem;
  readonly #capacity: number;
  readonly #open = new Map<string, OpenFile>();
  /** Those nobody uses, the one that was not used for longest first. */
  readonly #idle = new Map<string, OpenFile>();
  readonly #closing = new Set<Promise<void>>();

  constructor(files: FileSystem, capacity: number) {
    this.#files = files;
    this.#capacity = capacity;
  }

  /** Whether as many files are open as shall be. */
  get isFull(): boolean {
    return this.#open.size >= this.#capacity;
  }

  /** Whether twice as many are: those that are in use come on top. */
  get isOverfull(): boolean {
    return this.#open.size >= this.#capacity * 2;
  }

  acquire(path: string): OpenFile {
    let file = this.#open.get(path);
    if (file === undefined) {
      file = { path, fd: this.#files.openSync(path), uses: 0, forgotten: false };
      if (this.isFull) this.#evict();
      this.#open.set(path, file);
    } else if (file.uses === 0) this.#idle.delete(path);
    file.uses += 1;
    return file;
  }

  /** For a file that is acquired already. */
  hold(file: OpenFile): void {
    file.uses += 1;
  }

  release(file: OpenFile): void {
    file.uses -= 1;
    if (file.uses > 0) return;
    if (file.forgotten) this.#close(file);
    else {
      this.#idle.set(file.path, file);
      if (this.#open.size > this.#capacity) this.#evict();
    }
  }

  /** Closes a file that is renamed or removed, at the latest when its last user is done. */
  forget(path: string): void {
    const file = this.#open.get(path);
    if (file === undefined) return;
    this.#open.delete(path);
    this.#idle.delete(path);
    file.forgotten = true;
    if (file.uses === 0) this.#close(file);
  }

  async closeAll(): Promise<void> {
    for (const path of [...this.#open.keys()]) this.forget(path);
    await Promise.all(this.#closing);
  }

  /** The file stays, so that there is nothing to wait for. */
  #evict(): void {
    for (const [path, file] of this.#idle) {
      this.#idle.delete(path);
      this.#open.delete(path);
      try {
        this.#files.closeSync(file.fd);
      } catch {
        // Nobody uses it, and nothing in it waits for a sync.
      }
      return;
    }
  }

  /** In the thread pool: closing the last descriptor of a removed file frees its pages, which takes long. */
  #close(file: OpenFile): void {
    const closing = this.#files.close(file.fd).catch(() => {});
    this.#closing.add(closing);
    void closing.then(() => this.#closing.delete(closing));
  }
}
