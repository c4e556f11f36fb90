import type { KafkaError } from '../../domain/kafka-error.ts';
import { RECORD_BATCH_OVERHEAD, readBatchSize } from '../../domain/record/record-batch-header.ts';
import type { LogReadRequest, LogReadResult } from '../../ports/log-store.ts';
import { ReadPace } from '../data-folder/read-pace.ts';
import { type BatchPlace, DAMAGED, type SegmentExtent, soundBatchSize } from './batch-chain.ts';
import { relativeLastOffset } from './batch-header.ts';
import { readFully, readFullySync } from './batch-walk.ts';
import { type Damage, DamageSearch } from './damage-search.ts';
import { loadIndexes, loadIndexesSync } from './index-files.ts';
import type { LogSegment } from './log-segment.ts';
import { ReadHints } from './read-hints.ts';
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
interface Reading extends SegmentExtent {
  readonly segment: LogSegment;
  readonly place: number;
  readonly from: number;
  /** Batches that end at or beyond it are left out. */
  readonly upTo: number;
  readonly cuts: number;
  readonly request: LogReadRequest;
}

/** The bytes it takes to have a batch whole, where not enough were read; or DAMAGED. */
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
    try {
      const result = this.#read(request);
      if (!(result instanceof Promise)) return result;
      return result.catch((error: unknown) => {
        throw this.#unreadable(error);
      });
    } catch (error) {
      throw this.#unreadable(error);
    }
  }

  #read(request: LogReadRequest): LogReadResult | Promise<LogReadResult> {
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
    const hint = this.#hints.find(segment, relative, cuts);
    const hinted = hint >= 0 ? { position: hint, follows: relative } : undefined;
    if (hinted && isShort(request, sizeBytes - hint) && this.#pace.mayReadSync()) {
      return this.#readPaced(reading, hinted);
    }
    if (segment.active) {
      const { offsets } = loadIndexesSync(this.#context, segment);
      const near = hinted ? hint : offsets.positionOf(relative);
      if (sizeBytes - near <= SYNC_READ_WITHIN_BYTES && isShort(request, sizeBytes - near)) {
        const at = hinted ?? seekBatchSync(this.#context, segment, offsets, relative);
        return at === undefined ? this.#search(reading) : this.#readSync(reading, at);
      }
    }
    return this.#readAsync(reading, hinted);
  }

  /** For a reader that goes on where it was: the kernel has read ahead of it, unless it is faster than the device. */
  #readPaced(reading: Reading, at: BatchPlace): LogReadResult | Promise<LogReadResult> {
    const { elapsedMs } = this.#context;
    const startedMs = elapsedMs();
    const result = this.#readSync(reading, at);
    this.#pace.took(firstLength(reading, at.position), elapsedMs() - startedMs);
    return result;
  }

  #readSync(reading: Reading, at: BatchPlace): LogReadResult | Promise<LogReadResult> {
    const { files, buffers, cache } = this.#context;
    const { position } = at;
    if (position >= reading.sizeBytes) return this.#readNext(reading);
    const file = cache.acquire(reading.segment.logPath);
    try {
      let length = firstLength(reading, position);
      for (;;) {
        const buffer = buffers.take(length);
        const count = readFullySync(files, file.fd, buffer, length, position);
        const read = this.#pick(reading, buffer, count, at);
        if (typeof read !== 'number') return read;
        buffers.give(buffer);
        if (read <= length) return this.#search(reading);
        length = read;
      }
    } finally {
      cache.release(file);
    }
  }

  async #readAsync(reading: Reading, hinted: BatchPlace | undefined): Promise<LogReadResult> {
    const { segment } = reading;
    const { files, buffers, cache } = this.#context;
    const file = cache.acquire(segment.logPath);
    try {
      const at = hinted ?? (await this.#seek(reading));
      if (at === undefined) return await this.#search(reading);
      const { position } = at;
      if (position >= reading.sizeBytes) return await this.#readNext(reading);
      let length = firstLength(reading, position);
      while (this.#isStill(reading)) {
        const buffer = buffers.take(length);
        const count = await readFully(files, file.fd, buffer, length, position);
        const isStill = this.#isStill(reading);
        const read = isStill ? this.#pick(reading, buffer, count, at) : 0;
        if (typeof read !== 'number') return read;
        buffers.give(buffer);
        if (!isStill) break;
        if (read <= length) return await this.#search(reading);
        length = read;
      }
    } finally {
      cache.release(file);
    }
    return this.#read(reading.request);
  }

  async #seek({ segment, from }: Reading): Promise<BatchPlace | undefined> {
    const { offsets } = await loadIndexes(this.#context, segment);
    return seekBatch(this.#context, segment, offsets, from);
  }

  /** Where the log was cut while it was read, nothing that was seen of it counts. */
  #isStill({ cuts }: Reading): boolean {
    return this.#list.cuts === cuts;
  }

  /** The batches to give out of `count` bytes from a batch's start, or how many bytes it takes. */
  #pick(
    reading: Reading,
    buffer: Uint8Array,
    count: number,
    { position, follows }: BatchPlace,
  ): LogReadResult | BytesNeeded {
    const { segment, upTo, request } = reading;
    const { maxBytes, minOneBatch } = request;
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
    const isTooLarge = count >= RECORD_BATCH_OVERHEAD && readBatchSize(view, 0) > maxBytes;
    if (isTooLarge && !minOneBatch) return this.#empty(buffer);
    const { readChecksum: checksum } = this.#context;
    let end = 0;
    let next = follows;
    while (position + end < reading.sizeBytes) {
      const at = { position: position + end, follows: next };
      const size = soundBatchSize(reading, at, buffer, view, end, count, checksum);
      const isFirst = end === 0;
      if (size === DAMAGED || end + size > count) {
        if (isFirst) return size;
        if (size === DAMAGED) this.#damaged(reading, { position: at.position, from: next });
        break;
      }
      const last = relativeLastOffset(view, end, segment.base);
      if (last >= upTo || (end + size > maxBytes && !(isFirst && minOneBatch))) {
        if (isFirst) return this.#empty(buffer);
        break;
      }
      end += size;
      next = last + 1;
    }
    this.#hints.remember(segment, next, position + end, reading.cuts);
    return new SegmentReadResult(this.#context.buffers, buffer, 0, end);
  }

  #empty(buffer: Uint8Array): LogReadResult {
    this.#context.buffers.give(buffer);
    return EMPTY_READ;
  }

  /** In a gap at a segment's end the next segment has the batch. */
  #readNext(reading: Reading): LogReadResult | Promise<LogReadResult> {
    if (!this.#isStill(reading)) return this.#read(reading.request);
    const next = this.#list.segments[reading.place + 1];
    if (next === undefined) return EMPTY_READ;
    return this.#readAt(reading.request, reading.place + 1, next.baseOffset);
  }

  /** Something is wrong: is it the wanted batch, or only what leads to it? */
  async #search(reading: Reading): Promise<LogReadResult> {
    const { segment, from, sizeBytes } = reading;
    const { cache } = this.#context;
    const { offsets } = await loadIndexes(this.#context, segment);
    if (!this.#isStill(reading)) return this.#read(reading.request);
    const file = cache.acquire(segment.logPath);
    try {
      const search = new DamageSearch(this.#context, reading, offsets, file.fd);
      const { sound, damage } = await search.find(from);
      if (!this.#isStill(reading)) return await this.#read(reading.request);
      if (damage !== undefined) throw this.#damaged(reading, damage);
      if (sound.position >= sizeBytes) return await this.#readNext(reading);
      return await this.#readFound(reading, sound, file.fd);
    } finally {
      cache.release(file);
    }
  }

  /** Reads at a place where a search has just seen a sound batch. */
  async #readFound(reading: Reading, at: BatchPlace, fd: number): Promise<LogReadResult> {
    const { files, buffers } = this.#context;
    const { position, follows } = at;
    let length = firstLength(reading, position);
    for (;;) {
      const buffer = buffers.take(length);
      const count = await readFully(files, fd, buffer, length, position);
      if (!this.#isStill(reading)) {
        buffers.give(buffer);
        return this.#read(reading.request);
      }
      const read = this.#pick(reading, buffer, count, at);
      if (typeof read !== 'number') return read;
      buffers.give(buffer);
      if (read <= length) throw this.#damaged(reading, { position, from: follows });
      length = read;
    }
  }

  #damaged({ segment }: Reading, damage: Damage): KafkaError {
    return this.#context.failures.damaged(this.#list.id, segment, damage);
  }

  #unreadable(error: unknown): KafkaError {
    return this.#context.failures.unreadable(this.#list.id, error);
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
