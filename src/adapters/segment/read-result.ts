import type { LogReadResult } from '../../ports/log-store.ts';
import type { BufferPool } from './buffer-pool.ts';

const NO_SLICES: readonly Uint8Array[] = Object.freeze([]);

export const EMPTY_READ: LogReadResult = { slices: NO_SLICES, release() {} };

/** A run of batches in a pooled buffer, which goes back once. */
export class SegmentReadResult implements LogReadResult {
  readonly slices: readonly Uint8Array[];
  readonly #buffers: BufferPool;
  #buffer: Uint8Array | undefined;

  constructor(buffers: BufferPool, buffer: Uint8Array, start: number, end: number) {
    this.slices = [buffer.subarray(start, end)];
    this.#buffers = buffers;
    this.#buffer = buffer;
  }

  release(): void {
    const buffer = this.#buffer;
    if (buffer === undefined) return;
    this.#buffer = undefined;
    this.#buffers.give(buffer);
  }
}
