import type { TopicIdPartition } from '../../domain/topic-partition.ts';
import { allSettled } from './all-settled.ts';
import type { AppendOutcome } from './append-outcome.ts';
import { writeIndexes } from './index-files.ts';
import type { JournaledLog, JournalPart } from './journal.ts';
import { encodeEntryHead, type JournalEntry } from './journal-round-format.ts';
import { folderName } from './log-directory.ts';
import type { LogSegment, SegmentMark } from './log-segment.ts';
import type { SegmentContext } from './segment-context.ts';
import type { SegmentList } from './segment-list.ts';
import type { AppendMark } from './segment-writer.ts';
import { noteSyncFailure } from './sync-failure.ts';
import { RoundSync } from './sync-rounds.ts';
import { UnsyncedBatches } from './unsynced-batches.ts';

const DONE = Promise.resolve();

type EntryPlace = Omit<JournalEntry, 'position' | 'batches'>;

interface WaitingAppend {
  /** Where the log stood before it. */
  readonly mark: AppendMark;
  readonly outcome: AppendOutcome;
}

/** Knows what of a log is not synced yet, and syncs it for all who wait together. */
export class LogSyncer implements JournaledLog {
  readonly key: string;
  readonly #context: SegmentContext;
  readonly #list: SegmentList;
  readonly #group: RoundSync;
  /** Written to since their own files were synced, whatever the journal has of them. */
  #unsynced: LogSegment[] = [];
  /** What was written since the last sync began. */
  readonly #batches = new UnsyncedBatches();
  /** The sync of the log's own files that is under way. */
  #ownSync: Promise<void> | undefined;
  readonly #flushes = new Set<Promise<void>>();
  /** Closed since the last sync began. */
  #closed: LogSegment[] = [];
  #directoryChanged = false;
  /** Syncs of the folder that have not come to an end. */
  #directorySyncs = 0;
  #indexRemovals = 0;
  #failure: Error | undefined;
  /** Appends that wait for a sync; the first ones for the one that is under way. */
  readonly #waiting: WaitingAppend[] = [];
  #covered = 0;
  #place: { readonly segment: LogSegment; readonly entry: EntryPlace } | undefined;
  readonly #sealing = new Set<Promise<void>>();
  /** Puts the log back to where it stood. */
  readonly #undo: (mark: AppendMark) => void;

  constructor(context: SegmentContext, list: SegmentList, undo: (mark: AppendMark) => void) {
    this.#context = context;
    this.#list = list;
    this.#undo = undo;
    this.key = journalKey(list.id);
    this.#group = new RoundSync(context.rounds, {
      begin: (withJournal) => this.#begin(withJournal),
      sync: () => this.#syncItself(),
      synced: () => this.#synced(),
      failed: (error) => this.#failed(error),
    });
  }

  /** Why appends are refused: after a failed sync nobody knows what the device holds. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /**
   * Not until the removal of the active segment's index files is synced: a segment that has them and is
   * followed by another one is taken for synced when a log is recovered. And not until the log is noted as changed, because
   * by the size of a segment that is followed by another one nothing can be told.
   */
  get mayRoll(): boolean {
    return this.#indexRemovals === 0 && this.#context.summary.isChangeNoted(this.#list);
  }

  /** Whether the removal of index files waits for a sync, without which the segment cannot be followed by another one. */
  get hasIndexRemovals(): boolean {
    return this.#indexRemovals > 0;
  }

  /** For a log that will need another segment before long. */
  prepareRoll(): void {
    if (!this.#context.summary.isChangeNoted(this.#list)) void this.#noteChange();
  }

  /** Whether the log's files are synced as they are in memory. */
  get isAtRest(): boolean {
    return (
      this.#failure === undefined &&
      this.#unsynced.length === 0 &&
      !this.#directoryChanged &&
      this.#indexRemovals === 0 &&
      this.#flushes.size === 0 &&
      this.#group.isIdle
    );
  }

  /** Whether the folder's names are synced as they are in memory, and the index files as far as anybody relies on them. */
  get isFolderAtRest(): boolean {
    return !this.#directoryChanged && this.#directorySyncs === 0 && this.#indexRemovals === 0;
  }

  fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error));
  }

  /** Called before a segment is written to: opens its file, and keeps it open until it is synced. */
  opened(segment: LogSegment): void {
    const { cache, files, summary } = this.#context;
    summary.noteAppend(this.#list);
    if (segment.nextRelative === 0) this.#directoryChanged = true;
    if (segment.file === undefined) {
      segment.file = cache.acquire(segment.logPath);
      this.#context.writes.opened(this);
    }
    if (segment.indexesOnDisk || segment.indexesStale) {
      files.unlinkSync(segment.indexPath);
      files.unlinkSync(segment.timeIndexPath);
      segment.indexesOnDisk = false;
      segment.indexesStale = false;
      this.#directoryChanged = true;
      this.#indexRemovals += 1;
    }
    if (segment.unsynced) return;
    segment.unsynced = true;
    this.#unsynced.push(segment);
  }

  /** For a segment that was found with more than is known to be synced; `batches` is that, from `position` on. */
  found(segment: LogSegment, position: number, batches: readonly Uint8Array[] | undefined): void {
    segment.unsynced = true;
    this.#unsynced.push(segment);
    this.#batches.add(segment, position, batches);
  }

  /** Called after a segment was written to. `batches` are only given where they stay as they are until the next sync. */
  wrote(segment: LogSegment, position: number, batches: readonly Uint8Array[] | undefined): void {
    this.#batches.add(segment, position, batches);
  }

  /** For what was written beyond `sizeBytes` and is taken back. */
  tookBack(segment: LogSegment, sizeBytes: number): void {
    this.#batches.cut(segment, sizeBytes);
  }

  /** For a segment that another one follows. */
  closed(segment: LogSegment): void {
    this.#closed.push(segment);
  }

  /** For a segment that is gone. */
  forget(segment: LogSegment): void {
    segment.unsynced = false;
    this.#unsynced = this.#unsynced.filter((other) => other !== segment);
    this.#close(segment);
    this.#context.cache.forget(segment.logPath);
    this.#context.indexes.forget(segment);
  }

  /** Resolves once all that was written before the call is synced. */
  sync(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (!this.#batches.any && !this.#directoryChanged) return this.#group.running ?? DONE;
    return this.#group.request();
  }

  /** The same for an append, which is undone when the sync fails; the outcome gets to know. */
  syncAppend(mark: AppendMark, outcome: AppendOutcome): void {
    outcome.wait();
    this.#waiting.push({ mark, outcome });
    this.#group.join();
  }

  /** Resolves when nothing of the log's files is in use. */
  async settled(): Promise<void> {
    await this.#group.running?.catch(() => {});
    await Promise.allSettled(this.#flushes);
    await Promise.all(this.#sealing);
  }

  /** Syncs the log's own files, whatever the journal has of them. */
  flush(): Promise<void> {
    const flush = this.#flush().finally(() => this.#flushes.delete(flush));
    this.#flushes.add(flush);
    return flush;
  }

  async #flush(): Promise<void> {
    await this.#ownSync?.catch(() => {});
    if (this.#failure !== undefined) throw this.#failure;
    const flushed = this.#unsynced.map((segment) => {
      return { segment, mark: segment.mark(), synced: this.#syncFile(segment) };
    });
    const { cuts } = this.#list;
    try {
      await allSettled(flushed.map(({ synced }) => synced));
    } catch (error) {
      await this.#syncFailed(error);
      throw error;
    }
    if (this.#list.cuts === cuts) for (const { segment, mark } of flushed) segment.noteSynced(mark);
    for (const { segment, mark } of flushed) {
      if (!segment.unsynced || segment.sizeBytes !== mark.sizeBytes) continue;
      segment.unsynced = false;
      this.#unsynced = this.#unsynced.filter((other) => other !== segment);
      this.#close(segment);
    }
  }

  #begin(withJournal: boolean): JournalPart | undefined {
    this.#covered = this.#waiting.length;
    return withJournal && this.#failure === undefined ? this.partForJournal() : undefined;
  }

  async #syncItself(): Promise<void> {
    this.#ownSync = this.#syncOwn().finally(() => {
      this.#ownSync = undefined;
    });
    await this.#ownSync;
  }

  #synced(): void {
    if (this.#failure !== undefined) throw this.#failure;
    // At once: a failure from here on must not undo what is about to be acknowledged.
    for (const { outcome } of this.#waiting.splice(0, this.#covered)) outcome.synced();
  }

  #failed(error: unknown): void {
    for (const { outcome } of this.#waiting.splice(0, this.#covered)) outcome.failed(error);
  }

  /** What there is to sync, where the journal can do it: whole batches and nothing of the folder. */
  partForJournal(): JournalPart | undefined {
    if (this.#directoryChanged || this.#closed.length > 0) return undefined;
    const batches = this.#batches.take();
    if (batches === undefined) return undefined;
    const { segment, position } = batches;
    const place = this.#placeOf(segment);
    return { log: this, entry: { ...place, position, batches: batches.batches } };
  }

  /** What is the same in all entries of the segment. */
  #placeOf(segment: LogSegment): EntryPlace {
    if (this.#place?.segment === segment) return this.#place.entry;
    const { id } = this.#list;
    const place = {
      folder: folderName(id),
      topicId: id.topicId,
      segmentBase: segment.baseOffset,
    };
    const entry = { ...place, head: encodeEntryHead(place) };
    this.#place = { segment, entry };
    return entry;
  }

  async #syncOwn(): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#batches.clear();
    const segments = this.#unsynced;
    const directoryChanged = this.#directoryChanged;
    const indexRemovals = this.#indexRemovals;
    const closed = this.#closed;
    this.#unsynced = [];
    this.#closed = [];
    this.#directoryChanged = false;
    for (const segment of segments) segment.unsynced = false;
    const { cuts } = this.#list;
    const marks = segments.map((segment) => segment.mark());
    const syncs = segments.map((segment) => this.#syncFile(segment));
    if (directoryChanged) syncs.push(this.#syncDirectory(closed.length > 0));
    try {
      await allSettled(syncs);
    } catch (error) {
      await this.#syncFailed(error);
      throw error;
    }
    if (this.#list.cuts === cuts) this.#noteSynced(segments, marks);
    this.#indexRemovals -= indexRemovals;
    for (const segment of segments) if (!segment.unsynced) this.#close(segment);
    // The next segment's name is synced by now too, on which recovery relies.
    for (const segment of closed) this.#seal(segment);
  }

  #noteSynced(segments: readonly LogSegment[], marks: readonly SegmentMark[]): void {
    for (const [place, segment] of segments.entries()) segment.noteSynced(marks[place]);
  }

  /** Where it fails, the log gets no new segment, nothing else. */
  #noteChange(): Promise<void> {
    return this.#context.summary.noteChange(this.#list).catch(() => {});
  }

  async #syncDirectory(hasRolled: boolean): Promise<void> {
    this.#directorySyncs += 1;
    try {
      // A segment that had to be begun before this was noted is not to be relied on without it.
      if (hasRolled) await this.#context.summary.noteChange(this.#list);
      await this.#context.files.syncDirectory(this.#list.directory);
    } finally {
      this.#directorySyncs -= 1;
    }
  }

  /** The file may be given up meanwhile, but its number must not become another file's. */
  async #syncFile(segment: LogSegment): Promise<void> {
    const { cache, files } = this.#context;
    const file = segment.file ?? cache.acquire(segment.logPath);
    if (file === segment.file) cache.hold(file);
    try {
      await files.fdatasync(file.fd);
    } finally {
      cache.release(file);
    }
  }

  #seal(segment: LogSegment): void {
    // An append that failed may have taken back what followed it.
    if (segment.active || segment.removed || segment.unsynced) return;
    const sealing = writeIndexes(this.#context, segment)
      .then(() => {
        if (segment.indexesOnDisk) this.#context.indexes.used(segment);
      })
      .catch((error: unknown) => {
        const fields = { file: segment.indexPath, err: error };
        this.#context.logger.warn(
          fields,
          'index could not be written, will be when the store closes',
        );
      })
      .finally(() => this.#sealing.delete(sealing));
    this.#sealing.add(sealing);
  }

  /** After a sync that failed outside of here. */
  async noteFailure(error: unknown): Promise<void> {
    this.fail(error);
    await this.#noteChange();
    await noteSyncFailure(this.#context, this.#list.directory);
  }

  async #syncFailed(error: unknown): Promise<void> {
    this.fail(error);
    const [first] = this.#waiting;
    if (first !== undefined) this.#undo(first.mark);
    await this.#noteChange();
    await noteSyncFailure(this.#context, this.#list.directory);
  }

  #close(segment: LogSegment): void {
    const { file } = segment;
    if (file === undefined) return;
    segment.file = undefined;
    this.#context.cache.release(file);
    if (this.#unsynced.length === 0) this.#context.writes.closed(this);
  }
}

export function journalKey({ topicId, partition }: TopicIdPartition): string {
  return `${topicId}-${partition}`;
}
