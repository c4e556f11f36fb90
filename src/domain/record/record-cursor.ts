import { KafkaError } from '../kafka-error.ts';

/** Beyond this a varlong is no longer exact as a number. */
const EXACT_BYTES = 7;

/**
 * Reads the varints of records (Kafka's ByteUtils) one after another. It is made once a batch and
 * allocates nothing for a record, because every batch produced is walked with it.
 * What does not fit is INVALID_RECORD.
 */
export class RecordCursor {
  readonly bytes: Uint8Array;
  position: number;
  end: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  readVarint(): number {
    const { bytes, end } = this;
    let position = this.position;
    if (position >= end) throw endOfRecord();
    let byte = bytes[position++] as number;
    let value = byte & 0x7f;
    for (let shift = 7; byte > 0x7f; shift += 7) {
      if (shift > 28) throw new KafkaError('INVALID_RECORD', 'a varint has more than 5 bytes');
      if (position >= end) throw endOfRecord();
      byte = bytes[position++] as number;
      value |= (byte & 0x7f) << shift;
    }
    this.position = position;
    return (value >>> 1) ^ -(value & 1);
  }

  /** A varlong that is exact up to 7 bytes of it; a longer one is NaN, and has to be read again. */
  readVarlongAsNumber(): number {
    const { bytes, end } = this;
    const start = this.position;
    let position = start;
    let byte = 0x80;
    let value = 0;
    for (let scale = 1; byte > 0x7f; scale *= 128) {
      if (position >= end) throw endOfRecord();
      if (position - start === 10) throw varlongTooLong();
      byte = bytes[position++] as number;
      value += (byte & 0x7f) * scale;
    }
    this.position = position;
    if (position - start > EXACT_BYTES) return Number.NaN;
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  readVarlong(): bigint {
    const start = this.position;
    const value = this.readVarlongAsNumber();
    if (!Number.isNaN(value)) return BigInt(value);
    let raw = 0n;
    for (let i = start; i < this.position; i++) {
      raw |= BigInt((this.bytes[i] as number) & 0x7f) << BigInt((i - start) * 7);
    }
    raw = BigInt.asUintN(64, raw);
    return BigInt.asIntN(64, (raw >> 1n) ^ -(raw & 1n));
  }

  skip(length: number): void {
    if (length > this.end - this.position) throw endOfRecord();
    this.position += length;
  }

  /** A view of bytes with their length in front; every negative length means null. */
  readNullableBytes(): Uint8Array | null {
    const length = this.readVarint();
    if (length < 0) return null;
    const start = this.position;
    this.skip(length);
    return this.bytes.subarray(start, start + length);
  }

  /** Whether there were bytes, be it none of them, rather than null. */
  skipNullableBytes(): boolean {
    const length = this.readVarint();
    if (length > 0) this.skip(length);
    return length >= 0;
  }
}

function endOfRecord(): KafkaError {
  return new KafkaError('INVALID_RECORD', 'a field reaches beyond the end of its record');
}

function varlongTooLong(): KafkaError {
  return new KafkaError('INVALID_RECORD', 'a varlong has more than 10 bytes');
}
