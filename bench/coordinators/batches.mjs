// Batches as a producer makes them.
import { NativeChecksum } from '../../src/adapters/checksum/native-checksum.ts';
import { NodeCompression } from '../../src/adapters/compression/node-compression.ts';
import { encodeRecordBatch } from '../../src/domain/record/record-batch.ts';

const tools = { checksum: new NativeChecksum(), compression: new NodeCompression() };

export function batchOf(records, valueBytes, producer = {}) {
  const value = new Uint8Array(valueBytes).fill(120);
  const timestampMs = BigInt(Date.now());
  return encodeRecordBatch(
    {
      records: Array.from({ length: records }, () => ({ key: null, value, timestampMs })),
      ...producer,
    },
    tools,
  );
}
