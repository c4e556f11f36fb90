/** The sizes a pool keeps are powers of two between these; anything larger is made for one frame and left to the GC. */
export const CHUNK_BYTES_MIN = 16 * 1024;
export const CHUNK_BYTES_MAX = 2 * 1024 * 1024;

const FREE_BYTES_MAX_DEFAULT = 64 * 1024 * 1024;

/**
 * A piece of memory that sockets read into and requests point into. It counts its users; at zero it goes back to its
 * pool. There is one DataView per chunk because making one costs more than parsing a small frame.
 */
export class Chunk {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  #refs = 1;
  readonly #pool: ChunkPool;

  constructor(bytes: Uint8Array, pool: ChunkPool) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#pool = pool;
  }

  get refs(): number {
    return this.#refs;
  }

  retain(): void {
    this.#refs += 1;
  }

  release(): void {
    this.#refs -= 1;
    if (this.#refs === 0) this.#pool.give(this);
    else if (this.#refs < 0) throw new Error('a chunk was released more often than retained');
  }

  /** For the pool only: a chunk taken again has one user. */
  revive(): void {
    this.#refs = 1;
  }
}

/** Keeps chunks for reuse, by size class, up to a bound: large fresh buffers per read are what makes the GC stall. */
export class ChunkPool {
  readonly #freeBySize = new Map<number, Chunk[]>();
  readonly #freeBytesMax: number;
  #freeBytes = 0;
  #usedBytes = 0;

  constructor(freeBytesMax = FREE_BYTES_MAX_DEFAULT) {
    this.#freeBytesMax = freeBytesMax;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** A chunk of at least `sizeBytes` with one user. Its content is arbitrary. */
  take(sizeBytes: number): Chunk {
    const size = sizeClassBytes(sizeBytes);
    const chunk = this.#freeBySize.get(size)?.pop();
    this.#usedBytes += size;
    if (chunk === undefined) {
      // As a plain Uint8Array: Buffer's slice() gives a view where everyone else expects a copy.
      return new Chunk(new Uint8Array(Buffer.allocUnsafeSlow(size).buffer), this);
    }
    this.#freeBytes -= size;
    chunk.revive();
    return chunk;
  }

  /** Called by the chunk when its last user let go. */
  give(chunk: Chunk): void {
    const size = chunk.bytes.length;
    this.#usedBytes -= size;
    if (size > CHUNK_BYTES_MAX || this.#freeBytes + size > this.#freeBytesMax) return;
    this.#freeBytes += size;
    const free = this.#freeBySize.get(size);
    if (free === undefined) this.#freeBySize.set(size, [chunk]);
    else free.push(chunk);
  }
}

function sizeClassBytes(sizeBytes: number): number {
  if (sizeBytes > CHUNK_BYTES_MAX) return sizeBytes;
  let size = CHUNK_BYTES_MIN;
  while (size < sizeBytes) size *= 2;
  return size;
}
