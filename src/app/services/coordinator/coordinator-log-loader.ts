import type { CoordinatorShard } from '../../../domain/coordinator/coordinator-shard.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import type { Compression } from '../../../domain/record/compression.ts';
import { decodeEndTransactionMarker } from '../../../domain/record/control-record.ts';
import {
  decodeRecordBatch,
  decodeRecordBatchHeader,
  type RecordBatchHeader,
  recordsSection,
} from '../../../domain/record/record-batch.ts';
import { viewOf } from '../../../domain/record/record-batch-header.ts';
import { type ScannedRecord, scanRecords } from '../../../domain/record/records-scan.ts';
import { scanBatches } from '../../../domain/record/scan-batches.ts';
import type { CoordinatorLog } from '../../../ports/coordinator-topic.ts';

const LOAD_CHUNK_BYTES = 1024 * 1024;

type LoadedShard = Pick<CoordinatorShard, 'load' | 'replay' | 'replayEndOfTransaction'>;

/** Hands every record of the log to `shard`, in order (Kafka's CoordinatorLoaderImpl). */
export async function loadCoordinatorLog(
  log: CoordinatorLog,
  compression: Compression,
  shard: LoadedShard,
): Promise<number> {
  let count = 0;
  await scanBatches({
    fromOffset: log.logStartOffset,
    endOffset: () => log.logEndOffset,
    read: (offset) =>
      log.read(offset, { maxBytes: LOAD_CHUNK_BYTES, minOneMessage: true, isolation: 'log_end' }),
    visit(bytes, view, wantedFrom) {
      const batch = decodeRecordBatchHeader(bytes, view);
      if (batch.control) replayMarkers(bytes, compression, shard);
      else count += replayBatch(bytes, view, batch, wantedFrom, compression, shard);
    },
  });
  return count;
}

function replayBatch(
  bytes: Uint8Array,
  view: DataView,
  batch: RecordBatchHeader,
  wantedFrom: bigint,
  compression: Compression,
  shard: LoadedShard,
): number {
  const { baseOffset, recordsCount } = batch;
  const producerId = batch.transactional ? batch.producerId : undefined;
  const section = recordsSection(bytes, view, batch.compression, { compression });
  const sectionView = viewOf(section.bytes);
  const wantedDelta = Number(wantedFrom - baseOffset);
  let count = 0;
  let { start: end } = section;
  const replay = (record: ScannedRecord) => {
    end = record.end;
    // A record without a key is none of ours.
    if (record.offsetDelta < wantedDelta || record.keyStart < 0) return true;
    count++;
    if (producerId === undefined && shard.load?.(section.bytes, sectionView, record)) return true;
    const { keyStart, keyLength, valueStart, valueLength } = record;
    const key = section.bytes.subarray(keyStart, keyStart + keyLength);
    const value =
      valueStart < 0 ? null : section.bytes.subarray(valueStart, valueStart + valueLength);
    const offset = baseOffset + BigInt(record.offsetDelta);
    shard.replay({ key, value }, 'loading', producerId, offset);
    return true;
  };
  scanRecords(section.bytes, section.start, section.end, recordsCount, replay);
  if (recordsCount < 0 || end !== section.end) {
    throw new KafkaError('INVALID_RECORD', 'a batch does not hold the records its count says');
  }
  return count;
}

function replayMarkers(
  bytes: Uint8Array,
  compression: Compression,
  shard: Pick<CoordinatorShard, 'replayEndOfTransaction'>,
): void {
  const { producerId, records } = decodeRecordBatch(bytes, { compression });
  for (const record of records) {
    const marker = decodeEndTransactionMarker(record);
    if (marker !== undefined) shard.replayEndOfTransaction(producerId, marker.type === 'COMMIT');
  }
}
