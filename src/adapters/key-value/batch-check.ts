import {
  ATTRIBUTES_AT,
  CURRENT_MAGIC,
  RECORD_BATCH_OVERHEAD,
  readBaseOffset,
  readBatchSize,
  readCrc,
  readLastOffset,
  readMagic,
  viewOf,
} from '../../domain/record/record-batch-header.ts';
import type { Checksum } from '../../ports/checksum.ts';
import { type BatchKey, parseBatchKey } from './log-keys.ts';

/** A batch as it was written, or what is wrong with it. */
export type CheckedBatch =
  | { readonly key: BatchKey; readonly bytes: Uint8Array }
  | { readonly damage: string };

/** Whether a batch is what its key says and, where there is a checksum, what its producer sent. */
export function checkBatch(
  keyBytes: Uint8Array,
  bytes: Uint8Array,
  checksum: Checksum | undefined,
): CheckedBatch {
  const key = parseBatchKey(keyBytes);
  if (key === undefined)
    return { damage: `there is no batch with a key of ${keyBytes.length} bytes` };
  if (bytes.length !== key.sizeBytes || bytes.length < RECORD_BATCH_OVERHEAD) {
    return { damage: `${bytes.length} bytes where ${key.sizeBytes} were written` };
  }
  const view = viewOf(bytes);
  if (readMagic(view, 0) !== CURRENT_MAGIC || readBatchSize(view, 0) !== bytes.length) {
    return { damage: 'the header of the batch is not what was written' };
  }
  if (readBaseOffset(view, 0) !== key.baseOffset || readLastOffset(view, 0) !== key.lastOffset) {
    return { damage: 'the batch has other offsets than its key' };
  }
  const crc = checksum?.crc32c(bytes, ATTRIBUTES_AT, bytes.length) ?? readCrc(view, 0);
  if (crc !== readCrc(view, 0)) return { damage: 'the checksum of the batch does not match' };
  return { key, bytes };
}
