import { NativeChecksum } from '../../src/adapters/checksum/native-checksum.ts';
import { NodeCompression } from '../../src/adapters/compression/node-compression.ts';
import { incrementSequence } from '../../src/domain/protocol/sequence.ts';
import { filterRecordBatch } from '../../src/domain/record/filter-batch.ts';
import { decodeLegacyBatch } from '../../src/domain/record/legacy-batch.ts';
import type { Record as BatchRecord } from '../../src/domain/record/record.ts';
import {
  decodeRecordBatch,
  encodeRecordBatch,
  type RecordBatch,
} from '../../src/domain/record/record-batch.ts';
import { ATTRIBUTES_AT } from '../../src/domain/record/record-batch-header.ts';
import { batchesOf } from '../../src/domain/record/record-batches.ts';
import { assertEqual, hex, unhex, type Vector, type VectorChecker } from './vector-checker.ts';

const compression = new NodeCompression();
const checksum = new NativeChecksum();

export function recognises(vector: Vector): boolean {
  return typeof vector.hex === 'string' && Array.isArray(vector.batches) && !('steps' in vector);
}

/** The text of the first difference, or undefined. */
export function check(vector: Vector): string | undefined {
  try {
    checkVector(vector);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export const checkers: readonly VectorChecker[] = [
  { form: 'record batches', recognises, check: checkVector },
];

function checkVector(vector: Vector): void {
  const slices = [...batchesOf(unhex(vector.hex))];
  assertEqual(slices.length, vector.batches.length, 'batches');
  for (const [i, slice] of slices.entries()) {
    const expected = vector.batches[i];
    const actual = slice.magic === 2 ? current(slice.bytes) : legacy(slice.bytes);
    assertEqual(JSON.stringify(actual, null, 1), JSON.stringify(expected, null, 1), `batch ${i}`);
    if (slice.magic === 2) checkEncoding(slice.bytes);
  }
  if (vector.sourceHex !== undefined) checkFilter(vector);
}

function checkEncoding(bytes: Uint8Array): void {
  const batch = decodeRecordBatch(bytes, { compression });
  const again = encodeRecordBatch(inputOf(batch), { compression, checksum });
  if (batch.compression === 'none' && batch.timestampType === 'CreateTime') {
    assertEqual(hex(again), hex(bytes), 're-encoded');
    return;
  }
  const reread = decodeRecordBatch(again, { compression });
  assertEqual(described(reread.records), described(batch.records), 'records of our encoding');
}

function inputOf(batch: RecordBatch) {
  return { ...batch, maxTimestamp: batch.maxTimestamp };
}

/** Which records the cleaner kept is told by its output; ours must hold the same. */
function checkFilter(vector: Vector): void {
  const kept = new Set(vector.batches[0].records.map((record: Vector) => record.offset));
  const source = BigInt(vector.batches[0].baseOffset);
  const ours = filterRecordBatch(
    unhex(vector.sourceHex),
    ({ offsetDelta }) => kept.has(String(source + BigInt(offsetDelta))),
    { compression, checksum, retainEmpty: true },
  );
  if (ours === null) throw new Error('nothing is left of the batch');
  if (vector.batches[0].compression === 'none') {
    assertEqual(hex(ours), vector.hex, 'filtered');
    return;
  }
  const got = current(ours);
  const sizes = { sizeInBytes: 0, checksum: 0 };
  assertEqual(
    JSON.stringify({ ...got, ...sizes }),
    JSON.stringify({ ...vector.batches[0], ...sizes }),
    'filtered',
  );
}

function current(bytes: Uint8Array): Vector {
  const batch = decodeRecordBatch(bytes, { compression });
  return {
    magic: batch.magic,
    sizeInBytes: batch.sizeInBytes,
    baseOffset: String(batch.baseOffset),
    lastOffset: String(batch.lastOffset),
    nextOffset: String(batch.lastOffset + 1n),
    compression: batch.compression,
    timestampType: batch.timestampType,
    maxTimestamp: String(batch.maxTimestamp),
    checksum: batch.crc,
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
    records: batch.records.map((record) => withSequence(record, batch)),
  };
}

function withSequence(record: BatchRecord, batch: RecordBatch): Vector {
  const { offset, timestamp, ...rest } = recordJson(record);
  const delta = Number(record.offset - batch.baseOffset);
  const sequence = batch.baseSequence < 0 ? -1 : incrementSequence(batch.baseSequence, delta);
  return { offset, timestamp, sequence, ...rest };
}

function legacy(bytes: Uint8Array): Vector {
  const batch = decodeLegacyBatch(bytes, { compression });
  return {
    magic: batch.magic,
    sizeInBytes: batch.sizeInBytes,
    baseOffset: String(batch.baseOffset),
    lastOffset: String(batch.lastOffset),
    nextOffset: String(batch.lastOffset + 1n),
    compression: batch.compression,
    timestampType: batch.timestampType,
    maxTimestamp: String(batch.maxTimestamp),
    checksum: batch.crc,
    valid: batch.valid,
    records: batch.records.map(recordJson),
  };
}

function recordJson(record: BatchRecord): Vector {
  return {
    offset: String(record.offset),
    timestamp: String(record.timestampMs),
    key: base64(record.key),
    value: base64(record.value),
    headers: record.headers.map(({ key, value }) => ({ key, value: base64(value) })),
  };
}

function described(records: readonly BatchRecord[]): string {
  return JSON.stringify(records.map(recordJson));
}

function base64(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('base64');
}
