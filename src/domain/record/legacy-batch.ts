import { KafkaError } from '../kafka-error.ts';
import { COMPRESSION_TYPES, type CompressionType } from './compression.ts';
import { crc32 } from './crc32.ts';
import type { Record } from './record.ts';
import { type DecodeOptions, MAX_DECOMPRESSED_BYTES } from './record-batch.ts';
import { LOG_APPEND_TIME_FLAG, LOG_OVERHEAD, NO_TIMESTAMP, viewOf } from './record-batch-header.ts';
import { batchesOf } from './record-batches.ts';

const CRC_AT = 12;
const MAGIC_AT = 16;
const ATTRIBUTES_AT = 17;
const TIMESTAMP_AT = 18;
/** Magic 0 knew three codecs, and so has two bits for them; with magic 1 they became three. */
const COMPRESSION_MASK = 0x07;

/** A message of magic 0 or 1, or a wrapper around compressed ones. */
export interface LegacyBatch {
  readonly sizeInBytes: number;
  readonly magic: 0 | 1;
  readonly baseOffset: bigint;
  readonly lastOffset: bigint;
  readonly crc: number;
  readonly valid: boolean;
  readonly compression: CompressionType;
  readonly timestampType: 'NoTimestampType' | 'CreateTime' | 'LogAppendTime';
  readonly maxTimestamp: bigint;
  readonly records: readonly Record[];
}

interface Message {
  readonly offset: bigint;
  readonly magic: 0 | 1;
  readonly attributes: number;
  readonly timestampMs: bigint;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}

/**
 * Decodes the message at the start of `bytes` (Kafka's AbstractLegacyRecordBatch). Logs and
 * fetches may still hold such messages; nothing writes them any more.
 */
export function decodeLegacyBatch(bytes: Uint8Array, options: DecodeOptions): LegacyBatch {
  const view = viewOf(bytes);
  const message = decodeMessage(bytes, view);
  const sizeInBytes = view.getInt32(8) + LOG_OVERHEAD;
  const crc = view.getUint32(CRC_AT);
  const compression = compressionOf(message);
  const records =
    compression === 'none' ? [recordOf(message)] : unwrap(message, compression, options);
  return {
    sizeInBytes,
    magic: message.magic,
    baseOffset: (records[0] as Record).offset,
    lastOffset: message.offset,
    crc,
    valid: crc === crc32(bytes, MAGIC_AT, sizeInBytes),
    compression,
    timestampType: timestampTypeOf(message),
    maxTimestamp: message.timestampMs,
    records,
  };
}

function decodeMessage(bytes: Uint8Array, view: DataView): Message {
  const length = bytes.length < LOG_OVERHEAD + 14 ? 0 : view.getInt32(8);
  const end = length + LOG_OVERHEAD;
  const magic = length === 0 ? -1 : view.getInt8(MAGIC_AT);
  const keyAt = magic === 0 ? TIMESTAMP_AT : TIMESTAMP_AT + 8;
  if ((magic !== 0 && magic !== 1) || end > bytes.length || keyAt + 8 > end) {
    throw new KafkaError('CORRUPT_MESSAGE', 'no whole message of magic 0 or 1');
  }
  const keyLength = view.getInt32(keyAt);
  const valueAt = keyAt + 4 + Math.max(keyLength, 0);
  if (valueAt + 4 > end) throw new KafkaError('CORRUPT_MESSAGE', 'a key is cut off');
  const valueLength = view.getInt32(valueAt);
  if (valueAt + 4 + Math.max(valueLength, 0) !== end) {
    throw new KafkaError('CORRUPT_MESSAGE', 'a value does not end with its message');
  }
  return {
    offset: view.getBigInt64(0),
    magic,
    attributes: view.getInt8(ATTRIBUTES_AT),
    timestampMs: magic === 0 ? NO_TIMESTAMP : view.getBigInt64(TIMESTAMP_AT),
    key: keyLength < 0 ? null : bytes.subarray(keyAt + 4, valueAt),
    value: valueLength < 0 ? null : bytes.subarray(valueAt + 4, end),
  };
}

/** Inner offsets are absolute in magic 0; in magic 1 only the last one's, the wrapper's own, is. */
function unwrap(
  wrapper: Message,
  compression: CompressionType,
  { compression: codec, maxDecompressedBytes = MAX_DECOMPRESSED_BYTES }: DecodeOptions,
): Record[] {
  if (wrapper.value === null) throw new KafkaError('CORRUPT_MESSAGE', 'a wrapper without messages');
  const bytes = codec.decompress(compression, wrapper.value, maxDecompressedBytes);
  const inner: Message[] = [];
  let size = 0;
  for (const batch of batchesOf(bytes)) {
    const message = decodeMessage(batch.bytes, viewOf(batch.bytes));
    if (message.magic !== wrapper.magic || compressionOf(message) !== 'none') {
      throw new KafkaError('INVALID_RECORD', 'a message inside a wrapper is of another kind');
    }
    inner.push(message);
    size += batch.sizeInBytes;
  }
  const last = inner.at(-1);
  if (last === undefined || size !== bytes.length) {
    throw new KafkaError('INVALID_RECORD', 'a wrapper holds no whole messages');
  }
  const shift = wrapper.magic === 1 ? wrapper.offset - last.offset : 0n;
  const appendTime = timestampTypeOf(wrapper) === 'LogAppendTime';
  return inner.map((message) => ({
    ...recordOf(message),
    offset: message.offset + shift,
    timestampMs: appendTime ? wrapper.timestampMs : message.timestampMs,
  }));
}

function recordOf({ offset, timestampMs, key, value }: Message): Record {
  return { offset, timestampMs, key, value, headers: [] };
}

function compressionOf(message: Message): CompressionType {
  const type = COMPRESSION_TYPES[message.attributes & COMPRESSION_MASK];
  if (type === undefined || type === 'zstd') {
    throw new KafkaError('UNSUPPORTED_COMPRESSION_TYPE', 'no such codec for old messages');
  }
  return type;
}

function timestampTypeOf(message: Message): LegacyBatch['timestampType'] {
  if (message.magic === 0) return 'NoTimestampType';
  return (message.attributes & LOG_APPEND_TIME_FLAG) === 0 ? 'CreateTime' : 'LogAppendTime';
}
