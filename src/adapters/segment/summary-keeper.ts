import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Checksum } from '../../ports/checksum.ts';
import type { Logger } from '../../ports/logger.ts';
import type { FileSystem } from '../data-folder/file-system.ts';
import {
  emptyLog,
  LogsSummaryWriter,
  readLogsSummary,
  type SummarizedLog,
} from './logs-summary.ts';
import { isTouchedLogsFile, TouchedLogs, touchedLogsPath } from './touched-logs.ts';

export const LOGS_SUMMARY = 'logs.summary';
/** Logs that are looked at between two turns of the event loop. */
const LOGS_PER_TURN = 256;

/** Of a log: up to which summary it is noted as appended to or changed. */
export interface Touchable {
  readonly folder: string;
  appendedAt: number;
  changedAt: number;
  /** The same for a note that survives power loss. */
  changedDurablyAt: number;
}

/** What can be summarized, unless something of it is under way. */
export interface Summarizable {
  /** Whether its files are synced as they are, so that nothing newer could be said of it. */
  readonly isAtRest: boolean;
  summarize(): SummarizedLog | undefined;
}

/** What a start need not look for in the logs' folders. */
export interface KnownLogs {
  /** As they were when they were last synced, by folder: the last file may have grown since, nothing else. */
  readonly logs: ReadonlyMap<string, SummarizedLog>;
  /** Those that were written to since. */
  readonly appended: ReadonlySet<string>;
}

export const NO_KNOWN_LOGS: KnownLogs = { logs: new Map(), appended: new Set() };

export interface SummaryKeeperOptions {
  readonly directory: string;
  readonly files: FileSystem;
  readonly checksum: Checksum;
  readonly logger: Logger;
}

/**
 * Keeps a summary of all logs on disk, so that a start does not have to look into their folders, and reads of each log
 * only what was not synced when it was written (what Kafka's recovery-point-offset-checkpoint is for). A log is noted as
 * appended to or changed before that happens; an append's note may be lost with the power, but then the size of its
 * file tells.
 */
export class SummaryKeeper {
  readonly #o: SummaryKeeperOptions;
  readonly #path: string;
  /** The lists of all summaries that may be on disk; none where nobody needs to note anything. */
  #lists: LiveList[] = [];
  /** Rises with each summary that is begun. */
  #latest = 1;
  #writing: Promise<void> | undefined;
  /** Whether the summary on disk could say more than it does. */
  #isBehind = true;
  /** Whether nobody knows which summary is on disk. */
  #inDoubt = false;
  #loaded: { readonly generation: string; readonly sizeBytes: number } | undefined;

  constructor(options: SummaryKeeperOptions) {
    this.#o = options;
    this.#path = `${options.directory}/${LOGS_SUMMARY}`;
  }

  /** `marker` is what the mark of a clean stop says, undefined where there is none. */
  async load(names: readonly string[], marker: string | undefined): Promise<KnownLogs> {
    const { files, directory, checksum } = this.#o;
    this.#loaded = undefined;
    const bytes = names.includes(LOGS_SUMMARY) ? await files.readFile(this.#path) : undefined;
    const summary = bytes && readLogsSummary(bytes, checksum);
    if (summary === undefined) return NO_KNOWN_LOGS;
    const { generation } = summary;
    const touched = await TouchedLogs.read(files, touchedLogsPath(directory, generation));
    if (touched === undefined) return NO_KNOWN_LOGS;
    // A mark that somebody removed asks for everything to be looked at; another summary's mark is of an older version.
    const belongs =
      marker === undefined
        ? !summary.clean || touched.opened
        : marker === generation && summary.clean && !touched.opened;
    if (!belongs) return NO_KNOWN_LOGS;
    this.#loaded = { generation, sizeBytes: touched.sizeBytes };
    const logs = new Map<string, SummarizedLog>();
    for (const [folder, topicId] of touched.created) {
      const log = touched.changed.has(folder) ? undefined : emptyLog(folder, topicId);
      if (log !== undefined) logs.set(folder, log);
    }
    for (const log of summary.logs) {
      if (!touched.changed.has(log.folder)) logs.set(log.folder, log);
    }
    return { logs, appended: touched.appended };
  }

  /**
   * From here on the summary that was loaded holds but for what is noted and for `mistaken`, which it did not know as they
   * are. Before the mark of a clean stop is removed.
   */
  async begin(names: readonly string[], mistaken: readonly Touchable[]): Promise<void> {
    const { files, directory } = this.#o;
    const loaded = this.#loaded;
    this.#isBehind = true;
    this.#inDoubt = false;
    let kept: string | undefined;
    if (loaded !== undefined) {
      kept = touchedLogsPath(directory, loaded.generation);
      const list = new TouchedLogs(files, kept, loaded.sizeBytes);
      this.#lists = [{ list, since: this.#latest }];
      list.noteOpened();
      for (const { folder } of mistaken) list.noteChanged(folder);
      await list.sync();
      this.#isBehind = false;
    } else if (names.includes(LOGS_SUMMARY)) {
      await files.remove(this.#path);
      await files.syncDirectory(directory);
    }
    for (const name of names.filter(isTouchedLogsFile)) {
      if (`${directory}/${name}` !== kept) await files.remove(`${directory}/${name}`);
    }
  }

  /** For a log of which no summary speaks, so that no note of it is needed. */
  passOver(log: Touchable): void {
    log.appendedAt = this.#latest;
    log.changedAt = this.#latest;
    log.changedDurablyAt = this.#latest;
    this.#isBehind = true;
  }

  /** For a log that was made, empty, and survives power loss. */
  created(log: Touchable, topicId: string): void {
    if (this.#lists.length === 0) {
      this.passOver(log);
      return;
    }
    this.#isBehind = true;
    for (const { list } of this.#lists) list.noteCreated(log.folder, topicId);
    log.appendedAt = this.#latest;
  }

  /** Before something is appended to a log's last file. */
  noteAppend(log: Touchable): void {
    if (log.appendedAt >= this.#latest) return;
    this.#isBehind = true;
    for (const { list, since } of this.#lists) {
      if (log.appendedAt < since) list.noteAppended(log.folder);
    }
    log.appendedAt = this.#latest;
  }

  isChangeNoted(log: Touchable): boolean {
    return log.changedDurablyAt >= this.#latest || this.#lists.length === 0;
  }

  /** Before any other change to a log. */
  async noteChange(log: Touchable): Promise<void> {
    if (log.changedAt < this.#latest) {
      this.#isBehind = true;
      for (const { list, since } of this.#lists) {
        if (log.changedAt < since) list.noteChanged(log.folder);
      }
      log.changedAt = this.#latest;
      log.appendedAt = this.#latest;
    }
    if (this.isChangeNoted(log)) return;
    const at = this.#latest;
    await Promise.all(this.#lists.map(({ list }) => list.sync()));
    if (at > log.changedDurablyAt) log.changedDurablyAt = at;
  }

  /** Notes where the logs stand now, unless nothing changed since. */
  async write(logs: readonly Summarizable[]): Promise<void> {
    if (this.#writing !== undefined) return this.#writing;
    if (!this.#isBehind || this.#inDoubt) return;
    this.#writing = this.#write(logs, false)
      .catch((error: unknown) => {
        const fields = { file: this.#path, err: error };
        this.#o.logger.warn(fields, 'the summary of the logs could not be written');
      })
      .then(() => {
        this.#writing = undefined;
      });
    await this.#writing;
  }

  /** After everything was closed; gives what the mark of the clean stop has to say. */
  async writeLast(logs: readonly Summarizable[]): Promise<string> {
    await this.#writing;
    return this.#write(logs, true);
  }

  async close(): Promise<void> {
    await this.#writing;
    const lists = this.#lists;
    this.#lists = [];
    await Promise.all(lists.map(({ list }) => list.close()));
  }

  async #write(logs: readonly Summarizable[], clean: boolean): Promise<string> {
    const { files, directory } = this.#o;
    const generation = globalThis.crypto.randomUUID();
    const path = touchedLogsPath(directory, generation);
    await files.writeFile(path, new Uint8Array());
    // What changes from now on is noted in both lists.
    this.#latest += 1;
    const next = { list: new TouchedLogs(files, path, 0), since: this.#latest };
    const before = this.#lists;
    this.#lists = [...before, next];
    this.#isBehind = false;
    const passing = `${this.#path}.${generation}.tmp`;
    try {
      await files.writeFile(passing, await this.#summary(generation, clean, logs));
    } catch (error) {
      this.#isBehind = true;
      this.#lists = before;
      await next.list.close();
      throw error;
    }
    this.#inDoubt = true;
    await files.rename(passing, this.#path);
    await files.syncDirectory(directory);
    this.#inDoubt = false;
    this.#lists = [next];
    for (const { list } of before) {
      await list.close();
      await files.remove(list.path);
    }
    return generation;
  }

  async #summary(
    generation: string,
    clean: boolean,
    logs: readonly Summarizable[],
  ): Promise<Uint8Array> {
    const writer = new LogsSummaryWriter(generation, clean);
    for (const [place, log] of logs.entries()) {
      const summarized = log.summarize();
      if (summarized !== undefined) writer.add(summarized);
      if (summarized === undefined || !log.isAtRest) this.#isBehind = true;
      if (!clean && place % LOGS_PER_TURN === LOGS_PER_TURN - 1) await nextTurn();
    }
    return writer.finish(this.#o.checksum);
  }
}

/** Has to hold every log that changed since summary number `since`. */
interface LiveList {
  readonly list: TouchedLogs;
  readonly since: number;
}
