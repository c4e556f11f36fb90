import { NativeChecksum } from '../../../src/adapters/checksum/native-checksum.ts';
import { NodeCompression } from '../../../src/adapters/compression/node-compression.ts';
import { LogManager, type LogManagerOptions } from '../../../src/app/services/log/log-manager.ts';
import type { RecordInput } from '../../../src/domain/record/record.ts';
import {
  encodeRecordBatch,
  type RecordBatchInput,
} from '../../../src/domain/record/record-batch.ts';
import type { TopicIdPartition } from '../../../src/domain/topic-partition.ts';
import type { LogStore } from '../../../src/ports/log-store.ts';
import { ManualTime } from '../../../src/testing/log-scenarios/manual-time.ts';
import { joined } from '../../../src/testing/log-scenarios/scenario-vectors.ts';
import { silentLogger } from '../../support/silent-logger.ts';

export { joined, ManualTime };

export const checksum = new NativeChecksum();
export const compression = new NodeCompression();

export const ORDERS: TopicIdPartition = {
  topicId: 'b3JkZXJzLW9yZGVycy1vcg',
  topic: 'orders',
  partition: 0,
};

export function logManager(
  store: LogStore,
  time: ManualTime,
  options: Partial<LogManagerOptions> = {},
): LogManager {
  return new LogManager({
    store,
    clock: time,
    timer: time,
    checksum,
    compression,
    logger: silentLogger,
    ...options,
  });
}

/** A batch of `count` records, or of those given, as a producer would send it. */
export function batchOf(
  records: number | readonly RecordInput[],
  input: Omit<RecordBatchInput, 'records'> = {},
): Uint8Array {
  const all =
    typeof records === 'number'
      ? Array.from({ length: records }, (_, i) => ({
          timestampMs: 1_700_000_000_000n + BigInt(i),
          key: null,
          value: new TextEncoder().encode(`value ${i}`),
        }))
      : records;
  return encodeRecordBatch({ ...input, records: all }, { checksum, compression });
}
