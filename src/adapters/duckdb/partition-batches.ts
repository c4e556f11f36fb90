import { decodeEndTransactionMarker } from '../../domain/record/control-record.ts';
import { decodeRecordBatch } from '../../domain/record/record-batch.ts';
import {
  CURRENT_MAGIC,
  compressionTypeOf,
  isControl,
  isTransactional,
  RECORDS_AT,
  readAttributes,
  readBaseOffset,
  readBaseTimestamp,
  readLastOffset,
  readMagic,
  readMaxTimestamp,
  readProducerId,
  readRecordsCount,
  timestampTypeOf,
} from '../../domain/record/record-batch-header.ts';
import { nextBatchSize } from '../../domain/record/record-batches.ts';
import type { Compression } from '../../ports/compression.ts';
import type { PartitionRange } from '../../ports/topic-source.ts';
import type { Asked, LogBridge, ReadAnswer } from './log-bridge.ts';

/** Records of a committed batch, decompressed. */
export interface OpenBatch {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly count: number;
  readonly baseOffset: number;
  readonly baseTimestampMs: number;
  /** The time of every record under LogAppendTime, else NaN. */
  readonly logAppendTimeMs: number;
}

const DECOMPRESSED_BYTES_MAX = 128 * 1024 * 1024;

/** The memory of a scan, which its partitions use one after the other: one part is decoded while the other is filled. */
export class ReadBuffers {
  readonly #bridge: LogBridge;
  #buffers: SharedArrayBuffer[] = [];

  constructor(bridge: LogBridge) {
    this.#bridge = bridge;
  }

  other(inUse: SharedArrayBuffer | undefined): SharedArrayBuffer {
    const free = this.#buffers.find((buffer) => buffer !== inUse);
    if (free !== undefined) return free;
    const buffer = this.#bridge.borrowBuffer();
    this.#buffers.push(buffer);
    return buffer;
  }

  /** At the end of a scan. One that ends early keeps them, as a read may be on its way. */
  giveBack(): void {
    this.#bridge.giveBack(this.#buffers);
    this.#buffers = [];
  }
}

interface PartitionBatchesOptions {
  readonly compression: Compression;
  readonly fromTimestampMs: number;
  readonly buffers: ReadBuffers;
}

/**
 * The batches of one partition's range in turn. While one read is looked at, the next is on its way. Markers, aborted
 * transactions and batches that are older than asked for are passed over by their headers.
 */
export class PartitionBatches {
  readonly #bridge: LogBridge;
  readonly #topic: string;
  readonly #range: PartitionRange;
  readonly #compression: Compression;
  readonly #fromTimestampMs: number;
  readonly #buffers: ReadBuffers;
  #asked: { readonly read: Asked; readonly buffer: SharedArrayBuffer } | undefined;
  #bytes: Uint8Array = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  #end = 0;
  #next: bigint;
  #coming: { readonly producerId: bigint; readonly firstOffset: bigint }[] = [];
  #aborted = new Set<bigint>();

  constructor(
    bridge: LogBridge,
    topic: string,
    range: PartitionRange,
    options: PartitionBatchesOptions,
  ) {
    this.#bridge = bridge;
    this.#topic = topic;
    this.#range = range;
    this.#next = range.startOffset;
    this.#buffers = options.buffers;
    this.#compression = options.compression;
    this.#fromTimestampMs = options.fromTimestampMs;
  }

  next(): OpenBatch | undefined {
    for (;;) {
      if (this.#at >= this.#end && !this.#read()) return undefined;
      const at = this.#at;
      const size = nextBatchSize(this.#view, at, this.#end);
      if (size < 0) {
        this.#at = this.#end;
        continue;
      }
      this.#at += size;
      const batch = this.#open(at, size);
      if (batch !== undefined) return batch;
    }
  }

  /** Takes the read that was asked for and asks for the one after it. */
  #read(): boolean {
    if (this.#next >= this.#range.endOffset) return false;
    const asked = this.#asked ?? this.#ask(this.#buffers.other(undefined));
    this.#asked = undefined;
    const answer = this.#bridge.take(asked.read) as ReadAnswer;
    this.#end = answer.sizeBytes;
    if (this.#end === 0) return false;
    this.#bytes = answer.bytes ?? new Uint8Array(asked.buffer);
    const { buffer, byteOffset } = this.#bytes;
    this.#view = new DataView(buffer, byteOffset, this.#bytes.byteLength);
    this.#at = 0;
    this.#coming = [...answer.aborted].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
    this.#aborted = new Set();
    const next = this.#offsetAfter();
    if (next === undefined || next <= this.#next) return false;
    this.#next = next;
    if (next < this.#range.endOffset) {
      this.#asked = this.#ask(this.#buffers.other(asked.buffer));
    }
    return true;
  }

  #ask(buffer: SharedArrayBuffer) {
    const question = { topic: this.#topic, partition: this.#range.partition, buffer };
    const read = this.#bridge.ask({ type: 'read', ...question, fromOffset: this.#next });
    return { read, buffer };
  }

  #offsetAfter(): bigint | undefined {
    let last: bigint | undefined;
    for (let at = 0; ; ) {
      const size = nextBatchSize(this.#view, at, this.#end);
      if (size < 0) return last === undefined ? undefined : last + 1n;
      if (readMagic(this.#view, at) === CURRENT_MAGIC) last = readLastOffset(this.#view, at);
      at += size;
    }
  }

  #open(at: number, size: number): OpenBatch | undefined {
    const view = this.#view;
    if (readMagic(view, at) !== CURRENT_MAGIC) {
      throw new Error(`${this.#topic} holds messages of the old format, which SQL does not read`);
    }
    const attributes = readAttributes(view, at);
    if (!this.#committed(at, size, attributes)) return undefined;
    const lastOffset = readLastOffset(view, at);
    const maxTimestampMs = Number(readMaxTimestamp(view, at));
    if (lastOffset < this.#range.startOffset || maxTimestampMs < this.#fromTimestampMs) {
      return undefined;
    }
    const baseOffset = readBaseOffset(view, at);
    if (baseOffset >= this.#range.endOffset) return undefined;
    return {
      ...this.#records(at, size, attributes),
      count: readRecordsCount(view, at),
      baseOffset: Number(baseOffset),
      baseTimestampMs: Number(readBaseTimestamp(view, at)),
      logAppendTimeMs:
        timestampTypeOf(attributes) === 'LogAppendTime' ? maxTimestampMs : Number.NaN,
    };
  }

  #records(at: number, size: number, attributes: number) {
    const type = compressionTypeOf(attributes);
    const [start, end] = [at + RECORDS_AT, at + size];
    if (type === 'none') return { bytes: this.#bytes, start, end };
    if (type === undefined) throw new Error(`${this.#topic} has a batch of an unknown compression`);
    // A copy, since the codecs do not take memory that threads share.
    const compressed = Buffer.from(this.#bytes.subarray(start, end));
    const bytes = this.#compression.decompress(type, compressed, DECOMPRESSED_BYTES_MAX);
    return { bytes, start: 0, end: bytes.length };
  }

  /** As Kafka's CompletedFetch decides for consumers that read committed. */
  #committed(at: number, size: number, attributes: number): boolean {
    const transactional = isTransactional(attributes);
    if (!transactional && !isControl(attributes)) return true;
    const lastOffset = readLastOffset(this.#view, at);
    while (this.#coming[0] !== undefined && this.#coming[0].firstOffset <= lastOffset) {
      this.#aborted.add((this.#coming.shift() as { producerId: bigint }).producerId);
    }
    const producerId = readProducerId(this.#view, at);
    if (!isControl(attributes)) return !this.#aborted.has(producerId);
    const { records } = decodeRecordBatch(Buffer.from(this.#bytes.subarray(at, at + size)), {
      compression: this.#compression,
    });
    const [marker] = records;
    if (marker !== undefined && decodeEndTransactionMarker(marker)?.type === 'ABORT') {
      this.#aborted.delete(producerId);
    }
    return false;
  }
}
