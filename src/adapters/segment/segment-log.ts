import { KafkaError } from '../../domain/kafka-error.ts';
import { placesOf, refusedReplacement } from '../../domain/log/replacement.ts';
import type { Offset, TopicIdPartition } from '../../domain/topic-partition.ts';
import type {
  AppendEntry,
  BatchesToStore,
  BatchPosition,
  BatchToStore,
  DroppablePrefix,
  Durability,
  LogReadRequest,
  LogReadResult,
  OffsetRange,
  ReplaceableRun,
  StoredLog,
  StoredLogConfig,
} from '../../ports/log-store.ts';
import { writeFileAtomically } from '../data-folder/atomic-file.ts';
import type { AppendOutcome } from './append-outcome.ts';
import { sealIdle, writeIndexes } from './index-files.ts';
import type { JournalPart } from './journal.ts';
import { writeJournalCut } from './journal-cut.ts';
import { LOG_START_OFFSET, snapshotFileName, startOffsetCheckpoint } from './log-directory.ts';
import { LogSyncer } from './log-syncer.ts';
import type { SummarizedLog } from './logs-summary.ts';
import type { SegmentContext } from './segment-context.ts';
import { resetSegments, truncateSegments } from './segment-cutter.ts';
import { removeSegmentFiles } from './segment-files.ts';
import type { SegmentList } from './segment-list.ts';
import { SegmentReader } from './segment-reader.ts';
import { SegmentReplacement } from './segment-replacement.ts';
import { SegmentWriter } from './segment-writer.ts';
import { needsIndexFiles, summarizeList } from './summarize-list.ts';
import { findByTimestamp, findMaxTimestamp } from './time-search.ts';

const DONE = Promise.resolve();
/** A snapshot of more bytes is only in its file. */
const KEPT_SNAPSHOT_BYTES = 1024;

/** One partition's log as a folder of segments, laid out as Kafka's. */
export class SegmentLog implements StoredLog {
  readonly #context: SegmentContext;
  readonly #list: SegmentList;
  readonly #syncer: LogSyncer;
  readonly #writer: SegmentWriter;
  readonly #reader: SegmentReader;
  #config: StoredLogConfig;
  #deleted = false;
  #cutting = false;
  /** A cut that failed half-way, and why: until it is done, the files are not what memory says. */
  #unfinishedCut: { readonly work: () => Promise<void>; readonly error: Error } | undefined;
  /** The files of a replacement being written, and then swapped in. */
  #replacing: Promise<void> | undefined;
  #stopped = false;
  /** A replacement that counts already and failed before it was brought to its end. */
  #unfinishedSwap: SegmentReplacement | undefined;
  #lastChange: Promise<unknown> = DONE;
  /** Where the log ended when it was last looked at for a summary. */
  #restedAt: Offset | undefined;
  /** Changes that have not come to an end, appends aside. */
  #changes = 0;
  /** All that are stored; undefined where only the file has the bytes. */
  readonly #snapshots: Map<string, Uint8Array | undefined>;
  /** The entries of the append call that is being handled. */
  readonly gathered: AppendEntry[] = [];

  constructor(
    context: SegmentContext,
    list: SegmentList,
    config: StoredLogConfig,
    snapshots: Map<string, Uint8Array | undefined>,
  ) {
    this.#context = context;
    this.#list = list;
    this.#config = config;
    this.#snapshots = snapshots;
    this.#syncer = new LogSyncer(context, list, (mark) => this.#writer.undo(mark));
    this.#writer = new SegmentWriter(context, list, this.#syncer);
    this.#reader = new SegmentReader(context, list);
  }

  get id(): TopicIdPartition {
    return this.#list.id;
  }

  get directory(): string {
    return this.#list.directory;
  }

  get startOffset(): Offset {
    return this.#list.startOffset;
  }

  get endOffset(): Offset {
    return this.#list.endOffset;
  }

  get sizeBytes(): number {
    return this.#list.sizeBytes;
  }

  get deleted(): boolean {
    return this.#deleted;
  }

  get failed(): boolean {
    return (
      this.#syncer.failure !== undefined ||
      this.#unfinishedCut !== undefined ||
      this.#unfinishedSwap !== undefined
    );
  }

  /** Undefined while something of the log is under way but appends, and for one that failed or is gone. */
  summarize(): SummarizedLog | undefined {
    const isChanging = this.#changes > 0 || this.#replacing !== undefined;
    if (this.#deleted || this.failed || isChanging) return undefined;
    const { isAtRest } = this;
    if (!isAtRest && !this.#syncer.isFolderAtRest) return undefined;
    return summarizeList(this.#list, this.#snapshots, isAtRest);
  }

  get isAtRest(): boolean {
    return this.#syncer.isAtRest;
  }

  /** For what was found behind what is known to be synced: the part of it that the journal can keep. */
  found(position: number, batches: readonly Uint8Array[] | undefined): JournalPart | undefined {
    this.#syncer.found(this.#list.active, position, batches);
    return this.#syncer.partForJournal();
  }

  /** Syncs the log's own files. */
  flush(): Promise<void> {
    return this.#syncer.flush();
  }

  /**
   * Brings a log to rest that was not appended to since the last call, so that a summary can tell where it stands. Nothing
   * is lost where that fails.
   */
  async rest(): Promise<void> {
    const { endOffset } = this;
    const isIdle = this.#restedAt === endOffset;
    this.#restedAt = endOffset;
    if (!isIdle || this.#deleted || this.failed || this.#changes > 0) return;
    if (!this.isAtRest) {
      await this.#syncer.sync();
      await this.#syncer.flush();
    }
    if (needsIndexFiles(this.#list))
      await this.#change(() => sealIdle(this.#context, this.#list.active));
  }

  belongsTo(context: SegmentContext): boolean {
    return this.#context === context;
  }

  configure(config: StoredLogConfig): void {
    this.#config = config;
  }

  /** Writes what was gathered at once; where it is to be synced, the outcome waits for that. */
  appendGathered(durability: Durability, outcome: AppendOutcome): void {
    this.#refuseAppends();
    const rolledFrom = this.#list.active;
    const isSynced = durability === 'synced';
    const before = this.#writer.write(this.gathered, this.#config, isSynced);
    if (isSynced) this.#syncer.syncAppend(before, outcome);
    // Kafka too flushes a segment once it has rolled.
    else if (this.#list.active !== rolledFrom || this.#syncer.hasIndexRemovals) {
      this.#syncer.sync().catch(() => {});
    }
  }

  sync(): Promise<void> {
    return this.#syncer.sync();
  }

  read(request: LogReadRequest): LogReadResult | Promise<LogReadResult> {
    this.#refuseDeleted();
    return this.#reader.read(request);
  }

  async findByTimestamp(timestampMs: bigint): Promise<BatchPosition | undefined> {
    this.#refuseDeleted();
    return findByTimestamp(this.#context, this.#list, timestampMs);
  }

  async findMaxTimestamp(): Promise<BatchPosition | undefined> {
    this.#refuseDeleted();
    return findMaxTimestamp(this.#context, this.#list);
  }

  droppable(): readonly DroppablePrefix[] {
    const { segments, endOffset } = this.#list;
    const droppable: DroppablePrefix[] = [];
    for (const [place, { sizeBytes, maxTimestampMs }] of segments.entries()) {
      if (sizeBytes === 0) continue;
      const nextOffset = segments[place + 1]?.baseOffset ?? endOffset;
      droppable.push({ nextOffset, sizeBytes, maxTimestampMs });
    }
    return droppable;
  }

  truncate(offset: Offset): Promise<void> {
    return this.#change(async () => {
      if (offset >= this.endOffset && this.#unfinishedCut === undefined) return;
      if (offset < this.startOffset) return this.#reset(offset);
      await this.#cut(async () => {
        // What stays must not depend on the journal, which has no use for the log from here on.
        if (this.#isInJournal) await this.#syncer.flush();
        await this.#leaveJournal();
        await truncateSegments(this.#context, this.#list, this.#syncer, offset);
      });
    });
  }

  reset(offset: Offset): Promise<void> {
    return this.#change(() => this.#reset(offset));
  }

  dropPrefix(offset: Offset): Promise<void> {
    return this.#change(async () => {
      const list = this.#list;
      await this.#finishSwap();
      if (this.#unfinishedCut !== undefined) await this.#cut(async () => {});
      if (offset <= list.startOffset) return;
      if (offset > list.endOffset) {
        await this.#reset(offset);
        return;
      }
      const path = `${list.directory}/${LOG_START_OFFSET}`;
      await writeFileAtomically(this.#context.files, path, startOffsetCheckpoint(this.id, offset));
      list.startOffset = offset;
      if (offset === list.endOffset && list.active.sizeBytes > 0 && !this.failed) {
        this.#writer.roll(offset);
        this.#syncer.sync().catch(() => {});
      }
      while (list.segments.length > 1 && list.segments[1]!.baseOffset <= offset) {
        const segment = list.shift();
        this.#syncer.forget(segment);
        await removeSegmentFiles(this.#context, segment);
      }
    });
  }

  replaceable(): readonly ReplaceableRun[] {
    const { segments } = this.#list;
    return segments.slice(0, -1).map(({ baseOffset, sizeBytes, maxTimestampMs }, place) => {
      const toOffset = segments[place + 1]!.baseOffset;
      return { fromOffset: baseOffset, toOffset, sizeBytes, maxTimestampMs };
    });
  }

  async replace(range: OffsetRange, batches: BatchesToStore): Promise<void> {
    this.#refuseDeleted();
    if (this.#replacing) throw refusedReplacement('others are being replaced');
    const [from, to] = placesOf(this.replaceable(), range);
    const replaced = this.#list.segments.slice(from, to);
    const replacement = new SegmentReplacement(this.#context, this.#list, range, replaced);
    this.#replacing = this.#replace(replacement, batches).finally(() => {
      this.#replacing = undefined;
    });
    await this.#replacing;
  }

  async writeSnapshot(name: string, bytes: Uint8Array): Promise<void> {
    this.#refuseDeleted();
    // Taken now: the caller may go on to change it.
    const copy = new Uint8Array(bytes);
    await this.#change(async () => {
      // Where this fails, only the file knows.
      this.#snapshots.set(name, undefined);
      await writeFileAtomically(this.#context.files, this.#snapshot(name), copy);
      if (copy.length <= KEPT_SNAPSHOT_BYTES) this.#snapshots.set(name, copy);
    });
  }

  async readSnapshot(name: string): Promise<Uint8Array | undefined> {
    this.#refuseDeleted();
    const path = this.#snapshot(name);
    if (!this.#snapshots.has(name)) return undefined;
    const kept = this.#snapshots.get(name);
    const bytes = kept ?? (await this.#context.files.readFile(path));
    return bytes && new Uint8Array(bytes);
  }

  /** From here on nothing of the log is used; results that were read stay whole. */
  async markDeleted(): Promise<void> {
    this.#deleted = true;
    this.#stopped = true;
    await this.#replacing?.catch(() => {});
    await this.#context.summary.noteChange(this.#list);
    await this.#lastChange.catch(() => {});
    await this.#syncer.settled();
    for (const segment of this.#list.segments) {
      segment.removed = true;
      this.#syncer.forget(segment);
    }
  }

  /** Syncs everything and stores the indexes, so that nothing has to be read again to open the log. */
  async close(): Promise<void> {
    if (this.#deleted) return;
    this.#stopped = true;
    await this.#replacing?.catch(() => {});
    await this.#lastChange.catch(() => {});
    await this.#finishSwap();
    if (!this.failed) await this.#syncer.sync();
    if (!this.failed) await this.#syncer.flush();
    await this.#syncer.settled();
    if (this.failed) return;
    const { segments } = this.#list;
    if (segments.every(({ indexesOnDisk }) => indexesOnDisk)) return;
    // A summary that was written before says that there are none: the next write would leave them as they are.
    await this.#context.summary.noteChange(this.#list);
    for (const segment of segments) await writeIndexes(this.#context, segment);
  }

  #snapshot(name: string): string {
    return `${this.#list.directory}/${snapshotFileName(name)}`;
  }

  /** One change after another. */
  #change(work: () => Promise<void>): Promise<void> {
    this.#changes += 1;
    const change = this.#lastChange
      .catch(() => {})
      .then(async () => {
        this.#refuseDeleted();
        await this.#context.summary.noteChange(this.#list);
        await work();
      })
      .finally(() => {
        this.#changes -= 1;
      });
    this.#lastChange = change;
    return change;
  }

  async #replace(replacement: SegmentReplacement, batches: BatchesToStore): Promise<void> {
    try {
      // Its files must be found by the next start.
      await this.#context.summary.noteChange(this.#list);
      await replacement.write(this.#untilStopped(batches), this.#config);
      await this.#change(() => this.#swap(replacement));
    } catch (error) {
      if (!replacement.isCommitted) await this.#abandon(replacement);
      throw error;
    }
  }

  async *#untilStopped(batches: BatchesToStore): AsyncGenerator<BatchToStore> {
    for await (const batch of batches) {
      if (this.#stopped) break;
      yield batch;
    }
    if (this.#stopped) throw refusedReplacement('the log is being closed');
  }

  /** Appends go on: the active segment is not touched. */
  async #swap(replacement: SegmentReplacement): Promise<void> {
    await this.#finishSwap();
    if (this.#unfinishedCut !== undefined || !replacement.isPossible) {
      throw refusedReplacement('the log was cut meanwhile');
    }
    // Taken before: what is appended from here on is for the journal.
    const cut = this.#isInJournal ? this.#context.journal!.cut : undefined;
    await this.#syncer.sync();
    await this.#syncer.settled();
    if (!replacement.areSealed) throw refusedReplacement('they are not synced');
    if (cut !== undefined) {
      // The files have what the journal has up to here, and it must not be put over what takes their place.
      await this.#syncer.flush();
      await writeJournalCut(this.#context.files, this.#list.directory, cut);
      this.#list.journalCut = cut;
    }
    await replacement.commit();
    this.#unfinishedSwap = replacement;
    await this.#finishSwap();
  }

  async #finishSwap(): Promise<void> {
    if (this.#unfinishedSwap === undefined) return;
    await this.#unfinishedSwap.complete(this.#syncer);
    this.#unfinishedSwap = undefined;
  }

  /** What cannot be removed now is when the log is opened. */
  async #abandon(replacement: SegmentReplacement): Promise<void> {
    await replacement.abandon().catch((error: unknown) => {
      const fields = { directory: this.#list.directory, err: error };
      this.#context.logger.warn(fields, 'what was to be swapped in could not be removed yet');
    });
  }

  #reset(offset: Offset): Promise<void> {
    return this.#cut(async () => {
      await this.#leaveJournal();
      await resetSegments(this.#context, this.#list, this.#syncer, offset);
    });
  }

  get #isInJournal(): boolean {
    return this.#context.journal?.holds(this.#syncer.key) ?? false;
  }

  /** A replay after the cut must not bring back what was cut. */
  async #leaveJournal(): Promise<void> {
    const { files, journal } = this.#context;
    if (!this.#isInJournal) return;
    const { cut } = journal!;
    await writeJournalCut(files, this.#list.directory, cut);
    this.#list.journalCut = cut;
  }

  /** Appends are refused meanwhile, and until a cut that failed has been done after all. */
  async #cut(work: () => Promise<void>): Promise<void> {
    this.#cutting = true;
    let current = this.#unfinishedCut?.work ?? work;
    try {
      await this.#finishSwap();
      await this.#syncer.settled();
      await current();
      if (current !== work) {
        current = work;
        await work();
      }
      this.#unfinishedCut = undefined;
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      this.#unfinishedCut = { work: current, error };
      throw error;
    } finally {
      this.#cutting = false;
    }
  }

  #refuseAppends(): void {
    this.#refuseDeleted();
    const { topic, partition } = this.id;
    if (this.#cutting) {
      throw new KafkaError('KAFKA_STORAGE_ERROR', `${topic}-${partition} is being truncated`);
    }
    const { failure } = this.#syncer;
    const cause = failure ?? this.#unfinishedCut?.error;
    if (cause === undefined) return;
    const until = failure === undefined ? 'it is truncated' : 'the store is opened';
    throw new KafkaError(
      'KAFKA_STORAGE_ERROR',
      `${topic}-${partition} takes no appends until ${until} again: ${cause.message}`,
      { cause },
    );
  }

  #refuseDeleted(): void {
    if (this.#deleted) throw new KafkaError('KAFKA_STORAGE_ERROR', 'the log was deleted');
  }
}
