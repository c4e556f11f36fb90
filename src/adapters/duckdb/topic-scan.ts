import { RecordCursor } from '../../domain/record/record-cursor.ts';
import { enterRecord } from '../../domain/record/record-reader.ts';
import type { ScanSpec } from '../../domain/sql/topic-schema.ts';
import type { Compression } from '../../ports/compression.ts';
import type { PartitionRange, TopicBounds } from '../../ports/topic-source.ts';
import { readHeaderText } from './header-text.ts';
import type { LogBridge } from './log-bridge.ts';
import { type OpenBatch, PartitionBatches, ReadBuffers } from './partition-batches.ts';
import { type RecordPlaces, readPlainRecord } from './read-plain-record.ts';

/** One record where it lies. */
export interface ScannedRecord extends RecordPlaces {
  partition: number;
  offset: number;
  timestampMs: number;
  bytes: Uint8Array;
  headers: Uint8Array | undefined;
}

/** Walks over the committed records of a topic within bounds, decoding no more than is asked for. */
export class TopicScan {
  /** Of the record `advance` came to; one object for all of them. */
  readonly record: ScannedRecord;
  readonly #bridge: LogBridge;
  readonly #compression: Compression;
  readonly #spec: ScanSpec;
  readonly #withHeaders: boolean;
  readonly #buffers: ReadBuffers;
  readonly #ranges: PartitionRange[];
  readonly #fromMs: number;
  readonly #toMs: number;
  #batches: PartitionBatches | undefined;
  #batch: OpenBatch | undefined;
  #cursor = new RecordCursor(new Uint8Array(0), 0, 0);
  #left = 0;
  #startOffset = 0;
  #endOffset = 0;

  constructor(
    bridge: LogBridge,
    spec: ScanSpec,
    ranges: readonly PartitionRange[],
    options: { readonly compression: Compression; readonly withHeaders: boolean },
  ) {
    this.#bridge = bridge;
    this.#buffers = new ReadBuffers(bridge);
    this.#spec = spec;
    this.#ranges = [...ranges];
    this.#compression = options.compression;
    this.#withHeaders = options.withHeaders;
    this.#fromMs = Number(spec.fromTimestampMs ?? Number.NEGATIVE_INFINITY);
    this.#toMs = Number(spec.toTimestampMs ?? Number.POSITIVE_INFINITY);
    const bytes = this.#cursor.bytes;
    this.record = {
      ...{ partition: 0, offset: 0, timestampMs: 0, bytes, headers: undefined },
      ...{
        offsetDelta: 0,
        timestampDelta: 0,
        keyStart: 0,
        keyLength: -1,
        valueStart: 0,
        valueLength: -1,
      },
    };
  }

  /** Whether there is another record. */
  advance(): boolean {
    for (;;) {
      while (this.#left > 0) {
        this.#left -= 1;
        if (this.#readRecord()) return true;
      }
      if (!this.#nextBatch()) return false;
    }
  }

  #nextBatch(): boolean {
    for (;;) {
      const batch = this.#batches?.next();
      if (batch !== undefined) {
        this.#batch = batch;
        this.#left = batch.count;
        this.#cursor = new RecordCursor(batch.bytes, batch.start, batch.end);
        this.record.bytes = batch.bytes;
        return true;
      }
      const range = this.#ranges.shift();
      if (range === undefined) {
        this.#batches = undefined;
        this.#buffers.giveBack();
        return false;
      }
      this.#startOffset = Number(range.startOffset);
      this.#endOffset = Number(range.endOffset);
      this.record.partition = range.partition;
      this.#batches = new PartitionBatches(this.#bridge, this.#spec.topic, range, {
        compression: this.#compression,
        fromTimestampMs: this.#fromMs,
        buffers: this.#buffers,
      });
    }
  }

  /** Whether the record is within the bounds. */
  #readRecord(): boolean {
    const { record } = this;
    const batch = this.#batch as OpenBatch;
    const cursor = this.#cursor;
    const plainEnd = this.#withHeaders
      ? -1
      : readPlainRecord(batch.bytes, cursor.position, batch.end, record);
    if (plainEnd >= 0) cursor.position = plainEnd;
    else this.#readAny(cursor, batch.end);
    record.offset = batch.baseOffset + record.offsetDelta;
    record.timestampMs = Number.isNaN(batch.logAppendTimeMs)
      ? batch.baseTimestampMs + record.timestampDelta
      : batch.logAppendTimeMs;
    return this.#within(record.offset, record.timestampMs);
  }

  #readAny(cursor: RecordCursor, end: number): void {
    const { record } = this;
    const recordEnd = enterRecord(cursor, end);
    cursor.skip(1);
    const timestampAt = cursor.position;
    record.timestampDelta = cursor.readVarlongAsNumber();
    if (Number.isNaN(record.timestampDelta)) {
      cursor.position = timestampAt;
      record.timestampDelta = Number(cursor.readVarlong());
    }
    record.offsetDelta = cursor.readVarint();
    record.keyLength = cursor.readVarint();
    record.keyStart = cursor.position;
    if (record.keyLength > 0) cursor.skip(record.keyLength);
    record.valueLength = cursor.readVarint();
    record.valueStart = cursor.position;
    if (record.valueLength > 0) cursor.skip(record.valueLength);
    record.headers = this.#withHeaders ? readHeaderText(cursor) : undefined;
    cursor.position = recordEnd;
    cursor.end = end;
  }

  #within(offset: number, timestampMs: number): boolean {
    if (offset < this.#startOffset || offset >= this.#endOffset) return false;
    return timestampMs >= this.#fromMs && timestampMs <= this.#toMs;
  }
}

export function boundsOf(spec: ScanSpec): TopicBounds {
  return {
    partitions: spec.partitions,
    fromOffset: spec.fromOffset === undefined ? undefined : BigInt(spec.fromOffset),
    toOffset: spec.toOffset === undefined ? undefined : BigInt(spec.toOffset),
    fromTimestampMs: spec.fromTimestampMs === undefined ? undefined : BigInt(spec.fromTimestampMs),
  };
}
