import { incrementSequence } from '../../domain/protocol/sequence.ts';
import { decodeRecordBatch } from '../../domain/record/record-batch.ts';
import { ATTRIBUTES_AT } from '../../domain/record/record-batch-header.ts';
import { checksum, compression } from './scenario-codecs.ts';
import type { Vector } from './scenario-vectors.ts';

/** A batch as the log scenarios describe it, but for what depends on the codec library. */
export function describedBatch(bytes: Uint8Array): Vector {
  const batch = decodeRecordBatch(bytes, { compression });
  return {
    magic: batch.magic,
    baseOffset: String(batch.baseOffset),
    lastOffset: String(batch.lastOffset),
    nextOffset: String(batch.lastOffset + 1n),
    compression: batch.compression,
    timestampType: batch.timestampType,
    maxTimestamp: String(batch.maxTimestamp),
    valid: batch.crc === checksum.crc32c(bytes, ATTRIBUTES_AT, bytes.length),
    partitionLeaderEpoch: batch.partitionLeaderEpoch,
    baseTimestamp: String(batch.baseTimestamp),
    deleteHorizonMs: batch.deleteHorizonMs === null ? null : String(batch.deleteHorizonMs),
    producerId: String(batch.producerId),
    producerEpoch: batch.producerEpoch,
    baseSequence: batch.baseSequence,
    lastSequence: batch.lastSequence,
    transactional: batch.transactional,
    control: batch.control,
    count: batch.recordsCount,
    records: batch.records.map((record, i) => ({
      offset: String(record.offset),
      timestamp: String(record.timestampMs),
      sequence: batch.baseSequence < 0 ? -1 : incrementSequence(batch.baseSequence, i),
      key: base64(record.key),
      value: base64(record.value),
      headers: record.headers.map(({ key, value }) => ({ key, value: base64(value) })),
    })),
  };
}

function base64(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('base64');
}
