import { KafkaError } from '../../domain/kafka-error.ts';
import { placesOf, refusedReplacement } from '../../domain/log/replacement.ts';
import type { Offset, TopicIdPartition } from '../../domain/topic-partition.ts';
import type { KeyValueOperation } from '../../ports/key-value-database.ts';
import type {
  AppendEntry,
  BatchesToStore,
  BatchPosition,
  DroppablePrefix,
  LogReadRequest,
  LogReadResult,
  OffsetRange,
  ReplaceableRun,
  StoredLog,
  StoredLogConfig,
} from '../../ports/log-store.ts';
import { BatchReplacement } from './batch-replacement.ts';
import type { PlannedDeletion } from './deletions.ts';
import type { KeyValueContext } from './key-value-context.ts';
import {
  type BatchKey,
  batchKey,
  batchRange,
  logKey,
  parseBatchKey,
  segmentKey,
  segmentRange,
  snapshotKey,
  snapshotRange,
} from './log-keys.ts';
import { lastBatch } from './log-opener.ts';
import { LogReader } from './log-reader.ts';
import { type LogPiece, type LogPoint, type LogSegment, LogSegments } from './log-segments.ts';
import { encodeLogRecord, encodeSegmentRecord, type LogEnd, type LogRecord } from './log-values.ts';
import { laterOf } from './offsets.ts';
import { after } from './read-all.ts';
import { findByTimestamp, findMaxTimestamp, type SearchedLog } from './time-search.ts';

/** What a log starts its life with, new or found. */
export interface KeyValueLogState {
  readonly number: number;
  readonly record: LogRecord;
  readonly end: LogPoint;
  readonly segments: LogSegments;
}

/** One partition's log as entries of the database that all logs share. */
export class KeyValueLog implements StoredLog {
  readonly #context: KeyValueContext;
  readonly #number: number;
  readonly #reader: LogReader;
  #config: StoredLogConfig;
  #record: LogRecord;
  /** What can be read. */
  #end: LogPoint;
  /** With what is being written. */
  #queuedEnd: LogPoint;
  #segments: LogSegments;
  #deleted = false;
  #cutting = false;
  #replacing = false;
  /** Changes whenever batches take the place of others. */
  #swaps = 0;
  #lastChange: Promise<unknown> = Promise.resolve();
  /** The end by an append call that is being checked. */
  checkedEnd: Offset = 0n;

  constructor(context: KeyValueContext, state: KeyValueLogState, config: StoredLogConfig) {
    this.#context = context;
    this.#number = state.number;
    this.#record = state.record;
    this.#end = state.end;
    this.#queuedEnd = state.end;
    this.#segments = state.segments;
    this.#config = config;
    this.#reader = new LogReader(context, this);
  }

  get id(): TopicIdPartition {
    return this.#record.id;
  }

  get data(): number {
    return this.#record.data;
  }

  get startOffset(): Offset {
    return this.#record.startOffset;
  }

  get endOffset(): Offset {
    return this.#end.offset;
  }

  get queuedEndOffset(): Offset {
    return this.#queuedEnd.offset;
  }

  get sizeBytes(): number {
    return this.#end.position - this.#record.startPosition - this.#segments.missingBytes;
  }

  /** Where the log ends, once nothing is under way. */
  async settledEnd(): Promise<LogEnd> {
    await this.#lastChange;
    const segmentMaxTimestampMs = this.#segments.active?.maxTimestampMs ?? -1n;
    return { data: this.data, ...this.#end, segmentMaxTimestampMs };
  }

  belongsTo(context: KeyValueContext): boolean {
    return this.#context === context;
  }

  configure(config: StoredLogConfig): void {
    this.#config = config;
  }

  refuseAppends(): void {
    this.#refuseDeleted();
    if (this.#cutting) throw storageError(`${this.#name} is being truncated`);
  }

  /** Adds the operations of a batch that was checked; its end is to be published once they are done. */
  stage(entry: AppendEntry, operations: KeyValueOperation[]): LogPoint {
    const { baseOffset, lastOffset, maxTimestampMs, batch } = entry;
    const { position } = this.#queuedEnd;
    const before = this.#segments.active;
    const segment = this.#segments.add(entry, position, this.#config);
    if (segment !== before) {
      const value = encodeSegmentRecord({
        ...segment,
        previousMaxTimestampMs: before?.maxTimestampMs ?? -1n,
      });
      operations.push({ type: 'put', key: segmentKey(this.data, baseOffset), value });
    }
    const key = batchKey(this.data, {
      baseOffset,
      lastOffset,
      position,
      sizeBytes: batch.length,
      maxTimestampMs,
      segmentMaxTimestampMs: segment.maxTimestampMs,
    });
    operations.push({ type: 'put', key, value: batch });
    this.#queuedEnd = { offset: lastOffset + 1n, position: position + batch.length };
    return this.#queuedEnd;
  }

  publish(end: LogPoint): void {
    this.#end = end;
  }

  read(request: LogReadRequest): LogReadResult | Promise<LogReadResult> {
    this.#refuseDeleted();
    return this.#reader.read(request);
  }

  pieceOf(offset: Offset): LogPiece {
    return this.#segments.pieceOf(offset, this.data);
  }

  findByTimestamp(timestampMs: bigint): Promise<BatchPosition | undefined> {
    return this.#search((log) => findByTimestamp(this.#context.database, log, timestampMs));
  }

  findMaxTimestamp(): Promise<BatchPosition | undefined> {
    return this.#search((log) => findMaxTimestamp(this.#context.database, log));
  }

  droppable(): readonly DroppablePrefix[] {
    return this.#segments.droppable(this.#start, this.#end);
  }

  truncate(offset: Offset): Promise<void> {
    return this.#cut(async () => {
      if (offset >= this.endOffset) return;
      if (offset < this.startOffset) return this.#reset(offset);
      await this.#truncate(offset);
    });
  }

  dropPrefix(offset: Offset): Promise<void> {
    return this.#change(async () => {
      if (offset <= this.startOffset) return;
      // It may be beyond what can be read, and not beyond what is being written.
      if (offset > this.endOffset) await this.#context.commits.settled();
      if (offset <= this.endOffset) return this.#dropPrefix(offset);
      await this.#exclusively(() => this.#reset(offset));
    });
  }

  reset(offset: Offset): Promise<void> {
    return this.#cut(() => this.#reset(offset));
  }

  replaceable(): readonly ReplaceableRun[] {
    return this.#segments.replaceable(this.#end);
  }

  async replace(range: OffsetRange, batches: BatchesToStore): Promise<void> {
    this.#refuseDeleted();
    if (this.#replacing) throw refusedReplacement('others are being replaced');
    const [from, to] = placesOf(this.replaceable(), range);
    const replaced = this.#segments.all.slice(from, to);
    this.#replacing = true;
    const replacement = new BatchReplacement(this.#context, range, replaced[0]!.startPosition);
    try {
      const segment = await replacement.write(batches, () => this.#refuseDeleted());
      await this.#change(() => this.#swap(range, replaced, segment, replacement));
    } catch (error) {
      replacement.abandon();
      throw error;
    } finally {
      this.#replacing = false;
    }
  }

  writeSnapshot(name: string, bytes: Uint8Array): Promise<void> {
    return this.#change(() => {
      const put = { type: 'put', key: snapshotKey(this.#number, name), value: bytes } as const;
      return this.#context.commits.write([put], true);
    });
  }

  async readSnapshot(name: string): Promise<Uint8Array | undefined> {
    const gte = snapshotKey(this.#number, name);
    const query = { gte, lt: after(gte), values: true, limit: 1 };
    const [entry] = await this.#context.database.read(query);
    return entry && new Uint8Array(entry[1]);
  }

  /** Gives up everything, the batches to be freed in the background. */
  delete(): Promise<void> {
    return this.#cut(async () => {
      this.#deleted = true;
      const operation = { type: 'del', key: logKey(this.#number) } as const;
      const { data } = this;
      const ranges = [snapshotRange(this.#number), segmentRange(data), ...this.#batchRanges()];
      const plans = ranges.map((range) => this.#context.deletions.plan(range));
      await this.#context.commits.write([operation, ...plans.map((plan) => plan.operation)], true);
      for (const { start } of plans) start();
    });
  }

  async #dropPrefix(offset: Offset): Promise<void> {
    const { data, id } = this.#record;
    const { commits, deletions } = this.#context;
    const found = await this.#firstBatch(offset);
    const startPosition = found?.position ?? this.#queuedEnd.position;
    const record = { id, data, startOffset: offset, startPosition };
    const { all } = this.#segments;
    const kept = found === undefined ? all.length : this.#segments.placeOf(found.baseOffset);
    const dropped = all.slice(0, Math.max(0, kept));
    const first = swappedIn(all.slice(dropped.length, dropped.length + 1));
    const plans = [
      deletions.plan(batchRange(data, 0n, offset)),
      ...swappedIn(dropped).map((each) => deletions.plan(batchRange(each, 0n))),
      ...first.map((each) => deletions.plan(batchRange(each, 0n, offset))),
    ];
    await commits.write(
      [
        { type: 'put', key: logKey(this.#number), value: encodeLogRecord(record) },
        ...plans.map(({ operation }) => operation),
        ...dropped.map(
          ({ baseOffset }) => ({ type: 'del', key: segmentKey(data, baseOffset) }) as const,
        ),
      ],
      true,
    );
    this.#record = record;
    this.#segments.dropFirst(dropped.length);
    for (const { start } of plans) start();
  }

  async #truncate(offset: Offset): Promise<void> {
    const { data, startOffset } = this.#record;
    const { database, commits, deletions } = this.#context;
    const found = await lastBatch(database, data, this.#segments, startOffset, offset);
    const end =
      found === undefined
        ? this.#start
        : { offset: found.lastOffset + 1n, position: found.position + found.sizeBytes };
    const pieces = this.#segments.pieces(end.offset, data);
    // What is still to be deleted there must not take what is appended there next.
    if (pieces.length > 1 || pieces[0]!.data !== data) await deletions.settled();
    // Nobody may be given what goes.
    this.#end = end;
    try {
      // From the end, so that a crash leaves the log without its end.
      for (const piece of pieces.reverse()) {
        const from = laterOf(piece.from, end.offset);
        await database.deleteRange(batchRange(piece.data, from, piece.to));
      }
    } catch (error) {
      throw commits.fail(error);
    }
    const gone = this.#segments.startingFrom(end.offset);
    const operations: KeyValueOperation[] = gone.map(
      ({ baseOffset }) => ({ type: 'del', key: segmentKey(data, baseOffset) }) as const,
    );
    const before = this.#segments.all;
    const segments = new LogSegments(before);
    segments.truncate(end, found?.segmentMaxTimestampMs ?? -1n);
    const { active } = segments;
    if (active?.swapped !== undefined) operations.push(this.#markOf(active, before));
    await commits.write(operations, true);
    this.#queuedEnd = end;
    this.#segments = segments;
  }

  /** The old batches stay until this is written, and are deleted then. */
  async #swap(
    { fromOffset, toOffset }: OffsetRange,
    replaced: readonly LogSegment[],
    segment: LogSegment,
    replacement: BatchReplacement,
  ): Promise<void> {
    const { commits, deletions } = this.#context;
    const { all } = this.#segments;
    const place = all.indexOf(replaced[0]!);
    const next = all[place + replaced.length];
    const isThere = replaced.every((each, i) => all[place + i] === each);
    if (place < 0 || !isThere || next?.baseOffset !== toOffset) {
      throw refusedReplacement('the log was cut meanwhile');
    }
    const { data } = this;
    const kept = all.toSpliced(place, replaced.length, segment);
    const record = await this.#recordWith(segment);
    const plans: PlannedDeletion[] = swappedIn(replaced).map((old) => {
      return deletions.plan(batchRange(old, 0n));
    });
    plans.push(deletions.plan(batchRange(data, fromOffset, toOffset)));
    await commits.write(
      [
        ...replaced.map(
          ({ baseOffset }) => ({ type: 'del', key: segmentKey(data, baseOffset) }) as const,
        ),
        this.#markOf(segment, kept),
        this.#markOf(next, kept),
        { type: 'put', key: logKey(this.#number), value: encodeLogRecord(record) },
        ...plans.map(({ operation }) => operation),
        replacement.cancellation,
      ],
      true,
    );
    replacement.done();
    this.#record = record;
    this.#segments.replace(place, replaced.length, segment);
    this.#swaps += 1;
    for (const { start } of plans) start();
  }

  /** Where the log starts within the segment, what of it lies before the start does not count. */
  async #recordWith({ baseOffset, swapped }: LogSegment): Promise<LogRecord> {
    const { startOffset } = this.#record;
    if (startOffset <= baseOffset) return this.#record;
    const query = { ...batchRange(swapped!.data, startOffset), values: false, limit: 1 };
    const [first] = await this.#context.database.read(query);
    const key = first && parseBatchKey(first[0]);
    return { ...this.#record, startPosition: key?.position ?? swapped!.endPosition };
  }

  #markOf(segment: LogSegment, segments: readonly LogSegment[]): KeyValueOperation {
    const place = segments.findIndex(({ baseOffset }) => baseOffset === segment.baseOffset);
    const previousMaxTimestampMs = segments[place - 1]?.maxTimestampMs ?? -1n;
    const value = encodeSegmentRecord({ ...segment, previousMaxTimestampMs });
    return { type: 'put', key: segmentKey(this.data, segment.baseOffset), value };
  }

  async #firstBatch(offset: Offset): Promise<BatchKey | undefined> {
    for (const piece of this.#segments.pieces(offset, this.data)) {
      const range = batchRange(piece.data, laterOf(piece.from, offset), piece.to);
      const [entry] = await this.#context.database.read({ ...range, values: false, limit: 1 });
      if (entry !== undefined) return parseBatchKey(entry[0]);
    }
    return undefined;
  }

  #batchRanges() {
    return [this.data, ...swappedIn(this.#segments.all)].map((each) => batchRange(each, 0n));
  }

  /** The log goes on with new numbers in its keys, so that nothing of the old can be taken for new. */
  async #reset(offset: Offset): Promise<void> {
    const { commits, deletions } = this.#context;
    const { id, data: old } = this.#record;
    const data = this.#context.nextNumber();
    const record = { id, data, startOffset: offset, startPosition: 0 };
    const plans = [segmentRange(old), ...this.#batchRanges()].map((range) => deletions.plan(range));
    await commits.write(
      [
        { type: 'put', key: logKey(this.#number), value: encodeLogRecord(record) },
        ...plans.map((plan) => plan.operation),
      ],
      true,
    );
    this.#record = record;
    this.#end = { offset, position: 0 };
    this.#queuedEnd = this.#end;
    this.#segments = new LogSegments();
    for (const { start } of plans) start();
  }

  get #start(): LogPoint {
    return { offset: this.#record.startOffset, position: this.#record.startPosition };
  }

  get #name(): string {
    return `${this.id.topic}-${this.id.partition}`;
  }

  /** Again where batches took the place of others meanwhile: those may be deleted. */
  async #search<T>(search: (log: SearchedLog) => Promise<T>): Promise<T> {
    for (;;) {
      this.#refuseDeleted();
      const { data, startOffset, endOffset } = this;
      const swaps = this.#swaps;
      const segments = this.#segments.from(startOffset);
      const found = await search({ data, startOffset, endOffset, segments });
      if (swaps === this.#swaps) return found;
    }
  }

  #cut(work: () => Promise<void>): Promise<void> {
    return this.#change(() => this.#exclusively(work));
  }

  /** Without appends under way or coming. */
  async #exclusively(work: () => Promise<void>): Promise<void> {
    this.#cutting = true;
    try {
      await this.#context.commits.settled();
      await work();
    } finally {
      this.#cutting = false;
    }
  }

  /** One change after another; each finds the log as the one before left it. */
  #change(work: () => Promise<void>): Promise<void> {
    const change = this.#lastChange.then(() => {
      this.#refuseDeleted();
      return work();
    });
    this.#lastChange = change.catch(() => undefined);
    return change;
  }

  #refuseDeleted(): void {
    if (this.#deleted) throw storageError('the log was deleted');
  }
}

/** The numbers of the batches that took the place of others. */
function swappedIn(segments: readonly LogSegment[]): number[] {
  return segments.flatMap(({ swapped }) => swapped?.data ?? []);
}

function storageError(message: string): KafkaError {
  return new KafkaError('KAFKA_STORAGE_ERROR', message);
}
