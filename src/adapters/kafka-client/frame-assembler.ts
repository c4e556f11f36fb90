const LENGTH_BYTES = 4;
const NO_BYTES = new Uint8Array(0);

/** Cuts the stream of a connection into the answers it consists of. */
export class FrameAssembler {
  readonly #maxFrameBytes: number;
  readonly #onFrame: (frame: Uint8Array) => void;
  readonly #prefix = new Uint8Array(LENGTH_BYTES);
  #prefixLength = 0;
  /** The frame being filled; its memory is its own, so that views on it stay good. */
  #frame: Uint8Array = NO_BYTES;
  #filled = 0;

  constructor(maxFrameBytes: number, onFrame: (frame: Uint8Array) => void) {
    this.#maxFrameBytes = maxFrameBytes;
    this.#onFrame = onFrame;
  }

  /** Throws a RangeError for a length that is no frame's. */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      at += this.#prefixLength < LENGTH_BYTES ? this.#takePrefix(chunk, at) : this.#fill(chunk, at);
      if (this.#prefixLength < LENGTH_BYTES || this.#filled < this.#frame.length) continue;
      const frame = this.#frame;
      this.#frame = NO_BYTES;
      this.#filled = 0;
      this.#prefixLength = 0;
      this.#onFrame(frame);
    }
  }

  #takePrefix(chunk: Uint8Array, at: number): number {
    const taken = Math.min(LENGTH_BYTES - this.#prefixLength, chunk.length - at);
    this.#prefix.set(chunk.subarray(at, at + taken), this.#prefixLength);
    this.#prefixLength += taken;
    if (this.#prefixLength === LENGTH_BYTES) this.#frame = new Uint8Array(this.#frameLength());
    return taken;
  }

  #frameLength(): number {
    const length = new DataView(this.#prefix.buffer).getInt32(0);
    if (length < LENGTH_BYTES || length > this.#maxFrameBytes) {
      throw new RangeError(`an answer of ${length} bytes (the limit is ${this.#maxFrameBytes})`);
    }
    return length;
  }

  #fill(chunk: Uint8Array, at: number): number {
    const taken = Math.min(this.#frame.length - this.#filled, chunk.length - at);
    this.#frame.set(chunk.subarray(at, at + taken), this.#filled);
    this.#filled += taken;
    return taken;
  }
}
