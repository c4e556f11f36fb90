import { crc32 } from 'node:zlib';
import { incrementSequence } from '../../src/domain/protocol/sequence.ts';
import { unsignedVarintSize, varintSize, varlongSize } from '../../src/domain/wire/varint.ts';
import { WireReader } from '../../src/domain/wire/wire-reader.ts';
import { WireWriter } from '../../src/domain/wire/wire-writer.ts';
import { assertEqual, hex, unhex, type Vector, type VectorChecker } from './vector-checker.ts';

interface Primitive {
  read(reader: WireReader): unknown;
  write(writer: WireWriter, value: string): void;
  size(value: string): number;
}

const PRIMITIVES: Readonly<Record<string, Primitive>> = {
  varint: {
    read: (reader) => reader.readVarint(),
    write: (writer, value) => writer.writeVarint(Number(value)),
    size: (value) => varintSize(Number(value)),
  },
  varlong: {
    read: (reader) => reader.readVarlong(),
    write: (writer, value) => writer.writeVarlong(BigInt(value)),
    size: (value) => varlongSize(BigInt(value)),
  },
  unsignedVarint: {
    read: (reader) => reader.readUnsignedVarint(),
    write: (writer, value) => writer.writeUnsignedVarint(Number(value)),
    size: (value) => unsignedVarintSize(Number(value)),
  },
  uuid: {
    read: (reader) => reader.readUuid(),
    write: (writer, value) => writer.writeUuid(value),
    size: () => 16,
  },
};

function checkPrimitive(vector: Vector): void {
  const primitive = PRIMITIVES[vector.type] as Primitive;
  const bytes = unhex(vector.hex);
  const reader = new WireReader(bytes);
  assertEqual(String(primitive.read(reader)), vector.value, `${vector.type} read`);
  assertEqual(reader.remaining, 0, 'bytes left');
  const writer = new WireWriter();
  primitive.write(writer, vector.value);
  assertEqual(hex(writer.toUint8Array()), vector.hex, `${vector.type} written`);
  assertEqual(primitive.size(vector.value), bytes.length, `${vector.type} size`);
}

/** CRC-32C bit by bit: slow, and plain enough to be an oracle. */
function crc32cBitwise(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

export const checkers: readonly VectorChecker[] = [
  {
    form: 'primitives',
    recognises: (vector) => vector.type in PRIMITIVES && 'hex' in vector,
    check: checkPrimitive,
  },
  {
    form: 'checksums',
    recognises: (vector) => vector.type === 'crc' && 'crc32c' in vector,
    check: (vector) => {
      const bytes = unhex(vector.hex);
      assertEqual(crc32cBitwise(bytes), vector.crc32c, 'crc32c');
      assertEqual(crc32(bytes), vector.crc32, 'crc32');
    },
  },
  {
    form: 'sequence arithmetic',
    recognises: (vector) => vector.type === 'incrementSequence',
    check: (vector) => {
      assertEqual(incrementSequence(vector.sequence, vector.by), vector.result, 'sequence');
    },
  },
];
