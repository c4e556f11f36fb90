// The framing of xerial's SnappyOutputStream, which is what Kafka calls snappy: a 16-byte header,
// then blocks with their int32 length in front. Some clients write one bare block instead, and
// readers take both.

import { KafkaError } from '../../domain/kafka-error.ts';
import { snappy } from './native-codecs.ts';

const MAGIC = Uint8Array.of(0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00);
const HEADER_BYTES = 16;
const VERSION = 1;
/** The size Kafka gives its blocks before they are compressed. */
const BLOCK_BYTES = 32 * 1024;

export function compressXerialSnappy(bytes: Uint8Array): Uint8Array {
  const header = Buffer.alloc(HEADER_BYTES);
  header.set(MAGIC);
  header.writeInt32BE(VERSION, 8);
  header.writeInt32BE(VERSION, 12);
  const pieces: Buffer[] = [header];
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const block = snappy().compressSync(bytes.subarray(at, at + BLOCK_BYTES));
    const length = Buffer.alloc(4);
    length.writeInt32BE(block.length);
    pieces.push(length, block);
  }
  return Buffer.concat(pieces);
}

export function decompressSnappy(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const blocks = isXerialHeader(bytes, 0) ? xerialBlocks(bytes) : [bytes];
  // Before anything is decompressed every block has told its size, and the sum is in bounds.
  let size = 0;
  for (const block of blocks) {
    size += uncompressedLength(block);
    if (size > maxBytes) throw corrupt(`the snappy blocks grow beyond ${maxBytes} bytes`);
  }
  if (blocks.length === 1) return uncompress(blocks[0] as Uint8Array);
  const whole = new Uint8Array(size);
  let at = 0;
  for (const block of blocks) {
    const piece = uncompress(block);
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function uncompress(block: Uint8Array): Uint8Array {
  return snappy().uncompressSync(block) as Buffer;
}

function xerialBlocks(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocks: Uint8Array[] = [];
  let at = HEADER_BYTES;
  while (at < bytes.length) {
    // Streams written one after another are read as one.
    if (isXerialHeader(bytes, at)) {
      at += HEADER_BYTES;
      continue;
    }
    if (bytes.length - at < 4) throw corrupt('a snappy block is cut off');
    const length = view.getInt32(at);
    at += 4;
    if (length < 0 || length > bytes.length - at) throw corrupt('a snappy block is cut off');
    blocks.push(bytes.subarray(at, at + length));
    at += length;
  }
  return blocks;
}

function isXerialHeader(bytes: Uint8Array, at: number): boolean {
  if (bytes.length - at < HEADER_BYTES) return false;
  return MAGIC.every((byte, i) => bytes[at + i] === byte);
}

/** The varint a snappy block starts with. */
function uncompressedLength(block: Uint8Array): number {
  let length = 0;
  for (let i = 0; i < 5; i++) {
    const byte = block[i];
    if (byte === undefined) break;
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return length;
  }
  throw corrupt('a snappy block does not tell its length');
}

function corrupt(message: string): KafkaError {
  return new KafkaError('CORRUPT_MESSAGE', message);
}
