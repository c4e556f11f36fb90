import type { CoordinatorShard } from '../../../domain/coordinator/coordinator-shard.ts';
import type { Compression } from '../../../domain/record/compression.ts';
import { decodeEndTransactionMarker } from '../../../domain/record/control-record.ts';
import { decodeRecordBatch, type RecordBatch } from '../../../domain/record/record-batch.ts';
import { scanBatches } from '../../../domain/record/scan-batches.ts';
import type { CoordinatorLog } from '../../../ports/coordinator-topic.ts';

const LOAD_CHUNK_BYTES = 1024 * 1024;

/** Hands every record of the log to `shard`, in order (Kafka's CoordinatorLoaderImpl). */
export async function loadCoordinatorLog(
  log: CoordinatorLog,
  compression: Compression,
  shard: Pick<CoordinatorShard, 'replay' | 'replayEndOfTransaction'>,
): Promise<number> {
  let count = 0;
  await scanBatches({
    fromOffset: log.logStartOffset,
    endOffset: () => log.logEndOffset,
    read: (offset) =>
      log.read(offset, { maxBytes: LOAD_CHUNK_BYTES, minOneMessage: true, isolation: 'log_end' }),
    visit(bytes, _view, wantedFrom) {
      const batch = decodeRecordBatch(bytes, { compression });
      if (batch.control) {
        replayMarkers(batch, shard);
        return;
      }
      const producerId = batch.transactional ? batch.producerId : undefined;
      for (const { offset, key, value } of batch.records) {
        // A record without a key is none of ours.
        if (offset < wantedFrom || key === null) continue;
        shard.replay({ key, value }, 'loading', producerId, offset);
        count++;
      }
    },
  });
  return count;
}

function replayMarkers(
  { producerId, records }: RecordBatch,
  shard: Pick<CoordinatorShard, 'replayEndOfTransaction'>,
): void {
  for (const record of records) {
    const marker = decodeEndTransactionMarker(record);
    if (marker !== undefined) shard.replayEndOfTransaction(producerId, marker.type === 'COMMIT');
  }
}
