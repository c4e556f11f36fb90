import { encodeUtf8Into, utf8Length } from '../wire/utf8.ts';

const INITIAL_BYTES = 1024;
const LENGTH_BYTES = 4;

/** Writes messages of the PostgreSQL protocol, one after the other, into a growing buffer. */
export class MessageWriter {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  #start = 0;

  get length(): number {
    return this.#at;
  }

  /** Begins a message; its length is filled in by `end`. */
  begin(type: string): this {
    const at = this.#reserve(1 + LENGTH_BYTES);
    this.#bytes[at] = type.charCodeAt(0);
    this.#start = at + 1;
    return this;
  }

  end(): this {
    this.#view.setInt32(this.#start, this.#at - this.#start);
    return this;
  }

  int8(value: number): this {
    const at = this.#reserve(1);
    this.#view.setInt8(at, value);
    return this;
  }

  int16(value: number): this {
    const at = this.#reserve(2);
    this.#view.setInt16(at, value);
    return this;
  }

  int32(value: number): this {
    const at = this.#reserve(LENGTH_BYTES);
    this.#view.setInt32(at, value);
    return this;
  }

  /** As `int32`, for values up to 2^32 - 1, such as the identifiers of types. */
  uint32(value: number): this {
    const at = this.#reserve(LENGTH_BYTES);
    this.#view.setUint32(at, value);
    return this;
  }

  int64(value: bigint): this {
    const at = this.#reserve(8);
    this.#view.setBigInt64(at, value);
    return this;
  }

  float32(value: number): this {
    const at = this.#reserve(4);
    this.#view.setFloat32(at, value);
    return this;
  }

  float64(value: number): this {
    const at = this.#reserve(8);
    this.#view.setFloat64(at, value);
    return this;
  }

  bytes(value: Uint8Array): this {
    const at = this.#reserve(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  /** Without a length and without an end. */
  text(value: string): this {
    const length = utf8Length(value);
    const at = this.#reserve(length);
    encodeUtf8Into(value, this.#bytes, at);
    return this;
  }

  /** Ended by a zero; zeros in it would end it early and are left out. */
  string(value: string): this {
    return this.text(value.includes('\0') ? value.replaceAll('\0', '') : value).int8(0);
  }

  /** A value with its length in front, as rows have them. */
  sizedText(value: string): this {
    const length = utf8Length(value);
    const at = this.#reserve(LENGTH_BYTES + length);
    this.#view.setInt32(at, length);
    encodeUtf8Into(value, this.#bytes, at + LENGTH_BYTES);
    return this;
  }

  sizedBytes(value: Uint8Array): this {
    return this.int32(value.length).bytes(value);
  }

  /** Begins a value whose length goes in front; gives the mark that `endSized` wants. */
  beginSized(): number {
    return this.#reserve(LENGTH_BYTES);
  }

  endSized(mark: number): void {
    this.#view.setInt32(mark, this.#at - mark - LENGTH_BYTES);
  }

  /** Everything written since the last time, in memory of its own. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, this.#at);
    this.#at = 0;
    return taken;
  }

  #reserve(size: number): number {
    const at = this.#at;
    this.#at += size;
    if (this.#at > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(2 * this.#bytes.length, this.#at));
      bytes.set(this.#bytes.subarray(0, at));
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer);
    }
    return at;
  }
}
