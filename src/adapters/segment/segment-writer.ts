import { KafkaError } from '../../domain/kafka-error.ts';
import type { AppendEntry, StoredLogConfig } from '../../ports/log-store.ts';
import { loadIndexesSync } from './index-files.ts';
import { LogSegment, MAX_INT32, type SegmentMark } from './log-segment.ts';
import type { LogSyncer } from './log-syncer.ts';
import type { SegmentContext } from './segment-context.ts';
import type { SegmentList } from './segment-list.ts';
import { writeAllSync } from './write-all.ts';

/** Linux's IOV_MAX is 1024. */
const MAX_PIECES = 1000;

/** Where a log stood before an append. */
export interface AppendMark {
  readonly segment: LogSegment;
  readonly mark: SegmentMark;
}

/** Appends to one log: one gathering write per segment and call. */
export class SegmentWriter {
  readonly #context: SegmentContext;
  readonly #list: SegmentList;
  readonly #syncer: LogSyncer;
  readonly #nowMs: () => number;
  readonly #pieces: Uint8Array[] = [];
  #piecesBytes = 0;
  #isSynced = false;

  constructor(context: SegmentContext, list: SegmentList, syncer: LogSyncer) {
    this.#context = context;
    this.#list = list;
    this.#syncer = syncer;
    this.#nowMs = () => context.nowMs();
  }

  /**
   * Writes all entries or none; tells where the log stood before. Whether their bytes stay as they are until they are
   * synced tells `isSynced`.
   */
  write(entries: readonly AppendEntry[], config: StoredLogConfig, isSynced: boolean): AppendMark {
    this.#isSynced = isSynced;
    const { active } = this.#list;
    loadIndexesSync(this.#context, active);
    const before = { segment: active, mark: active.mark() };
    try {
      let next = this.#list.endOffset;
      for (const entry of entries) {
        if (entry.baseOffset < next) throw outOfOrder(entry, next);
        next = entry.lastOffset + 1n;
        this.#add(entry, config);
      }
      this.#flush();
    } catch (error) {
      this.#pieces.length = 0;
      this.#piecesBytes = 0;
      this.undo(before);
      throw error;
    }
    return before;
  }

  /** Puts the log back to where it stood. Where that fails it refuses appends from then on. */
  undo({ segment, mark }: AppendMark): void {
    const list = this.#list;
    if (segment.removed || segment.sizeBytes < mark.sizeBytes) return;
    // Memory first: nothing of what is refused may be read, whatever becomes of the files.
    const rolled: LogSegment[] = [];
    while (list.active !== segment) rolled.push(list.pop());
    list.sizeBytes -= segment.sizeBytes - mark.sizeBytes;
    segment.rewind(mark);
    this.#syncer.tookBack(segment, mark.sizeBytes);
    list.cuts += 1;
    const { file } = segment;
    const { files } = this.#context;
    for (const other of rolled) this.#syncer.forget(other);
    try {
      for (const { logPath } of rolled) files.unlinkSync(logPath);
      if (file !== undefined) files.ftruncateSync(file.fd, mark.sizeBytes);
    } catch (error) {
      this.#syncer.fail(error);
    }
  }

  /** Starts a segment at `baseOffset`, whatever a file of its name may hold. */
  roll(baseOffset: bigint): LogSegment {
    const list = this.#list;
    this.#syncer.prepareRoll();
    const segment = new LogSegment(list.directory, baseOffset, this.#nowMs());
    this.#syncer.opened(segment);
    this.#syncer.closed(list.active);
    list.push(segment);
    this.#context.files.ftruncateSync(segment.file!.fd, 0);
    return segment;
  }

  #add(entry: AppendEntry, config: StoredLogConfig): void {
    const { batch, maxTimestampMs, lastOffset } = entry;
    let segment = this.#list.active;
    let relativeLast = segment.relative(lastOffset);
    const fits = segment.canHold(batch.length, relativeLast);
    const shouldRoll = segment.shouldRoll(batch.length, maxTimestampMs, config, this.#nowMs);
    if (shouldRoll || segment.sizeBytes * 2 > config.segmentBytes) this.#syncer.prepareRoll();
    if (!fits || (shouldRoll && this.#syncer.mayRoll)) {
      this.#flush();
      // Recovery knows by the name that no segment before it is missing.
      const skips = relativeLast > MAX_INT32;
      segment = this.roll(skips ? entry.baseOffset : this.#list.endOffset);
      relativeLast = segment.relative(lastOffset);
    }
    // Now and not with the write: a roll within this call has to know of it.
    if (segment.indexesOnDisk || segment.indexesStale) this.#syncer.opened(segment);
    this.#pieces.push(batch);
    this.#piecesBytes += batch.length;
    this.#list.sizeBytes += batch.length;
    segment.add(batch.length, relativeLast, maxTimestampMs, config.indexIntervalBytes);
    if (this.#pieces.length === MAX_PIECES) this.#flush();
  }

  #flush(): void {
    if (this.#pieces.length === 0) return;
    const segment = this.#list.active;
    this.#syncer.opened(segment);
    const position = segment.sizeBytes - this.#piecesBytes;
    const { files } = this.#context;
    writeAllSync(files, segment.file!.fd, this.#pieces, this.#piecesBytes, position);
    this.#syncer.wrote(segment, position, this.#isSynced ? this.#pieces : undefined);
    this.#pieces.length = 0;
    this.#piecesBytes = 0;
  }
}

function outOfOrder(entry: AppendEntry, next: bigint): KafkaError {
  const { topic, partition } = entry.log.id;
  return new KafkaError(
    'KAFKA_STORAGE_ERROR',
    `a batch at offset ${entry.baseOffset} cannot follow the end ${next} of ${topic}-${partition}`,
  );
}
