import type { CoordinatorRecord } from '../../../domain/coordinator/coordinator-shard.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import type { Compression } from '../../../domain/record/compression.ts';
import { decodeRecordBatch } from '../../../domain/record/record-batch.ts';
import { batchesOf } from '../../../domain/record/record-batches.ts';
import type { CoordinatorLog } from '../../../ports/coordinator-topic.ts';

const LOAD_CHUNK_BYTES = 1024 * 1024;

/** Hands every record of the log to `replay`, in order (Kafka's CoordinatorLoaderImpl). */
export async function loadCoordinatorLog(
  log: CoordinatorLog,
  compression: Compression,
  replay: (record: CoordinatorRecord) => void,
): Promise<number> {
  let offset = log.logStartOffset;
  let count = 0;
  while (offset < log.logEndOffset) {
    const chunk = await log.read(offset, {
      maxBytes: LOAD_CHUNK_BYTES,
      minOneMessage: true,
      isolation: 'log_end',
    });
    const before = offset;
    try {
      for (const slice of chunk.slices) {
        for (const { bytes } of batchesOf(slice)) {
          const batch = decodeRecordBatch(bytes, { compression });
          if (!batch.control) {
            for (const { offset: at, key, value } of batch.records) {
              // A batch may start before the offset asked for; a record without a key is none of
              // ours.
              if (at < offset || key === null) continue;
              replay({ key, value });
              count++;
            }
          }
          if (batch.lastOffset >= offset) offset = batch.lastOffset + 1n;
        }
      }
    } finally {
      chunk.release();
    }
    if (offset === before) {
      throw new KafkaError(
        'KAFKA_STORAGE_ERROR',
        `no batch at offset ${offset} of a coordinator log`,
      );
    }
  }
  return count;
}
