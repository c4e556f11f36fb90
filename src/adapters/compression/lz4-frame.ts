import { KafkaError } from '../../domain/kafka-error.ts';
import { lz4BlockLength } from './lz4-block-length.ts';
import { lz4 } from './native-codecs.ts';
import { xxh32OfShort } from './xxh32.ts';

const MAGIC = 0x184d2204;
const VERSION_MASK = 0xc0;
const VERSION = 0x40;
const BLOCK_INDEPENDENCE = 0x20;
const BLOCK_CHECKSUM = 0x10;
const CONTENT_SIZE = 0x08;
const CONTENT_CHECKSUM = 0x04;
const DICTIONARY_ID = 0x01;
const STORED_BLOCK = 0x80000000;
/** An lz4 block cannot grow more than this many times. */
const MAX_RATIO = 255;
const DESCRIPTOR_AT = 4;

interface FrameHeader {
  readonly flags: number;
  readonly maxBlockBytes: number;
  /** Where the header's checksum byte is; the blocks follow. */
  readonly checksumAt: number;
}

export function compressLz4Frame(bytes: Uint8Array): Uint8Array {
  return lz4().compressFrameSync(bufferOf(bytes));
}

/**
 * Decompresses one frame after a look at its blocks, because the native decoder has no limit.
 * Early Kafka clients wrote a header checksum over the wrong bytes (KAFKA-3160), and brokers
 * never minded; so the right one is put in its place.
 */
export function decompressLz4Frame(bytes: Uint8Array, maxBytes: number): Uint8Array {
  const header = readHeader(bytes, maxBytes);
  let blocks = readBlocks(bytes, header, false);
  if (blocks.uncompressedBytes > maxBytes) blocks = readBlocks(bytes, header, true);
  if (blocks.uncompressedBytes > maxBytes) throw tooLarge(maxBytes);
  return lz4().decompressFrameSync(withRightChecksum(bytes.subarray(0, blocks.end), header));
}

function readHeader(bytes: Uint8Array, maxBytes: number): FrameHeader {
  if (bytes.length < 7) throw corrupt('the frame is cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw corrupt('the frame has not its magic');
  const flags = bytes[DESCRIPTOR_AT] as number;
  if ((flags & VERSION_MASK) !== VERSION) throw corrupt('the frame has an unknown version');
  if ((flags & BLOCK_INDEPENDENCE) === 0) throw corrupt('blocks that need each other');
  if ((flags & DICTIONARY_ID) !== 0) throw corrupt('the frame needs a dictionary');
  const blockSize = ((bytes[DESCRIPTOR_AT + 1] as number) >> 4) & 0x07;
  if (blockSize < 4) throw corrupt(`unknown block size ${blockSize}`);
  const checksumAt = DESCRIPTOR_AT + 2 + ((flags & CONTENT_SIZE) === 0 ? 0 : 8);
  if (checksumAt >= bytes.length) throw corrupt('the frame is cut off');
  if ((flags & CONTENT_SIZE) !== 0 && view.getBigUint64(6, true) > BigInt(maxBytes)) {
    throw tooLarge(maxBytes);
  }
  return { flags, maxBlockBytes: 1 << (8 + 2 * blockSize), checksumAt };
}

interface Blocks {
  /** Where the frame ends. */
  readonly end: number;
  readonly uncompressedBytes: number;
}

/**
 * Goes from block to block up to the end mark. What the blocks grow to is first taken as the most
 * they could, and counted exactly only where that would be too much.
 */
function readBlocks(bytes: Uint8Array, header: FrameHeader, exactly: boolean): Blocks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tail = (header.flags & BLOCK_CHECKSUM) === 0 ? 0 : 4;
  let at = header.checksumAt + 1;
  let uncompressedBytes = 0;
  for (;;) {
    if (bytes.length - at < 4) throw corrupt('the frame has no end mark');
    const field = view.getUint32(at, true);
    at += 4;
    if (field === 0) break;
    const size = field % STORED_BLOCK;
    if (size > header.maxBlockBytes || size + tail > bytes.length - at) {
      throw corrupt('a block does not fit its frame');
    }
    if (field >= STORED_BLOCK) uncompressedBytes += size;
    else if (exactly) uncompressedBytes += lz4BlockLength(bytes, at, at + size);
    else uncompressedBytes += Math.min(header.maxBlockBytes, size * MAX_RATIO);
    at += size + tail;
  }
  if ((header.flags & CONTENT_CHECKSUM) === 0) return { end: at, uncompressedBytes };
  if (bytes.length - at < 4) throw corrupt('the frame has no content checksum');
  return { end: at + 4, uncompressedBytes };
}

function withRightChecksum(frame: Uint8Array, header: FrameHeader): Buffer {
  const descriptor = frame.subarray(DESCRIPTOR_AT, header.checksumAt);
  const checksum = (xxh32OfShort(descriptor) >>> 8) & 0xff;
  if (frame[header.checksumAt] === checksum) return bufferOf(frame);
  const copy = Buffer.from(frame);
  copy[header.checksumAt] = checksum;
  return copy;
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function tooLarge(maxBytes: number): KafkaError {
  return corrupt(`the frame grows beyond ${maxBytes} bytes`);
}

function corrupt(message: string): KafkaError {
  return new KafkaError('CORRUPT_MESSAGE', `lz4: ${message}`);
}
