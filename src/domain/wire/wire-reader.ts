import { ProtocolError } from './protocol-error.ts';
import { decodeUtf8 } from './utf8.ts';
import { UUID_BYTES, uuidFromBytes, ZERO_UUID } from './uuid.ts';
import { unZigZag, unZigZagLong } from './varint.ts';

// Kafka 4.4 refuses these before it allocates (ByteBufferAccessor, MessageUtil).
export const MAX_ARRAY_LENGTH = 1_000_000;
export const MAX_TAGGED_FIELDS = 10_000;
const MAX_STRING_BYTES = 0x7fff;

/**
 * Reads Kafka's primitives from a piece of memory. Every method checks its bounds and throws only
 * `ProtocolError`. Byte values are views on the same memory: nothing is copied.
 */
export class WireReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly end: number;
  offset: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length, view?: DataView) {
    if (start < 0 || start > end || end > bytes.length) throw new ProtocolError('bad read range');
    this.bytes = bytes;
    this.view = view ?? new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.offset = start;
    this.end = end;
  }

  get remaining(): number {
    return this.end - this.offset;
  }

  /** Moves past `size` bytes and returns where they start. */
  private take(size: number): number {
    const at = this.offset;
    const next = at + size;
    if (next > this.end) underflow(size, this.end - at);
    this.offset = next;
    return at;
  }

  readBoolean(): boolean {
    return this.view.getInt8(this.take(1)) !== 0;
  }

  readInt8(): number {
    return this.view.getInt8(this.take(1));
  }

  readUint8(): number {
    return this.view.getUint8(this.take(1));
  }

  readInt16(): number {
    return this.view.getInt16(this.take(2));
  }

  readUint16(): number {
    return this.view.getUint16(this.take(2));
  }

  readInt32(): number {
    return this.view.getInt32(this.take(4));
  }

  readUint32(): number {
    return this.view.getUint32(this.take(4));
  }

  readInt64(): bigint {
    return this.view.getBigInt64(this.take(8));
  }

  readFloat64(): number {
    return this.view.getFloat64(this.take(8));
  }

  readUuid(): string {
    const at = this.take(UUID_BYTES);
    const view = this.view;
    if ((view.getInt32(at) | view.getInt32(at + 4)) === 0) {
      if ((view.getInt32(at + 8) | view.getInt32(at + 12)) === 0) return ZERO_UUID;
    }
    return uuidFromBytes(this.bytes, at);
  }

  /** Up to five bytes; an unsigned 32 bit number. */
  readUnsignedVarint(): number {
    const first = this.view.getUint8(this.take(1));
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let shift = 7; shift < 35; shift += 7) {
      const byte = this.view.getUint8(this.take(1));
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        // Of the fifth byte only four bits fit into 32.
        if (shift === 28 && byte > 0x0f) throw new ProtocolError('varint exceeds 32 bits');
        return value >>> 0;
      }
    }
    throw new ProtocolError('varint longer than 5 bytes');
  }

  /** Zig-zag varint: a signed 32 bit number. */
  readVarint(): number {
    return unZigZag(this.readUnsignedVarint());
  }

  /** Zig-zag varlong, up to ten bytes: a signed 64 bit number. */
  readVarlong(): bigint {
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.view.getUint8(this.take(1));
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt(unZigZag(low));
    }
    let value = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.view.getUint8(this.take(1));
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (shift === 63n && byte > 1) throw new ProtocolError('varlong exceeds 64 bits');
        return unZigZagLong(value);
      }
    }
    throw new ProtocolError('varlong longer than 10 bytes');
  }

  /** The next `length` bytes, as a view. */
  readBytes(length: number): Uint8Array {
    if (length < 0) throw new ProtocolError(`negative length ${length}`);
    const at = this.take(length);
    return this.bytes.subarray(at, at + length);
  }

  /** The next `length` bytes as UTF-8 text. */
  readString(length: number): string {
    if (length < 0 || length > MAX_STRING_BYTES) {
      throw new ProtocolError(`invalid string length ${length}`);
    }
    const at = this.take(length);
    return decodeUtf8(this.bytes, at, at + length);
  }

  skip(length: number): void {
    if (length < 0) throw new ProtocolError(`negative length ${length}`);
    this.take(length);
  }

  /** A length of the flexible versions: one more than the length, 0 for null, which is -1 here. */
  readCompactLength(): number {
    return this.readUnsignedVarint() - 1;
  }

  /**
   * Checks an array's length before anything is allocated for it: each element needs at least one
   * byte. A negative length stands for null and passes.
   */
  checkArrayLength(length: number): number {
    if (length > this.end - this.offset || length > MAX_ARRAY_LENGTH) {
      throw new ProtocolError(
        `array of ${length} elements does not fit into ${this.remaining} bytes`,
      );
    }
    return length;
  }

  /** The number of tagged fields at the end of a struct. */
  readTagCount(): number {
    const count = this.readUnsignedVarint();
    if (count > MAX_TAGGED_FIELDS || count > this.end - this.offset) {
      throw new ProtocolError(`${count} tagged fields are too many`);
    }
    return count;
  }

  /** Where a tagged field of `size` bytes ends. */
  tagEnd(size: number): number {
    if (size > this.end - this.offset) underflow(size, this.end - this.offset);
    return this.offset + size;
  }

  /** A known tagged field must fill its size: else all that follows would be read askew. */
  checkTagEnd(end: number): void {
    if (this.offset !== end) throw new ProtocolError('tagged field differs from its size');
  }

  /** Skips a tagged section of which nothing is known. */
  skipTags(): void {
    for (let count = this.readTagCount(); count > 0; count--) {
      this.readUnsignedVarint();
      this.skip(this.readUnsignedVarint());
    }
  }
}

function underflow(wanted: number, left: number): never {
  throw new ProtocolError(`needs ${wanted} bytes, only ${left} left`);
}
