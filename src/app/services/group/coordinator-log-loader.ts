import type { CoordinatorRecord } from '../../../domain/coordinator/coordinator-shard.ts';
import type { Compression } from '../../../domain/record/compression.ts';
import { decodeRecordBatch } from '../../../domain/record/record-batch.ts';
import { scanBatches } from '../../../domain/record/scan-batches.ts';
import type { CoordinatorLog } from '../../../ports/coordinator-topic.ts';

const LOAD_CHUNK_BYTES = 1024 * 1024;

/** Hands every record of the log to `replay`, in order (Kafka's CoordinatorLoaderImpl). */
export async function loadCoordinatorLog(
  log: CoordinatorLog,
  compression: Compression,
  replay: (record: CoordinatorRecord) => void,
): Promise<number> {
  let count = 0;
  await scanBatches({
    fromOffset: log.logStartOffset,
    endOffset: () => log.logEndOffset,
    read: (offset) =>
      log.read(offset, { maxBytes: LOAD_CHUNK_BYTES, minOneMessage: true, isolation: 'log_end' }),
    visit(bytes, _view, wantedFrom) {
      const batch = decodeRecordBatch(bytes, { compression });
      if (batch.control) return;
      for (const { offset, key, value } of batch.records) {
        // A record without a key is none of ours.
        if (offset < wantedFrom || key === null) continue;
        replay({ key, value });
        count++;
      }
    },
  });
  return count;
}
