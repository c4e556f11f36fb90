import { open } from 'node:fs/promises';
import { viewOf } from '../../domain/record/record-batch-header.ts';
import type { Checksum } from '../../ports/checksum.ts';

const BLOCK_BYTES = 32 * 1024;
const HEADER_BYTES = 7;
/** With the number of the file, by which RocksDB knows what is left of an earlier use. */
const LONG_HEADER_BYTES = 11;
const LONG_TYPES = { first: 5, last: 8 };
const MASK_DELTA = 0xa282ead8;

export interface WriteAheadRecord {
  readonly position: number;
  /** Whether it is as it was written. */
  readonly whole: boolean;
  /** What it holds, or what is left of that: views that are valid until the next one. */
  readonly bytes: Uint8Array;
}

/**
 * The records of a write-ahead file of LevelDB or RocksDB, one for each part of what was written at once. Behind a damaged one the rest of
 * its block of 32 KiB is passed over, as its length cannot be relied on.
 */
export async function* writeAheadRecords(
  path: string,
  checksum: Checksum,
): AsyncGenerator<WriteAheadRecord> {
  const file = await open(path, 'r');
  try {
    const block = new Uint8Array(BLOCK_BYTES);
    for (let position = 0; ; position += BLOCK_BYTES) {
      const { bytesRead } = await file.read(block, 0, BLOCK_BYTES, position);
      yield* recordsOf(block.subarray(0, bytesRead), position, checksum);
      if (bytesRead < BLOCK_BYTES) return;
    }
  } finally {
    await file.close();
  }
}

function* recordsOf(
  block: Uint8Array,
  position: number,
  checksum: Checksum,
): Generator<WriteAheadRecord> {
  const view = viewOf(block);
  let at = 0;
  while (at + HEADER_BYTES <= block.length) {
    const type = view.getUint8(at + 6);
    const length = view.getUint16(at + 4, true);
    // Room that was taken in advance, or the end of the block.
    if (type === 0 && length === 0 && view.getUint32(at) === 0) return;
    const isLong = type >= LONG_TYPES.first && type <= LONG_TYPES.last;
    const start = at + (isLong ? LONG_HEADER_BYTES : HEADER_BYTES);
    const end = start + length;
    const isThere = end <= block.length;
    const whole =
      isThere && view.getUint32(at, true) === masked(checksum.crc32c(block, at + 6, end));
    yield { position: position + at, whole, bytes: block.subarray(start, whole ? end : undefined) };
    if (!whole) return;
    at = end;
  }
  if (at < block.length && block.length < BLOCK_BYTES) {
    yield { position: position + at, whole: false, bytes: block.subarray(at) };
  }
}

/** As both store checksums, so that those of bytes that hold checksums differ. */
export function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
}
