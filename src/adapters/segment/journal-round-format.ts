import type { Checksum } from '../../domain/record/checksum.ts';
import {
  RECORD_BATCH_OVERHEAD,
  readBatchSize,
  viewOf,
} from '../../domain/record/record-batch-header.ts';
import { hasValidCrc } from './batch-header.ts';

const MAGIC = 0x4b574a31;
const FIXED_BYTES = 36;
const MAX_HEADER_BYTES = 16 * 1024 * 1024;
const TOPIC_ID_LENGTH = 22;
/** Of a batch: all that its own CRC does not cover, and that CRC. */
const PREFIX_BYTES = 21;
/** Rounds start at pages, so that none of them rewrites a page of one that was synced before. */
const ALIGNMENT = 4096;

/** Batches of one log that follow each other in a segment's file. */
export interface JournalEntry {
  readonly folder: string;
  readonly topicId: string;
  readonly segmentBase: bigint;
  readonly position: number;
  readonly batches: readonly Uint8Array[];
  /** What an entry begins with, where it was encoded before: the same for all entries of a segment. */
  readonly head?: Uint8Array;
}

export interface RoundHeader {
  /** Of one time that the store was open. */
  readonly epoch: bigint;
  readonly sequence: bigint;
  readonly headerBytes: number;
  readonly payloadBytes: number;
}

export function alignedPosition(position: number): number {
  return Math.ceil(position / ALIGNMENT) * ALIGNMENT;
}

/**
 * What goes before the batches of a round: where each of them belongs, and what their own CRCs do not cover. So the
 * whole round is known to be whole without going over its bytes a second time when it is written.
 */
export function encodeRoundHeader(
  round: { readonly epoch: bigint; readonly sequence: bigint },
  entries: readonly JournalEntry[],
  checksum: Checksum,
): Uint8Array {
  let length = FIXED_BYTES;
  for (const { folder, batches } of entries) {
    length += headBytes(folder) + 8 + batches.length * PREFIX_BYTES;
  }
  const bytes = Buffer.allocUnsafe(length);
  let payloadBytes = 0;
  let at = FIXED_BYTES;
  for (const entry of entries) {
    const { head = encodeEntryHead(entry), position, batches } = entry;
    bytes.set(head, at);
    at += head.length;
    at = bytes.writeUInt32BE(position, at);
    at = bytes.writeUInt32BE(batches.length, at);
    for (const batch of batches) {
      // So few that a loop takes less than a view of them.
      for (let i = 0; i < PREFIX_BYTES; i++) bytes[at + i] = batch[i]!;
      at += PREFIX_BYTES;
      payloadBytes += batch.length;
    }
  }
  bytes.writeUInt32BE(MAGIC, 0);
  bytes.writeUInt32BE(length, 8);
  bytes.writeUInt32BE(payloadBytes, 12);
  bytes.writeBigUInt64BE(round.epoch, 16);
  bytes.writeBigUInt64BE(round.sequence, 24);
  bytes.writeUInt32BE(entries.length, 32);
  bytes.writeUInt32BE(checksum.crc32c(bytes, 8, length), 4);
  return bytes;
}

/** See `JournalEntry.head`. */
export function encodeEntryHead({
  folder,
  topicId,
  segmentBase,
}: Pick<JournalEntry, 'folder' | 'topicId' | 'segmentBase'>): Uint8Array {
  const bytes = Buffer.allocUnsafe(headBytes(folder));
  let at = bytes.writeUInt16BE(folder.length, 0);
  at += bytes.write(folder, at, 'latin1');
  at += bytes.write(topicId, at, TOPIC_ID_LENGTH, 'latin1');
  bytes.writeBigInt64BE(segmentBase, at);
  return bytes;
}

function headBytes(folder: string): number {
  return 2 + folder.length + TOPIC_ID_LENGTH + 8;
}

/** How long a round's header is by its first bytes; undefined where there is none. */
export function roundHeaderBytes(bytes: Uint8Array): number | undefined {
  if (bytes.length < FIXED_BYTES) return undefined;
  const view = viewOf(bytes);
  if (view.getUint32(0) !== MAGIC) return undefined;
  const headerBytes = view.getUint32(8);
  return headerBytes >= FIXED_BYTES && headerBytes <= MAX_HEADER_BYTES ? headerBytes : undefined;
}

export const SMALLEST_HEADER_BYTES = FIXED_BYTES;

/** What a header says, or undefined when it is not as it was written. */
export function decodeRoundHeader(bytes: Uint8Array, checksum: Checksum): RoundHeader | undefined {
  const view = viewOf(bytes);
  if (view.getUint32(4) !== checksum.crc32c(bytes, 8, bytes.length)) return undefined;
  return {
    headerBytes: bytes.length,
    payloadBytes: view.getUint32(12),
    epoch: view.getBigUint64(16),
    sequence: view.getBigUint64(24),
  };
}

/** The entries of a round whose header is right; undefined when a batch is not as it was written. */
export function decodeEntries(
  header: Uint8Array,
  payload: Uint8Array,
  checksum: Checksum,
): readonly JournalEntry[] | undefined {
  const bytes = Buffer.from(header.buffer, header.byteOffset, header.length);
  const payloadView = viewOf(payload);
  const entries: JournalEntry[] = [];
  let at = FIXED_BYTES;
  let payloadAt = 0;
  for (let left = bytes.readUInt32BE(32); left > 0; left--) {
    const folderEnd = at + 2 + bytes.readUInt16BE(at);
    const folder = bytes.toString('latin1', at + 2, folderEnd);
    at = folderEnd + TOPIC_ID_LENGTH;
    const topicId = bytes.toString('latin1', folderEnd, at);
    const segmentBase = bytes.readBigInt64BE(at);
    const position = bytes.readUInt32BE(at + 8);
    const count = bytes.readUInt32BE(at + 12);
    at += 16;
    const batches: Uint8Array[] = [];
    for (let batch = 0; batch < count; batch++, at += PREFIX_BYTES) {
      const prefix = bytes.subarray(at, at + PREFIX_BYTES);
      if (payloadAt + RECORD_BATCH_OVERHEAD > payload.length) return undefined;
      const found = Buffer.from(payload.buffer, payload.byteOffset + payloadAt, PREFIX_BYTES);
      if (!prefix.equals(found)) return undefined;
      const size = readBatchSize(payloadView, payloadAt);
      if (size < RECORD_BATCH_OVERHEAD || payloadAt + size > payload.length) return undefined;
      if (!hasValidCrc(payload, payloadView, payloadAt, checksum)) return undefined;
      batches.push(payload.subarray(payloadAt, payloadAt + size));
      payloadAt += size;
    }
    entries.push({ folder, topicId, segmentBase, position, batches });
  }
  return entries;
}
