import { KafkaError } from '../kafka-error.ts';
import { readLastOffset, viewOf } from './record-batch-header.ts';
import { batchesOf } from './record-batches.ts';

/** What one read of a log gave: runs of whole batches, borrowed until `release`. */
export interface BatchRuns {
  readonly slices: readonly Uint8Array[];
  release(): void;
}

export interface BatchScan {
  readonly fromOffset: bigint;
  /** Asked again after each read, since the log may grow meanwhile. */
  endOffset(): bigint;
  /** Batches from the one that holds `offset` on; at least that one, however large it is. */
  read(offset: bigint): BatchRuns | Promise<BatchRuns>;
  /** `wantedFrom` is above the batch's base offset where the scan starts inside of it. */
  visit(batch: Uint8Array, view: DataView, wantedFrom: bigint): void;
}

/**
 * Goes over a log to its end, batch by batch in order. Only reads are awaited, so that a long log
 * costs no promise per batch. Throws KAFKA_STORAGE_ERROR where the log has a gap.
 */
export async function scanBatches(scan: BatchScan): Promise<void> {
  let offset = scan.fromOffset;
  while (offset < scan.endOffset()) {
    const before = offset;
    const runs = await scan.read(offset);
    try {
      for (const slice of runs.slices) {
        for (const { bytes } of batchesOf(slice)) {
          const view = viewOf(bytes);
          const lastOffset = readLastOffset(view, 0);
          if (lastOffset < offset) continue;
          scan.visit(bytes, view, offset);
          offset = lastOffset + 1n;
        }
      }
    } finally {
      runs.release();
    }
    if (offset === before) {
      throw new KafkaError('KAFKA_STORAGE_ERROR', `there is no batch at offset ${offset}`);
    }
  }
}
