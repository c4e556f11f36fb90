import { ProtocolError } from './protocol-error.ts';
import { encodeUtf8Into, utf8Length } from './utf8.ts';
import { UUID_BYTES, uuidToBytes } from './uuid.ts';
import { unsignedVarintSize, zigZag, zigZagLong } from './varint.ts';

/** From this size on a byte value is passed on as its own piece instead of being copied. */
export const EXTERNAL_BYTES_MIN = 4096;
const MAX_STRING_BYTES = 0x7fff;
const INITIAL_BYTES = 512;

/**
 * Writes Kafka's primitives into a growing buffer. Large byte values are kept as they are and
 * become pieces of their own, so that record batches go from the log to the socket uncopied. After
 * `finish` the writer starts a new message in what is left of its buffer; pieces given out are
 * never written again.
 */
export class WireWriter {
  private bytes: Uint8Array;
  private view: DataView;
  private position = 0;
  /** Where the piece being written starts in `bytes`. */
  private pieceStart = 0;
  private pieces: Uint8Array[] = [];
  private piecesBytes = 0;
  /** Above zero inside a tagged field, whose size goes in front and so must be in one piece. */
  private sizedDepth = 0;
  /** The least a buffer has that follows the first. */
  private readonly nextBytes: number;

  constructor(initialBytes = INITIAL_BYTES) {
    this.nextBytes = Math.max(initialBytes, INITIAL_BYTES);
    this.bytes = new Uint8Array(initialBytes);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Bytes written since the start or the last `finish`. */
  get length(): number {
    return this.piecesBytes + this.position - this.pieceStart;
  }

  private reserve(size: number): number {
    const at = this.position;
    const next = at + size;
    if (next > this.bytes.length) return this.grow(size);
    this.position = next;
    return at;
  }

  private grow(size: number): number {
    const used = this.position - this.pieceStart;
    const bytes = new Uint8Array(Math.max(2 * used, used + size, this.nextBytes));
    bytes.set(this.bytes.subarray(this.pieceStart, this.position));
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
    this.pieceStart = 0;
    this.position = used + size;
    return used;
  }

  writeBoolean(value: boolean): void {
    const at = this.reserve(1);
    this.view.setInt8(at, value ? 1 : 0);
  }

  writeInt8(value: number): void {
    const at = this.reserve(1);
    this.view.setInt8(at, value);
  }

  writeInt16(value: number): void {
    const at = this.reserve(2);
    this.view.setInt16(at, value);
  }

  writeUint16(value: number): void {
    const at = this.reserve(2);
    this.view.setUint16(at, value);
  }

  writeInt32(value: number): void {
    const at = this.reserve(4);
    this.view.setInt32(at, value);
  }

  writeUint32(value: number): void {
    const at = this.reserve(4);
    this.view.setUint32(at, value);
  }

  writeInt64(value: bigint): void {
    const at = this.reserve(8);
    this.view.setBigInt64(at, value);
  }

  writeFloat64(value: number): void {
    const at = this.reserve(8);
    this.view.setFloat64(at, value);
  }

  writeUuid(value: string): void {
    const at = this.reserve(UUID_BYTES);
    uuidToBytes(value, this.bytes, at);
  }

  writeUnsignedVarint(value: number): void {
    let rest = value >>> 0;
    let at = this.reserve(unsignedVarintSize(rest));
    while (rest > 0x7f) {
      this.bytes[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.bytes[at] = rest;
  }

  writeVarint(value: number): void {
    this.writeUnsignedVarint(zigZag(value));
  }

  writeVarlong(value: bigint): void {
    let rest = zigZagLong(value);
    while (rest > 0x7fn) {
      this.writeInt8(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.writeInt8(Number(rest));
  }

  /** int16 length and text. */
  writeString(value: string): void {
    const length = stringBytes(value);
    const at = this.reserve(2 + length);
    this.view.setInt16(at, length);
    encodeUtf8Into(value, this.bytes, at + 2);
  }

  /** Unsigned varint length plus one, and text. */
  writeCompactString(value: string): void {
    const length = stringBytes(value);
    this.writeUnsignedVarint(length + 1);
    const at = this.reserve(length);
    encodeUtf8Into(value, this.bytes, at);
  }

  /** Bytes without a length; large ones are not copied. */
  writeBytes(value: Uint8Array): void {
    if (value.length >= EXTERNAL_BYTES_MIN && this.sizedDepth === 0) this.writeExternal(value);
    else {
      const at = this.reserve(value.length);
      this.bytes.set(value, at);
    }
  }

  /** Several byte values in a row, without a length. */
  writeSlices(slices: readonly Uint8Array[]): void {
    for (const slice of slices) this.writeBytes(slice);
  }

  /** Record batches without a length, from one piece of memory or several. */
  writeRecords(value: Uint8Array | readonly Uint8Array[]): void {
    if (value instanceof Uint8Array) this.writeBytes(value);
    else this.writeSlices(value);
  }

  private writeExternal(value: Uint8Array): void {
    this.closePiece();
    this.pieces.push(value);
    this.piecesBytes += value.length;
  }

  private closePiece(): void {
    if (this.position === this.pieceStart) return;
    this.pieces.push(this.bytes.subarray(this.pieceStart, this.position));
    this.piecesBytes += this.position - this.pieceStart;
    this.pieceStart = this.position;
  }

  /**
   * Opens a value whose size is written in front as an unsigned varint; returns the mark `endSized`
   * wants.
   */
  beginSized(): number {
    this.sizedDepth++;
    this.reserve(1);
    return this.length;
  }

  endSized(mark: number): void {
    this.sizedDepth--;
    const size = this.length - mark;
    const sizeBytes = unsignedVarintSize(size);
    // One byte was left for the size, which is nearly always enough.
    if (sizeBytes > 1) this.reserve(sizeBytes - 1);
    let at = mark - this.piecesBytes + this.pieceStart - 1;
    if (sizeBytes > 1) this.bytes.copyWithin(at + sizeBytes, at + 1, at + 1 + size);
    let rest = size;
    for (; rest > 0x7f; rest >>>= 7) this.bytes[at++] = (rest & 0x7f) | 0x80;
    this.bytes[at] = rest;
  }

  /** The message in order, in as few pieces as there are, and a writer ready for the next one. */
  finish(): Uint8Array[] {
    this.closePiece();
    const pieces = this.pieces;
    this.pieces = [];
    this.piecesBytes = 0;
    return pieces;
  }

  /** The message as one array; for tests and small records. */
  toUint8Array(): Uint8Array {
    const length = this.length;
    const pieces = this.finish();
    if (pieces.length === 1) return pieces[0] as Uint8Array;
    const whole = new Uint8Array(length);
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
}

function stringBytes(value: string): number {
  const length = utf8Length(value);
  if (length > MAX_STRING_BYTES) throw new ProtocolError(`string of ${length} bytes is too long`);
  return length;
}

/** The bytes of a value that may be one array or several in a row. */
export function byteLengthOf(value: Uint8Array | readonly Uint8Array[]): number {
  if (value instanceof Uint8Array) return value.length;
  let length = 0;
  for (const slice of value) length += slice.length;
  return length;
}
