import { NativeChecksum } from '../../src/adapters/checksum/native-checksum.ts';
import { NodeCompression } from '../../src/adapters/compression/node-compression.ts';
import type { RecordBatchInput } from '../../src/domain/record/record-batch.ts';
import { encodeRecordBatch } from '../../src/domain/record/record-batch.ts';
import * as header from '../../src/domain/record/record-batch-header.ts';

const checksum = new NativeChecksum();
const compression = new NodeCompression();
const utf8 = new TextEncoder();

/** A time that is the same in every run. The topics of scenarios keep records for ever. */
export const THEN = 1_700_000_000_000n;

export type BatchOptions = Omit<RecordBatchInput, 'records'> & { timestamps?: readonly bigint[] };

export function batchOf(values: readonly string[], options: BatchOptions = {}): Uint8Array {
  const { timestamps = [], ...rest } = options;
  const records = values.map((value, i) => ({
    key: i % 2 === 0 ? utf8.encode(`k${i}`) : null,
    value: utf8.encode(value),
    headers: i === 0 ? [{ key: 'h', value: utf8.encode('v') }] : [],
    timestampMs: timestamps[i] ?? THEN + BigInt(i),
  }));
  return encodeRecordBatch({ records, ...rest }, { checksum, compression });
}

/** A batch with fields of its header changed, and the checksum made right again. */
export function changed(bytes: Uint8Array, change: (view: DataView) => void): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const view = header.viewOf(copy);
  change(view);
  view.setUint32(header.CRC_AT, checksum.crc32c(copy, header.ATTRIBUTES_AT, copy.length));
  return copy;
}

export function produce(
  name: string,
  records: Uint8Array | null,
  options: { acks?: number; topicId?: string; partition?: number; transactionalId?: string } = {},
): object {
  const { acks = -1, topicId, partition = 0, transactionalId = null } = options;
  return {
    ...{ acks, timeoutMs: 5_000, transactionalId },
    topicData: [
      {
        ...(topicId === undefined ? { name } : { topicId }),
        partitionData: [{ index: partition, records }],
      },
    ],
  };
}
