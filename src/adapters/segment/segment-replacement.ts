import { ReplacementOrder, refusedReplacement } from '../../domain/log/replacement.ts';
import type {
  BatchesToStore,
  BatchToStore,
  OffsetRange,
  StoredLogConfig,
} from '../../ports/log-store.ts';
import { compactedMark } from './compacted-mark.ts';
import type { OpenFile } from './file-cache.ts';
import { LogSegment } from './log-segment.ts';
import type { LogSyncer } from './log-syncer.ts';
import type { SegmentContext } from './segment-context.ts';
import { removeSegmentFiles } from './segment-files.ts';
import type { SegmentList } from './segment-list.ts';
import { CLEANED, SIDE_FILES, SWAP } from './segment-stage.ts';
import { writePiecesSync } from './write-all.ts';

/** What is copied to the page cache at once. */
const WRITE_BYTES = 256 * 1024;
/** Written without a sync, so that the last one does not take long. */
const UNSYNCED_BYTES = 32 * 1024 * 1024;

/**
 * One segment that takes the place of several, in the steps of Kafka's `UnifiedLog.replaceSegments`: its files are written as
 * `.cleaned`, and from the moment its batches are called `.swap` they count. Then the old files go and the new ones get their
 * names. A stop in between is brought to its end when the log is opened.
 */
export class SegmentReplacement {
  readonly #context: SegmentContext;
  readonly #list: SegmentList;
  readonly #range: OffsetRange;
  readonly #segment: LogSegment;
  readonly #replaced: readonly LogSegment[];
  #step = 0;

  constructor(
    context: SegmentContext,
    list: SegmentList,
    range: OffsetRange,
    replaced: readonly LogSegment[],
  ) {
    this.#context = context;
    this.#list = list;
    this.#range = range;
    this.#replaced = replaced;
    this.#segment = new LogSegment(list.directory, range.fromOffset, context.nowMs());
    this.#segment.suffix = CLEANED;
    this.#segment.compactedTo = range.toOffset;
  }

  /** Whether the new batches count, whatever happens. */
  get isCommitted(): boolean {
    return this.#step > 0;
  }

  /** Whether the segments are still the log's, and closed. */
  get isPossible(): boolean {
    const { segments } = this.#list;
    const place = segments.indexOf(this.#replaced[0]!);
    const isThere = this.#replaced.every((segment, i) => segments[place + i] === segment);
    const next = segments[place + this.#replaced.length];
    return place >= 0 && isThere && next?.baseOffset === this.#range.toOffset;
  }

  get areSealed(): boolean {
    return this.#replaced.every(({ indexesOnDisk }) => indexesOnDisk);
  }

  /** Stores the batches beside the log. */
  async write(batches: BatchesToStore, config: StoredLogConfig): Promise<void> {
    const { cache, files } = this.#context;
    const segment = this.#segment;
    await files.remove(segment.logPath);
    const file = cache.acquire(segment.logPath);
    try {
      await this.#writeBatches(file, batches, config);
      await files.fdatasync(file.fd);
    } finally {
      cache.release(file);
    }
    segment.completeTimeIndex();
    const { offsets, times } = segment.indexes!;
    const contents = {
      timeindex: times.toBytes(),
      index: offsets.toBytes(),
      compacted: compactedMark(this.#range.toOffset),
    };
    for (const kind of SIDE_FILES) await files.writeFile(this.#path(kind, CLEANED), contents[kind]);
    await files.syncDirectory(this.#list.directory);
  }

  /** Removes what was written, where it does not count. */
  async abandon(): Promise<void> {
    const { cache, files } = this.#context;
    cache.forget(this.#path('log', CLEANED));
    for (const kind of ['log', ...SIDE_FILES]) {
      await files.remove(this.#path(kind, CLEANED));
      await files.remove(this.#path(kind, SWAP));
    }
  }

  /** Makes the new batches count: after that there is only `complete`. */
  async commit(): Promise<void> {
    const { files } = this.#context;
    for (const kind of SIDE_FILES) {
      await files.rename(this.#path(kind, CLEANED), this.#path(kind, SWAP));
    }
    await files.syncDirectory(this.#list.directory);
    this.#context.cache.forget(this.#path('log', CLEANED));
    files.renameSync(this.#path('log', CLEANED), this.#path('log', SWAP));
    this.#segment.suffix = SWAP;
    this.#step = 1;
  }

  /** Brings it to its end; goes on where it failed. */
  async complete(syncer: LogSyncer): Promise<void> {
    const { cache, files, indexes } = this.#context;
    const { directory } = this.#list;
    const segment = this.#segment;
    const steps = [
      () => files.syncDirectory(directory),
      async () => {
        for (const old of this.#replaced) syncer.forget(old);
        this.#list.replace(this.#replaced, segment);
      },
      async () => {
        for (const old of this.#replaced.slice(1).reverse()) {
          await removeSegmentFiles(this.#context, old);
        }
      },
      ...SIDE_FILES.map((kind) => {
        return () => files.rename(this.#path(kind, SWAP), this.#path(kind, ''));
      }),
      () => files.syncDirectory(directory),
      async () => {
        // In one turn: nobody may open the file by the name it had.
        files.renameSync(segment.logPath, this.#path('log', ''));
        cache.forget(segment.logPath);
        segment.suffix = '';
        cache.forget(segment.logPath);
      },
      async () => {
        await files.syncDirectory(directory);
        segment.indexesOnDisk = true;
        indexes.used(segment);
      },
    ];
    while (this.#step <= steps.length) {
      await steps[this.#step - 1]!();
      this.#step += 1;
    }
  }

  async #writeBatches(
    file: OpenFile,
    batches: BatchesToStore,
    config: StoredLogConfig,
  ): Promise<void> {
    const { files } = this.#context;
    const order = new ReplacementOrder(this.#range);
    let pieces: Uint8Array[] = [];
    let piecesBytes = 0;
    let unsyncedBytes = 0;
    let position = 0;
    const flush = async (): Promise<void> => {
      writePiecesSync(files, file.fd, pieces, position);
      position += piecesBytes;
      unsyncedBytes += piecesBytes;
      pieces = [];
      piecesBytes = 0;
      if (unsyncedBytes < UNSYNCED_BYTES) return;
      await files.fdatasync(file.fd);
      unsyncedBytes = 0;
    };
    for await (const entry of batches) {
      order.check(entry);
      this.#add(entry, config);
      // The caller goes on to use its bytes.
      pieces.push(new Uint8Array(entry.batch));
      piecesBytes += entry.batch.length;
      if (piecesBytes >= WRITE_BYTES) await flush();
    }
    await flush();
  }

  #add({ batch, lastOffset, maxTimestampMs }: BatchToStore, config: StoredLogConfig): void {
    const segment = this.#segment;
    const relativeLast = segment.relative(lastOffset);
    if (!segment.canHold(batch.length, relativeLast)) {
      throw refusedReplacement('they are more than one segment can hold');
    }
    segment.add(batch.length, relativeLast, maxTimestampMs, config.indexIntervalBytes);
  }

  #path(kind: string, suffix: string): string {
    return `${this.#segment.pathOf(kind)}${suffix}`;
  }
}
