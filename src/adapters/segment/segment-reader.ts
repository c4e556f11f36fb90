import { KafkaError } from '../../domain/kafka-error.ts';
import {
  RECORD_BATCH_OVERHEAD,
  readBatchSize,
  viewOf,
} from '../../domain/record/record-batch-header.ts';
import type { LogReadRequest, LogReadResult } from '../../ports/log-store.ts';
import { relativeLastOffset } from './batch-header.ts';
import { readFully, readFullySync } from './batch-walk.ts';
import { loadIndexes } from './index-files.ts';
import type { LogSegment } from './log-segment.ts';
import { ReadHints } from './read-hints.ts';
import { ReadPace } from './read-pace.ts';
import { EMPTY_READ, SegmentReadResult } from './read-result.ts';
import { seekBatch, seekBatchSync } from './seek-batch.ts';
import type { SegmentContext } from './segment-context.ts';
import type { SegmentList } from './segment-list.ts';

/** What was written last is in the page cache, from where a copy costs less than a trip to the thread pool. */
const SYNC_READ_WITHIN_BYTES = 32 * 1024 * 1024;
const SYNC_READ_MAX_BYTES = 4 * 1024 * 1024;
const MIN_READ_BYTES = 4096;
/** A reader that asks for more comes again. */
const MAX_READ_BYTES = 16 * 1024 * 1024;

/** One read within one segment, as it was when the read began. */
interface Reading {
  readonly segment: LogSegment;
  readonly place: number;
  readonly from: number;
  /** Batches that end at or beyond it are left out. */
  readonly upTo: number;
  readonly sizeBytes: number;
  readonly nextRelative: number;
  readonly cuts: number;
  readonly request: LogReadRequest;
}

/** The bytes it takes to have a batch whole, where not enough were read. */
type BytesNeeded = number;

/** Reads one log. */
export class SegmentReader {
  readonly #context: SegmentContext;
  readonly #list: SegmentList;
  readonly #hints = new ReadHints();
  readonly #pace = new ReadPace();

  constructor(context: SegmentContext, list: SegmentList) {
    this.#context = context;
    this.#list = list;
  }

  read(request: LogReadRequest): LogReadResult | Promise<LogReadResult> {
    const list = this.#list;
    let from = request.fromOffset;
    if (from < list.startOffset) from = list.startOffset;
    if (from >= request.upTo || from >= list.endOffset) return EMPTY_READ;
    let place = list.indexOf(from);
    while (from >= list.segments[place]!.endOffset) place += 1;
    return this.#readAt(request, place, from);
  }

  #readAt(
    request: LogReadRequest,
    place: number,
    from: bigint,
  ): LogReadResult | Promise<LogReadResult> {
    const { cuts, segments } = this.#list;
    const segment = segments[place]!;
    const { sizeBytes, nextRelative } = segment;
    const relative = Math.max(0, segment.relative(from));
    const upTo = segment.relative(request.upTo);
    const reading = {
      segment,
      place,
      from: relative,
      upTo,
      sizeBytes,
      nextRelative,
      cuts,
      request,
    };
    let position = this.#hints.find(segment, relative, cuts);
    if (position >= 0 && isShort(request, sizeBytes - position) && this.#pace.mayReadSync()) {
      return this.#readPaced(reading, position);
    }
    if (segment.active) {
      const near = position >= 0 ? position : segment.indexes!.offsets.positionOf(relative);
      if (sizeBytes - near <= SYNC_READ_WITHIN_BYTES && isShort(request, sizeBytes - near)) {
        if (position < 0) position = seekBatchSync(this.#context, segment, near, relative);
        return this.#readSync(reading, position);
      }
    }
    return this.#readAsync(reading, position);
  }

  /** For a reader that goes on where it was: the kernel has read ahead of it, unless it is faster than the device. */
  #readPaced(reading: Reading, position: number): LogReadResult | Promise<LogReadResult> {
    const { elapsedMs } = this.#context;
    const startedMs = elapsedMs();
    const result = this.#readSync(reading, position);
    this.#pace.took(firstLength(reading, position), elapsedMs() - startedMs);
    return result;
  }

  #readSync(reading: Reading, position: number): LogReadResult | Promise<LogReadResult> {
    const { files, buffers, cache } = this.#context;
    const file = cache.acquire(reading.segment.logPath);
    try {
      let length = firstLength(reading, position);
      for (;;) {
        const buffer = buffers.take(length);
        const count = readFullySync(files, file.fd, buffer, length, position);
        const read = this.#pick(reading, buffer, count, position);
        if (typeof read !== 'number') return read;
        buffers.give(buffer);
        if (read <= length) return this.#nothingAt(reading, position);
        length = read;
      }
    } finally {
      cache.release(file);
    }
  }

  async #readAsync(reading: Reading, hint: number): Promise<LogReadResult> {
    const { segment } = reading;
    const { files, buffers, cache } = this.#context;
    let position = hint;
    const file = cache.acquire(segment.logPath);
    try {
      if (position < 0) {
        const { offsets } = await loadIndexes(this.#context, segment);
        const near = offsets.positionOf(reading.from);
        position = await seekBatch(this.#context, segment, near, reading.from);
      }
      let length = firstLength(reading, position);
      while (this.#list.cuts === reading.cuts) {
        const buffer = buffers.take(length);
        const count = await readFully(files, file.fd, buffer, length, position);
        const isStill = this.#list.cuts === reading.cuts;
        const read = isStill ? this.#pick(reading, buffer, count, position) : 0;
        if (typeof read !== 'number') return read;
        buffers.give(buffer);
        if (!isStill) break;
        if (read <= length) return await this.#nothingAt(reading, position);
        length = read;
      }
    } finally {
      cache.release(file);
    }
    // The log was cut while it was read.
    return this.read(reading.request);
  }

  /** The batches to give out of `count` bytes from a batch's start, or how many bytes it takes. */
  #pick(
    reading: Reading,
    buffer: Uint8Array,
    count: number,
    position: number,
  ): LogReadResult | BytesNeeded {
    const { segment, sizeBytes, nextRelative, upTo, request } = reading;
    const { maxBytes, minOneBatch } = request;
    const isRest = count > 0 && position + count === sizeBytes && nextRelative <= upTo;
    if (isRest && count <= maxBytes) {
      this.#hints.remember(segment, nextRelative, sizeBytes, reading.cuts);
      return new SegmentReadResult(this.#context.buffers, buffer, 0, count);
    }
    const view = viewOf(buffer);
    let end = 0;
    let next = 0;
    while (end + RECORD_BATCH_OVERHEAD <= count) {
      const size = readBatchSize(view, end);
      if (size < RECORD_BATCH_OVERHEAD) throw damaged(segment, position + end);
      const last = relativeLastOffset(view, end, segment.base);
      const isFirst = end === 0;
      if (last >= upTo || (end + size > maxBytes && !(isFirst && minOneBatch))) {
        if (isFirst) return this.#empty(buffer);
        break;
      }
      if (end + size > count) {
        if (isFirst) return size;
        break;
      }
      end += size;
      next = last + 1;
    }
    if (end === 0) return count === 0 ? 0 : RECORD_BATCH_OVERHEAD;
    this.#hints.remember(segment, next, position + end, reading.cuts);
    return new SegmentReadResult(this.#context.buffers, buffer, 0, end);
  }

  #empty(buffer: Uint8Array): LogReadResult {
    this.#context.buffers.give(buffer);
    return EMPTY_READ;
  }

  /** In a gap at a segment's end the next segment has the batch; anywhere else there must be one. */
  #nothingAt(reading: Reading, position: number): LogReadResult | Promise<LogReadResult> {
    if (position < reading.sizeBytes) throw damaged(reading.segment, position);
    const next = this.#list.segments[reading.place + 1];
    if (next === undefined) return EMPTY_READ;
    return this.#readAt(reading.request, reading.place + 1, next.baseOffset);
  }
}

function isShort({ maxBytes }: LogReadRequest, restBytes: number): boolean {
  return Math.min(maxBytes, restBytes) <= SYNC_READ_MAX_BYTES;
}

/** At least a header, so that a batch's size is known; never more than there is. */
function firstLength({ sizeBytes, request }: Reading, position: number): number {
  const wanted = Math.min(MAX_READ_BYTES, Math.max(request.maxBytes, MIN_READ_BYTES));
  return Math.min(sizeBytes - position, wanted);
}

function damaged(segment: LogSegment, position: number): KafkaError {
  return new KafkaError(
    'KAFKA_STORAGE_ERROR',
    `${segment.logPath} has no batch at position ${position}: the file was damaged after it was written`,
  );
}
