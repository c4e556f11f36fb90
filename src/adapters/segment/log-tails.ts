import type { FileSystem } from '../data-folder/file-system.ts';
import { readFullySync } from './batch-walk.ts';
import { segmentName } from './log-directory.ts';
import type { SummarizedLog } from './logs-summary.ts';
import type { KnownLogs } from './summary-keeper.ts';
import { writeAllSync } from './write-all.ts';

/** What is longer is read when it is needed, and synced by itself. */
const TAIL_BYTES = 64 * 1024;
const TOTAL_BYTES = 64 * 1024 * 1024;

/**
 * What the last file of each log has behind what the summary says is synced: read once, for the replay of the journal and
 * for the opening of the log.
 */
export class LogTails {
  readonly #files: FileSystem;
  readonly #directory: string;
  readonly #known: KnownLogs;
  readonly #tails = new Map<string, LogTail | undefined>();
  #roomBytes = TOTAL_BYTES;

  constructor(files: FileSystem, directory: string, known: KnownLogs) {
    this.#files = files;
    this.#directory = directory;
    this.#known = known;
  }

  /** Undefined where it is too long, or the file is not as long as the summary says. */
  async of(folder: string): Promise<LogTail | undefined> {
    if (this.#tails.has(folder)) return this.#tails.get(folder);
    const log = this.#known.logs.get(folder);
    const tail = log && (await this.#read(log));
    this.#tails.set(folder, tail);
    return tail;
  }

  async #read({ folder, segments }: SummarizedLog): Promise<LogTail | undefined> {
    const active = segments.at(-1);
    if (active === undefined) return undefined;
    const { baseOffset, sizeBytes: from } = active;
    const path = `${this.#directory}/${folder}/${segmentName(baseOffset)}.log`;
    const sizeBytes = await this.#files.sizeBytes(path).catch(() => -1);
    const length = sizeBytes - from;
    if (length < 0 || length > TAIL_BYTES || length > this.#roomBytes) return undefined;
    this.#roomBytes -= length;
    const bytes = length === 0 ? NOTHING : this.#bytes(path, from, length);
    return bytes && new LogTail(this.#files, path, from, bytes);
  }

  #bytes(path: string, from: number, length: number): Uint8Array | undefined {
    const bytes = new Uint8Array(length);
    const fd = this.#files.openSync(path);
    try {
      return readFullySync(this.#files, fd, bytes, length, from) === length ? bytes : undefined;
    } finally {
      this.#files.closeSync(fd);
    }
  }
}

export class LogTail {
  readonly #files: FileSystem;
  readonly #path: string;
  readonly from: number;
  #bytes: Uint8Array;

  constructor(files: FileSystem, path: string, from: number, bytes: Uint8Array) {
    this.#files = files;
    this.#path = path;
    this.from = from;
    this.#bytes = bytes;
  }

  /** What the file has from `from` on. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get end(): number {
    return this.from + this.#bytes.length;
  }

  /** Puts batches to where they belong, which does nothing where the file has them. False where they do not reach to its end. */
  put(position: number, batches: readonly Uint8Array[]): boolean {
    let at = position;
    for (const batch of batches) {
      const end = at + batch.length;
      if (end > this.from && !this.#putOne(at, batch)) return false;
      at = end;
    }
    return true;
  }

  #putOne(position: number, batch: Uint8Array): boolean {
    if (position < this.from || position > this.end) return false;
    const at = position - this.from;
    const end = at + batch.length;
    const found = this.#bytes.subarray(at, end);
    if (found.length === batch.length && Buffer.compare(found, batch) === 0) return true;
    if (end > this.#bytes.length) {
      const longer = new Uint8Array(end);
      longer.set(this.#bytes);
      this.#bytes = longer;
    }
    this.#bytes.set(batch, at);
    const fd = this.#files.openSync(this.#path);
    try {
      writeAllSync(this.#files, fd, [batch], batch.length, position);
    } finally {
      this.#files.closeSync(fd);
    }
    return true;
  }
}

const NOTHING = new Uint8Array();
