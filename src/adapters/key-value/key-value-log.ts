import { KafkaError } from '../../domain/kafka-error.ts';
import type { Offset, TopicIdPartition } from '../../domain/topic-partition.ts';
import type { KeyValueOperation } from '../../ports/key-value-database.ts';
import type {
  AppendEntry,
  BatchPosition,
  DroppablePrefix,
  LogReadRequest,
  LogReadResult,
  StoredLog,
  StoredLogConfig,
} from '../../ports/log-store.ts';
import type { KeyValueContext } from './key-value-context.ts';
import {
  batchKey,
  batchRange,
  logKey,
  parseBatchKey,
  segmentKey,
  segmentRange,
  snapshotKey,
  snapshotRange,
} from './log-keys.ts';
import { LogReader } from './log-reader.ts';
import { type LogPoint, LogSegments } from './log-segments.ts';
import { encodeLogRecord, encodeSegmentRecord, type LogEnd, type LogRecord } from './log-values.ts';
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
    return this.#end.position - this.#record.startPosition;
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

  findByTimestamp(timestampMs: bigint): Promise<BatchPosition | undefined> {
    return findByTimestamp(this.#context.database, this.#searched(), timestampMs);
  }

  findMaxTimestamp(): Promise<BatchPosition | undefined> {
    return findMaxTimestamp(this.#context.database, this.#searched());
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
      const ranges = [snapshotRange(this.#number), segmentRange(data), batchRange(data, 0n)];
      const plans = ranges.map((range) => this.#context.deletions.plan(range));
      await this.#context.commits.write([operation, ...plans.map((plan) => plan.operation)], true);
      for (const { start } of plans) start();
    });
  }

  async #dropPrefix(offset: Offset): Promise<void> {
    const { data, id } = this.#record;
    const { database, commits, deletions } = this.#context;
    const query = { ...batchRange(data, offset), values: false, limit: 1 };
    const [first] = await database.read(query);
    const found = first && parseBatchKey(first[0]);
    const startPosition = found?.position ?? this.#queuedEnd.position;
    const record = { id, data, startOffset: offset, startPosition };
    const start = { offset, position: startPosition };
    const dropped = this.#segments.endingBefore(start, this.#queuedEnd);
    const plan = deletions.plan({ ...batchRange(data, 0n, offset) });
    await commits.write(
      [
        { type: 'put', key: logKey(this.#number), value: encodeLogRecord(record) },
        plan.operation,
        ...dropped.map(
          ({ baseOffset }) => ({ type: 'del', key: segmentKey(data, baseOffset) }) as const,
        ),
      ],
      true,
    );
    this.#record = record;
    this.#segments.dropFirst(dropped.length);
    plan.start();
  }

  async #truncate(offset: Offset): Promise<void> {
    const { data, startOffset } = this.#record;
    const { database, commits } = this.#context;
    const kept = { ...batchRange(data, startOffset, offset), values: false };
    const [last] = await database.read({ ...kept, reverse: true, limit: 1 });
    const found = last && parseBatchKey(last[0]);
    const end =
      found === undefined
        ? this.#start
        : { offset: found.lastOffset + 1n, position: found.position + found.sizeBytes };
    // Nobody may be given what goes.
    this.#end = end;
    try {
      await database.deleteRange(batchRange(data, end.offset));
    } catch (error) {
      throw commits.fail(error);
    }
    const gone = this.#segments.startingFrom(end.offset);
    const operations = gone.map(
      ({ baseOffset }) => ({ type: 'del', key: segmentKey(data, baseOffset) }) as const,
    );
    await commits.write(operations, true);
    this.#queuedEnd = end;
    this.#segments.truncate(end.offset, found?.segmentMaxTimestampMs ?? -1n);
  }

  /** The log goes on with new numbers in its keys, so that nothing of the old can be taken for new. */
  async #reset(offset: Offset): Promise<void> {
    const { commits, deletions } = this.#context;
    const { id, data: old } = this.#record;
    const data = this.#context.nextNumber();
    const record = { id, data, startOffset: offset, startPosition: 0 };
    const plans = [segmentRange(old), batchRange(old, 0n)].map((range) => deletions.plan(range));
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

  #searched(): SearchedLog {
    this.#refuseDeleted();
    const { data, startOffset, endOffset } = this;
    return { data, startOffset, endOffset, segments: this.#segments.from(startOffset) };
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

function storageError(message: string): KafkaError {
  return new KafkaError('KAFKA_STORAGE_ERROR', message);
}
