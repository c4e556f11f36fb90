import { KafkaError } from '../kafka-error.ts';
import type { Checksum } from './checksum.ts';
import type { Compression } from './compression.ts';
import { encodeRecordBatch } from './record-batch-encoder.ts';
import { viewOf } from './record-batch-header.ts';

export type ControlRecordType = 'ABORT' | 'COMMIT';

const CONTROL_RECORD_TYPES: readonly ControlRecordType[] = ['ABORT', 'COMMIT'];

export interface EndTransactionMarker {
  readonly type: ControlRecordType;
  readonly coordinatorEpoch: number;
}

export interface EndTransactionMarkerBatch extends EndTransactionMarker {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly timestampMs: bigint;
  readonly baseOffset?: bigint;
  readonly partitionLeaderEpoch?: number;
}

/** The number of a control record's type: 0 ABORT, 1 COMMIT, higher ones belong to KRaft. */
export function controlRecordTypeId(key: Uint8Array | null): number {
  if (key === null || key.length < 4) {
    throw new KafkaError('INVALID_RECORD', 'the key of a control record has at least 4 bytes');
  }
  return viewOf(key).getInt16(2);
}

/** Undefined for control records that do not end a transaction. */
export function decodeEndTransactionMarker(record: {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
}): EndTransactionMarker | undefined {
  const type = CONTROL_RECORD_TYPES[controlRecordTypeId(record.key)];
  if (type === undefined) return undefined;
  if (record.value === null || record.value.length < 6) {
    throw new KafkaError('INVALID_RECORD', 'the value of a transaction marker has 6 bytes');
  }
  return { type, coordinatorEpoch: viewOf(record.value).getInt32(2) };
}

/** Kafka's MemoryRecords.withEndTransactionMarker: a batch of the one marker. */
export function encodeEndTransactionMarker(
  marker: EndTransactionMarkerBatch,
  checksum: Checksum,
): Uint8Array {
  const key = new Uint8Array(4);
  viewOf(key).setInt16(2, CONTROL_RECORD_TYPES.indexOf(marker.type));
  const value = new Uint8Array(6);
  viewOf(value).setInt32(2, marker.coordinatorEpoch);
  return encodeRecordBatch(
    {
      baseOffset: marker.baseOffset ?? 0n,
      partitionLeaderEpoch: marker.partitionLeaderEpoch ?? -1,
      producerId: marker.producerId,
      producerEpoch: marker.producerEpoch,
      transactional: true,
      control: true,
      records: [{ key, value, timestampMs: marker.timestampMs }],
    },
    { compression: NO_COMPRESSION, checksum },
  );
}

const NO_COMPRESSION: Compression = {
  compress: (_type, bytes) => bytes,
  decompress: (_type, bytes) => bytes,
};
