import { KafkaError } from '../../domain/kafka-error.ts';
import { decodeEndTransactionMarker } from '../../domain/record/control-record.ts';
import type { Record } from '../../domain/record/record.ts';
import {
  decodeRecordBatch,
  decodeRecordBatchHeader,
  type RecordBatch,
} from '../../domain/record/record-batch.ts';
import { ATTRIBUTES_AT, CURRENT_MAGIC } from '../../domain/record/record-batch-header.ts';
import { batchesOf } from '../../domain/record/record-batches.ts';
import type { RecordCodecs } from './record-codecs.ts';

export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

export interface FetchedRange {
  readonly records: readonly Record[];
  /** Where the next fetch goes on. */
  readonly position: bigint;
}

/**
 * The records from `position` on. Markers and records of aborted transactions are left out, as
 * Kafka's CompletedFetch does; the broker names aborted ones only to those who read committed.
 */
export function readFetchedBatches(
  bytes: Uint8Array,
  position: bigint,
  aborted: readonly AbortedTransaction[],
  codecs: RecordCodecs,
): FetchedRange {
  const filter = new AbortedFilter(aborted);
  const records: Record[] = [];
  let next = position;
  for (const { bytes: batchBytes, magic } of batchesOf(bytes)) {
    if (magic !== CURRENT_MAGIC) {
      throw new KafkaError(
        'UNSUPPORTED_FOR_MESSAGE_FORMAT',
        `the log holds messages of the old format ${magic}, which this program does not read`,
      );
    }
    const batch = checkedBatch(batchBytes, codecs);
    if (batch.lastOffset < next) continue;
    if (filter.takes(batch)) {
      for (const record of batch.records) if (record.offset >= next) records.push(record);
    }
    next = batch.lastOffset + 1n;
  }
  return { records, position: next };
}

function checkedBatch(bytes: Uint8Array, { compression, checksum }: RecordCodecs): RecordBatch {
  const { crc, baseOffset } = decodeRecordBatchHeader(bytes);
  if (checksum.crc32c(bytes, ATTRIBUTES_AT, bytes.length) !== crc) {
    throw new KafkaError(
      'CORRUPT_MESSAGE',
      `the batch at offset ${baseOffset} has a wrong checksum`,
    );
  }
  return decodeRecordBatch(bytes, { compression });
}

class AbortedFilter {
  readonly #coming: AbortedTransaction[];
  readonly #open = new Set<bigint>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#coming = [...aborted].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  }

  takes(batch: RecordBatch): boolean {
    while (this.#coming[0] !== undefined && this.#coming[0].firstOffset <= batch.lastOffset) {
      this.#open.add((this.#coming.shift() as AbortedTransaction).producerId);
    }
    if (batch.control) {
      const [marker] = batch.records;
      if (marker !== undefined && decodeEndTransactionMarker(marker)?.type === 'ABORT') {
        this.#open.delete(batch.producerId);
      }
      return false;
    }
    return !batch.transactional || !this.#open.has(batch.producerId);
  }
}
