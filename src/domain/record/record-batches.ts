import { KafkaError } from '../kafka-error.ts';
import {
  CURRENT_MAGIC,
  HEADER_SIZE_UP_TO_MAGIC,
  LOG_OVERHEAD,
  readBatchLength,
  readMagic,
  viewOf,
} from './record-batch-header.ts';

/** The smallest a batch length may be: that of a magic 0 message without key and value. */
const MIN_BATCH_LENGTH = 14;

export interface BatchSlice {
  /** Where the batch starts in the buffer. */
  readonly at: number;
  readonly magic: number;
  readonly sizeInBytes: number;
  /** A view of the batch. */
  readonly bytes: Uint8Array;
}

/**
 * The size of the batch at `at`, or -1 when it is cut off before `end`. Throws CORRUPT_MESSAGE
 * for a length or magic no batch can have (Kafka's ByteBufferLogInputStream).
 */
export function nextBatchSize(view: DataView, at: number, end: number): number {
  const remaining = end - at;
  if (remaining < LOG_OVERHEAD) return -1;
  const length = readBatchLength(view, at);
  if (length < MIN_BATCH_LENGTH) {
    throw new KafkaError('CORRUPT_MESSAGE', `batch length ${length} is below ${MIN_BATCH_LENGTH}`);
  }
  if (remaining < HEADER_SIZE_UP_TO_MAGIC) return -1;
  const magic = readMagic(view, at);
  if (magic < 0 || magic > CURRENT_MAGIC) {
    throw new KafkaError('CORRUPT_MESSAGE', `no batch has magic ${magic}`);
  }
  const size = length + LOG_OVERHEAD;
  return size > remaining ? -1 : size;
}

/** The batches of a buffer in turn, of any magic, ending without an error before a cut one. */
export function* batchesOf(bytes: Uint8Array): Generator<BatchSlice, void, undefined> {
  const view = viewOf(bytes);
  let at = 0;
  for (;;) {
    const sizeInBytes = nextBatchSize(view, at, bytes.length);
    if (sizeInBytes < 0) return;
    const magic = readMagic(view, at);
    yield { at, magic, sizeInBytes, bytes: bytes.subarray(at, at + sizeInBytes) };
    at += sizeInBytes;
  }
}
