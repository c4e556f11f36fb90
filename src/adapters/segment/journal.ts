import { dirname } from 'node:path';
import type { Checksum } from '../../domain/record/checksum.ts';
import type { Logger } from '../../ports/logger.ts';
import type { FileSystem } from '../data-folder/file-system.ts';
import type { JournalCut } from './journal-cut.ts';
import { alignedPosition, encodeRoundHeader, type JournalEntry } from './journal-round-format.ts';
import { writePiecesSync } from './write-all.ts';

/** Above this mean the second copy costs more than the syncs it saves. */
const BYTES_PER_LOG = 64 * 1024;
const FILES = 3;
/** Logs of a full file that are synced at a time, beside the appends. */
const PARALLEL_FLUSHES = 2;

/** A log as the journal sees it. */
export interface JournaledLog {
  /** The same for a log that is deleted and made anew with the same ids. */
  readonly key: string;
  /** Syncs the log's own files, so that the journal need not keep what it has of them. */
  flush(): Promise<void>;
}

export interface JournalPart {
  readonly log: JournaledLog;
  readonly entry: JournalEntry;
}

export interface JournalOptions {
  readonly files: FileSystem;
  readonly checksum: Checksum;
  readonly logger: Logger;
  readonly directory: string;
  /** Of all its files together. */
  readonly totalBytes: number;
  /** With fewer logs in a round, the second copy is not worth it. */
  readonly fromLogs: number;
}

interface JournalFile {
  readonly path: string;
  fd: number;
  position: number;
  readonly logs: Set<JournaledLog>;
  /** Logs that a replay would find in it, until it is written anew. */
  readonly keys: Set<string>;
  flushing: Promise<void> | undefined;
}

/**
 * One sequential file for what many logs append at once: one sync makes it durable where each log's own file would
 * take one. The logs' files are written at the same time, but synced later, when a file of the journal is full, which
 * is then written anew. After a crash the journal is replayed into the logs' files, see `JournalReplay`.
 */
export class Journal {
  readonly #o: JournalOptions;
  readonly #epoch = globalThis.crypto.getRandomValues(new BigUint64Array(1))[0]!;
  readonly #all: JournalFile[] = [];
  #current: JournalFile | undefined;
  #sequence = 0n;
  #firstNumber = 0;
  #isBroken = false;

  constructor(options: JournalOptions) {
    this.#o = options;
  }

  /** How large the rounds are that it takes. */
  get roundBytes(): number {
    return this.#o.totalBytes / FILES;
  }

  /** Leaves the files of an earlier journal alone. */
  numberAfter(names: readonly string[]): void {
    for (const name of names) {
      const number = Number.parseInt(name, 10);
      if (number >= this.#firstNumber) this.#firstNumber = number + 1;
    }
  }

  /** Whether it is of use for what so many logs sync at once. */
  takes(logs: number): boolean {
    return logs >= this.#o.fromLogs && !this.#isBroken;
  }

  /** Whether a replay would find batches of a log in it, so that a cut of that log has to be noted. */
  holds(key: string): boolean {
    return this.#all.some(({ keys }) => keys.has(key));
  }

  /** What says that everything up to now is of no use. */
  get cut(): JournalCut {
    return { epoch: this.#epoch, sequence: this.#sequence };
  }

  /** For a store whose logs are synced: nothing is left to replay. */
  async remove(): Promise<void> {
    await this.close();
    if (this.#all.length === 0) return;
    for (const { path } of this.#all) await this.#o.files.remove(path);
    await this.#o.files.syncDirectory(this.#o.directory);
  }

  async close(): Promise<void> {
    this.#isBroken = true;
    await Promise.all(this.#all.map(({ flushing }) => flushing));
    for (const file of this.#all) {
      if (file.fd >= 0) await this.#o.files.close(file.fd);
      file.fd = -1;
    }
  }

  /** Resolves to true once the batches survive power loss, to false where the logs have to sync their own files. */
  async write(parts: readonly JournalPart[]): Promise<boolean> {
    if (!this.takes(parts.length)) return false;
    let payloadBytes = 0;
    const pieces: Uint8Array[] = [new Uint8Array()];
    for (const { entry } of parts) {
      for (const batch of entry.batches) {
        payloadBytes += batch.length;
        pieces.push(batch);
      }
    }
    if (payloadBytes > BYTES_PER_LOG * parts.length) return false;
    const { files, checksum } = this.#o;
    const round = { epoch: this.#epoch, sequence: this.#sequence + 1n };
    const entries = parts.map(({ entry }) => entry);
    const header = encodeRoundHeader(round, entries, checksum);
    pieces[0] = header;
    const roundBytes = header.length + payloadBytes;
    try {
      const file = await this.#fileFor(roundBytes);
      if (file === undefined) return false;
      this.#sequence = round.sequence;
      // Before the bytes are: a cut that comes now has to be noted.
      for (const { log } of parts) {
        file.logs.add(log);
        file.keys.add(log.key);
      }
      writePiecesSync(files, file.fd, pieces, file.position);
      file.position = alignedPosition(file.position + roundBytes);
      await files.fdatasync(file.fd);
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  /** The file that has room for a round; undefined while all are waiting for the logs' own files. */
  async #fileFor(roundBytes: number): Promise<JournalFile | undefined> {
    const fileBytes = this.roundBytes;
    if (roundBytes > fileBytes) return undefined;
    const current = this.#current;
    if (current !== undefined) {
      if (current.position + roundBytes <= fileBytes) return current;
      this.#flush(current);
      this.#current = undefined;
    }
    const free = this.#all.find(({ flushing }) => flushing === undefined);
    if (free !== undefined) {
      free.position = 0;
      free.logs.clear();
      free.keys.clear();
      this.#current = free;
    } else if (this.#all.length < FILES) this.#current = await this.#create();
    return this.#current;
  }

  async #create(): Promise<JournalFile> {
    const { files, directory } = this.#o;
    if (this.#all.length === 0) {
      await files.mkdir(directory);
      await files.syncDirectory(dirname(directory));
    }
    const path = `${directory}/${this.#firstNumber + this.#all.length}.journal`;
    const file: JournalFile = {
      path,
      fd: files.openSync(path),
      position: 0,
      logs: new Set(),
      keys: new Set(),
      flushing: undefined,
    };
    this.#all.push(file);
    await files.syncDirectory(directory);
    return file;
  }

  #flush(file: JournalFile): void {
    file.flushing = this.#flushLogs(file).then(
      () => {
        file.flushing = undefined;
      },
      (error: unknown) => this.#fail(error),
    );
  }

  async #flushLogs({ logs }: JournalFile): Promise<void> {
    const queue = [...logs];
    const workers = Array.from({ length: PARALLEL_FLUSHES }, async () => {
      for (let log = queue.pop(); log !== undefined; log = queue.pop()) await log.flush();
    });
    await Promise.all(workers);
  }

  /** From then on the logs' own files are synced; what the journal has stays for the next start. */
  #fail(error: unknown): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    const { logger, directory } = this.#o;
    logger.error({ directory, err: error }, 'the journal failed: logs are synced one by one now');
  }
}
