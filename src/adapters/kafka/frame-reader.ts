import { CHUNK_BYTES_MIN, type Chunk, type ChunkPool } from './chunk-pool.ts';

const LENGTH_BYTES = 4;
/** Reads grow up to this; beyond it larger reads gain nothing, and only a larger frame gets a larger chunk. */
const READ_BYTES_MAX = 256 * 1024;
/** A read into less than this is not worth a system call: the rest moves to a fresh chunk instead. */
const FREE_BYTES_MIN = 2 * 1024;
const SMALL_READS_TO_SHRINK = 32;

export class FrameSizeError extends Error {
  constructor(frameBytes: number, frameBytesMax: number) {
    super(`a frame claims ${frameBytes} bytes; allowed are 0 to ${frameBytesMax}`);
    this.name = 'FrameSizeError';
  }
}

/**
 * Splits a byte stream into frames (int32 length, then that many bytes) in place: the socket reads into `free()`, and
 * a frame is a range of the chunk it arrived in. Only the cut frame at a chunk's end is ever moved. A frame's claim is
 * not believed at once: its chunk grows with the bytes that really came, so that a claim of 100 MiB costs nothing.
 */
export class FrameReader {
  readonly #pool: ChunkPool;
  readonly #frameBytesMax: number;
  #chunk: Chunk;
  #parsed = 0;
  #filled = 0;
  #readBytes = CHUNK_BYTES_MIN;
  #freeBytes = 0;
  #smallReads = 0;
  #frameStart = 0;
  #frameEnd = 0;

  constructor(pool: ChunkPool, frameBytesMax: number) {
    this.#pool = pool;
    this.#frameBytesMax = frameBytesMax;
    this.#chunk = pool.take(CHUNK_BYTES_MIN);
  }

  /** The chunk that holds the frame `next` found. Retain it to keep the frame's bytes beyond the next `free`. */
  get chunk(): Chunk {
    return this.#chunk;
  }

  get frameStart(): number {
    return this.#frameStart;
  }

  get frameEnd(): number {
    return this.#frameEnd;
  }

  /** Bytes that arrived and were not consumed: a cut frame, or whole ones that wait. */
  get pendingBytes(): number {
    return this.#filled - this.#parsed;
  }

  get chunkBytes(): number {
    return this.#chunk.bytes.length;
  }

  /** Where the next read goes; never empty. Frames found before stay valid only while their chunk is retained. */
  free(): Uint8Array {
    const pending = this.#filled - this.#parsed;
    if (pending === 0 && this.#chunk.refs === 1) {
      this.#parsed = 0;
      this.#filled = 0;
      if (this.#chunk.bytes.length !== this.#readBytes) this.#move(this.#readBytes);
    } else {
      const wanted = this.#wantedBytes(pending);
      if (this.#chunk.bytes.length - this.#parsed < wanted) {
        this.#move(Math.max(this.#readBytes, wanted));
      }
    }
    const free = this.#chunk.bytes.subarray(this.#filled);
    this.#freeBytes = free.length;
    return free;
  }

  /** Tells that the socket wrote `count` bytes to the last `free()`. */
  fill(count: number): void {
    this.#filled += count;
    if (count === this.#freeBytes) {
      this.#smallReads = 0;
      this.#readBytes = Math.min(this.#readBytes * 2, READ_BYTES_MAX);
    } else if (count * 4 < this.#readBytes && this.#readBytes > CHUNK_BYTES_MIN) {
      this.#smallReads += 1;
      if (this.#smallReads >= SMALL_READS_TO_SHRINK) this.#shrinkReads();
    } else {
      this.#smallReads = 0;
    }
  }

  /** Finds the next whole frame without consuming it; throws a FrameSizeError for an impossible length. */
  next(): boolean {
    const pending = this.#filled - this.#parsed;
    if (pending < LENGTH_BYTES) return false;
    const length = this.#frameBytes();
    if (pending - LENGTH_BYTES < length) return false;
    this.#frameStart = this.#parsed + LENGTH_BYTES;
    this.#frameEnd = this.#frameStart + length;
    return true;
  }

  /** Goes beyond the frame `next` found. */
  consume(): void {
    this.#parsed = this.#frameEnd;
  }

  /** The size of the cut frame at the front when it needs more than the chunk every connection has; else 0. */
  get largeFrameBytes(): number {
    if (this.pendingBytes < LENGTH_BYTES) return 0;
    const length = this.#frameBytes();
    return LENGTH_BYTES + length > CHUNK_BYTES_MIN ? length : 0;
  }

  /** Gives a large chunk back when nothing is in it; true when `free()` must be asked again. */
  shrink(): boolean {
    if (this.pendingBytes > 0 || this.#chunk.refs > 1) return false;
    this.#readBytes = CHUNK_BYTES_MIN;
    return this.#chunk.bytes.length > CHUNK_BYTES_MIN;
  }

  close(): void {
    this.#chunk.release();
  }

  #shrinkReads(): void {
    this.#smallReads = 0;
    this.#readBytes = Math.max(this.#readBytes / 2, CHUNK_BYTES_MIN);
  }

  #frameBytes(): number {
    const length = this.#chunk.view.getInt32(this.#parsed);
    if (length < 0 || length > this.#frameBytesMax) {
      throw new FrameSizeError(length, this.#frameBytesMax);
    }
    return length;
  }

  /** How much room from the first pending byte on is wanted; a claim is granted in steps as its bytes come. */
  #wantedBytes(pending: number): number {
    if (pending < LENGTH_BYTES) return pending + FREE_BYTES_MIN;
    const whole = LENGTH_BYTES + this.#frameBytes();
    if (pending >= whole) return pending + FREE_BYTES_MIN;
    if (whole <= READ_BYTES_MAX) {
      return pending < CHUNK_BYTES_MIN ? Math.max(whole, pending + FREE_BYTES_MIN) : whole;
    }
    const room = Math.max(READ_BYTES_MAX, this.#chunk.bytes.length - this.#parsed);
    const grown = room - pending > FREE_BYTES_MIN ? room : Math.max(room, pending * 4);
    return Math.min(grown, whole);
  }

  #move(sizeBytes: number): void {
    const old = this.#chunk;
    const pending = this.#filled - this.#parsed;
    const chunk = this.#pool.take(Math.max(sizeBytes, pending + 1));
    if (pending > 0) chunk.bytes.set(old.bytes.subarray(this.#parsed, this.#filled), 0);
    this.#chunk = chunk;
    this.#parsed = 0;
    this.#filled = pending;
    old.release();
  }
}
