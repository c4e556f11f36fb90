import { KafkaError } from '../../domain/kafka-error.ts';
import { allSettled } from './all-settled.ts';
import { readFully } from './batch-walk.ts';
import type { OpenFile } from './file-cache.ts';
import { type JournalCut, readJournalCut } from './journal-cut.ts';
import {
  alignedPosition,
  decodeEntries,
  decodeRoundHeader,
  type JournalEntry,
  type RoundHeader,
  roundHeaderBytes,
  SMALLEST_HEADER_BYTES,
} from './journal-round-format.ts';
import { PARTITION_METADATA, partitionOf, segmentName } from './log-directory.ts';
import type { LogTails } from './log-tails.ts';
import type { SummarizedLog } from './logs-summary.ts';
import type { SegmentContext } from './segment-context.ts';
import { writePiecesSync } from './write-all.ts';

interface Round {
  readonly header: RoundHeader;
  readonly entries: readonly JournalEntry[];
}

interface FoundRound extends Round {
  /** Where the next round would be. */
  readonly end: number;
}

/** A multiple of what rounds are aligned to. */
const SEARCHED_BYTES = 1024 * 1024;

export type ReplayContext = Pick<SegmentContext, 'files' | 'cache' | 'checksum' | 'logger'>;

/** A log's folder as the replay finds it. */
interface ReplayedFolder {
  readonly topicId: string | undefined;
  readonly names: ReadonlySet<string>;
  readonly cut: JournalCut | undefined;
}

/** Logs whose files were synced as far as a summary says, and changed in nothing but their end since. */
export interface ReplayKnowledge {
  readonly logs: ReadonlyMap<string, SummarizedLog>;
  /** Whoever opens these logs has to see to it that what is found there survives power loss, before `finish`. */
  readonly tails: LogTails;
}

/**
 * Brings the logs' files up to what the journal has of them, after a stop that was not clean. Every batch goes to the
 * position it had: where the file has it already, nothing changes.
 */
export class JournalReplay {
  readonly #context: ReplayContext;
  readonly #directory: string;
  readonly #journalDirectory: string;
  readonly #known: ReplayKnowledge | undefined;
  readonly #folders = new Map<string, ReplayedFolder>();
  /** Whether rounds between others could not be read. */
  #isDamaged = false;
  readonly #written = new Map<string, { readonly file: OpenFile; sizeBytes: number }>();
  #paths: readonly string[] = [];

  constructor(
    context: ReplayContext,
    directory: string,
    journalDirectory: string,
    known?: ReplayKnowledge,
  ) {
    this.#known = known;
    this.#context = context;
    this.#directory = directory;
    this.#journalDirectory = journalDirectory;
  }

  /** Resolves once all of it is in the logs' files, and synced there but for what `ReplayKnowledge` has of tails. */
  async run(): Promise<void> {
    const { files, cache } = this.#context;
    const names = await files.names(this.#journalDirectory);
    this.#paths = names.map((name) => `${this.#journalDirectory}/${name}`);
    try {
      this.#paths = await this.#inOrder(this.#paths);
      for (const path of this.#paths) await this.#replay(path);
      await allSettled([...this.#written.values()].map(({ file }) => files.fdatasync(file.fd)));
    } finally {
      for (const { file } of this.#written.values()) cache.release(file);
    }
    if (this.#written.size > 0) {
      const fields = { directory: this.#journalDirectory, files: this.#written.size };
      this.#context.logger.info(fields, 'replayed the journal');
    }
  }

  /**
   * Removes what was replayed, the last first and one after another: whatever a power loss leaves has no gap. Only now, since
   * what stops a start before leaves all of it to be done again.
   */
  async finish(): Promise<void> {
    const { files } = this.#context;
    for (const path of [...this.#paths].reverse()) {
      await files.remove(path);
      await files.syncDirectory(this.#journalDirectory);
    }
  }

  async #inOrder(paths: readonly string[]): Promise<readonly string[]> {
    const found: { readonly path: string; readonly sequence: bigint }[] = [];
    for (const path of paths) {
      const { value } = await this.#rounds(path).next();
      if (value !== undefined) found.push({ path, sequence: value.header.sequence });
    }
    found.sort((a, b) => (a.sequence < b.sequence ? -1 : 1));
    const empty = paths.filter((path) => found.every((other) => other.path !== path));
    return [...found.map(({ path }) => path), ...empty];
  }

  async #replay(path: string): Promise<void> {
    for await (const { header, entries } of this.#rounds(path)) {
      for (const entry of entries) await this.#apply(header, entry);
    }
  }

  /**
   * Up to the first that is not whole or not the next one: what follows is of an earlier use of the file. Where a later
   * round follows after all, those between were damaged: they were synced before it was written.
   */
  async *#rounds(path: string): AsyncGenerator<Round, undefined> {
    const { files, cache } = this.#context;
    const sizeBytes = await files.sizeBytes(path);
    const file = cache.acquire(path);
    try {
      let position = 0;
      let last: RoundHeader | undefined;
      for (;;) {
        let round = await this.#roundAt(file, position, sizeBytes);
        if (last !== undefined && (round === undefined || !follows(round.header, last))) {
          round = await this.#laterRound(file, position, sizeBytes, last);
        }
        if (round === undefined) return;
        yield round;
        last = round.header;
        position = round.end;
      }
    } finally {
      cache.release(file);
      cache.forget(path);
    }
  }

  async #roundAt(
    file: OpenFile,
    position: number,
    sizeBytes: number,
  ): Promise<FoundRound | undefined> {
    const { checksum } = this.#context;
    const start = await this.#read(file, position, SMALLEST_HEADER_BYTES, sizeBytes);
    const headerBytes = start && roundHeaderBytes(start);
    const bytes = headerBytes && (await this.#read(file, position, headerBytes, sizeBytes));
    const header = bytes ? decodeRoundHeader(bytes, checksum) : undefined;
    if (!bytes || header === undefined) return undefined;
    const payloadAt = position + header.headerBytes;
    const payload = await this.#read(file, payloadAt, header.payloadBytes, sizeBytes);
    const entries = payload && decodeEntries(bytes, payload, checksum);
    if (entries === undefined) return undefined;
    return { header, entries, end: alignedPosition(payloadAt + header.payloadBytes) };
  }

  async #laterRound(
    file: OpenFile,
    position: number,
    sizeBytes: number,
    last: RoundHeader,
  ): Promise<FoundRound | undefined> {
    for (let from = position; from < sizeBytes; from += SEARCHED_BYTES) {
      const length = Math.min(SEARCHED_BYTES, sizeBytes - from);
      const bytes = await this.#read(file, from, length, sizeBytes);
      if (bytes === undefined) return undefined;
      for (let at = 0; at < length; at = alignedPosition(at + 1)) {
        if (roundHeaderBytes(bytes.subarray(at)) === undefined) continue;
        const round = await this.#roundAt(file, from + at, sizeBytes);
        if (round?.header.epoch !== last.epoch || round.header.sequence <= last.sequence) continue;
        this.#isDamaged = true;
        const fields = { file: file.path, position, goesOnAt: from + at };
        this.#context.logger.error(fields, 'the journal is damaged: what it had there is lost');
        return round;
      }
    }
    return undefined;
  }

  async #read(
    { fd }: OpenFile,
    position: number,
    length: number,
    sizeBytes: number,
  ): Promise<Uint8Array | undefined> {
    if (position + length > sizeBytes) return undefined;
    const bytes = new Uint8Array(length);
    const count = await readFully(this.#context.files, fd, bytes, length, position);
    return count === length ? bytes : undefined;
  }

  /** Where the log is known: whether its file has the batches now, as far as it has to have them. */
  async #isThere(header: RoundHeader, entry: JournalEntry): Promise<boolean> {
    const { folder, topicId, segmentBase, position, batches } = entry;
    const log = this.#known?.logs.get(folder);
    if (log?.topicId !== topicId) return false;
    if (isCut(header, log.journalCut)) return true;
    const segment = log.segments.find(({ baseOffset }) => baseOffset === segmentBase);
    if (segment === undefined) return false;
    const end = batches.reduce((sum, { length }) => sum + length, position);
    if (end <= segment.sizeBytes) return true;
    if (segment !== log.segments.at(-1)) return false;
    const tail = await this.#known!.tails.of(folder);
    return tail?.put(position, batches) ?? false;
  }

  async #apply(header: RoundHeader, entry: JournalEntry): Promise<void> {
    if (await this.#isThere(header, entry)) return;
    const folder = await this.#folder(entry.folder);
    if (folder.topicId !== entry.topicId) return;
    if (isCut(header, folder.cut)) return;
    const name = `${segmentName(entry.segmentBase)}.log`;
    // A segment that is gone was dropped: it was there, synced, before the journal had anything of it.
    if (!folder.names.has(name)) return;
    const path = `${this.#directory}/${entry.folder}/${name}`;
    const written = await this.#openFile(path);
    if (entry.position > written.sizeBytes) {
      if (!this.#isDamaged) throw missingBefore(path, entry, written.sizeBytes);
      const fields = { file: path, endsAt: written.sizeBytes, position: entry.position };
      this.#context.logger.error(fields, 'cannot be reached for what the journal lost before it');
      return;
    }
    const { files } = this.#context;
    writePiecesSync(files, written.file.fd, entry.batches, entry.position);
    const end = entry.batches.reduce((sum, { length }) => sum + length, entry.position);
    if (end > written.sizeBytes) written.sizeBytes = end;
  }

  async #openFile(path: string): Promise<{ readonly file: OpenFile; sizeBytes: number }> {
    let written = this.#written.get(path);
    if (written === undefined) {
      const sizeBytes = await this.#context.files.sizeBytes(path);
      written = { file: this.#context.cache.acquire(path), sizeBytes };
      this.#written.set(path, written);
    }
    return written;
  }

  async #folder(name: string): Promise<ReplayedFolder> {
    let folder = this.#folders.get(name);
    if (folder === undefined) {
      const { files } = this.#context;
      const path = `${this.#directory}/${name}`;
      const metadata = await files.readFile(`${path}/${PARTITION_METADATA}`);
      folder = {
        topicId: metadata && partitionOf(name, metadata)?.topicId,
        names: new Set(metadata === undefined ? [] : await files.names(path)),
        cut: metadata && (await readJournalCut(files, path)),
      };
      this.#folders.set(name, folder);
    }
    return folder;
  }
}

function follows(header: RoundHeader, last: RoundHeader): boolean {
  return header.epoch === last.epoch && header.sequence === last.sequence + 1n;
}

function isCut({ epoch, sequence }: RoundHeader, cut: JournalCut | undefined): boolean {
  return cut?.epoch === epoch && sequence <= cut.sequence;
}

function missingBefore(path: string, { position }: JournalEntry, sizeBytes: number): KafkaError {
  return new KafkaError(
    'KAFKA_STORAGE_ERROR',
    `${path} ends at ${sizeBytes}, but the journal goes on at ${position}: the file was changed since the store stopped; restore it`,
  );
}
