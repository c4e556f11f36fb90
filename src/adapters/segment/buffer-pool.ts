const SMALLEST_BYTES = 4096;
const LARGEST_POOLED_BYTES = 16 * 1024 * 1024;

/** Read buffers by power of two, reused: a fresh megabyte per fetch costs more than the read itself. */
export class BufferPool {
  readonly #free = new Map<number, Uint8Array[]>();
  readonly #limitBytes: number;
  #heldBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** At least `sizeBytes` bytes of any content. */
  take(sizeBytes: number): Uint8Array {
    if (sizeBytes > LARGEST_POOLED_BYTES) return Buffer.allocUnsafeSlow(sizeBytes);
    let size = SMALLEST_BYTES;
    while (size < sizeBytes) size *= 2;
    const buffer = this.#free.get(size)?.pop();
    if (buffer === undefined) return Buffer.allocUnsafeSlow(size);
    this.#heldBytes -= size;
    return buffer;
  }

  give(buffer: Uint8Array): void {
    const size = buffer.length;
    if (size > LARGEST_POOLED_BYTES || this.#heldBytes + size > this.#limitBytes) return;
    const list = this.#free.get(size);
    if (list === undefined) this.#free.set(size, [buffer]);
    else list.push(buffer);
    this.#heldBytes += size;
  }
}
