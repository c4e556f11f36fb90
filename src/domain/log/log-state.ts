import type { Compression } from '../record/compression.ts';
import { decodeEndTransactionMarker, type EndTransactionMarker } from '../record/control-record.ts';
import { decodeRecordBatch } from '../record/record-batch.ts';
import * as header from '../record/record-batch-header.ts';
import { LeaderEpochCache } from './leader-epoch-cache.ts';
import type { BatchMetadata } from './producer-state-entry.ts';
import { ProducerStateManager } from './producer-state-manager.ts';

/** How a batch that is about to be appended is to be checked. */
export interface ProducerCheck {
  readonly origin: 'client' | 'coordinator';
  readonly transactionVersion?: number;
}

/** What follows from a log's batches and is kept in memory: rebuilt by replaying their headers. */
export class LogState {
  readonly producers = new ProducerStateManager();
  readonly leaderEpochs = new LeaderEpochCache();

  /**
   * Whether a batch fits what its producer wrote before. The batch stored before is the answer
   * where this one is a retry of it.
   */
  checkProducer(
    batch: Uint8Array,
    view: DataView,
    check: ProducerCheck,
    compression: Compression,
  ): BatchMetadata | undefined {
    const producerId = header.readProducerId(view, 0);
    if (producerId < 0n) return undefined;
    const attributes = header.readAttributes(view, 0);
    const epoch = header.readProducerEpoch(view, 0);
    const { producers } = this;
    if (header.isControl(attributes)) {
      const marker = readMarker(batch, compression);
      if (marker === undefined) return undefined;
      producers.checkMarker(producerId, epoch, marker, check.transactionVersion ?? 0);
      return undefined;
    }
    const fromClient = check.origin === 'client';
    const first = header.readBaseSequence(view, 0);
    if (fromClient) {
      const last = header.readLastSequence(view, 0);
      const duplicate = producers.findDuplicate(producerId, epoch, first, last);
      if (duplicate !== undefined) return duplicate;
    }
    const transactional = header.isTransactional(attributes);
    producers.checkDataBatch(producerId, epoch, first, transactional, fromClient);
    return undefined;
  }

  /** Takes in a stored batch. Only markers are decoded, of other batches the header is read. */
  replay(batch: Uint8Array, view: DataView, compression: Compression): void {
    const leaderEpoch = header.readPartitionLeaderEpoch(view, 0);
    if (leaderEpoch !== this.leaderEpochs.latestEpoch) {
      this.leaderEpochs.assign(leaderEpoch, header.readBaseOffset(view, 0));
    }
    const producerId = header.readProducerId(view, 0);
    if (producerId < 0n) return;
    const attributes = header.readAttributes(view, 0);
    const epoch = header.readProducerEpoch(view, 0);
    const firstOffset = header.readBaseOffset(view, 0);
    const timestampMs = header.readMaxTimestamp(view, 0);
    if (header.isControl(attributes)) {
      const marker = readMarker(batch, compression);
      // The cleaner empties the batches of transactions that are gone altogether.
      if (marker === undefined) return;
      this.producers.appendMarker(producerId, epoch, marker, firstOffset, timestampMs);
      return;
    }
    // One that the cleaner emptied is of a transaction that ended, though its marker may be gone: it must not seem open.
    const inTransaction =
      header.isTransactional(attributes) && header.readRecordsCount(view, 0) > 0;
    this.producers.appendDataBatch(producerId, epoch, inTransaction, {
      firstSequence: header.readBaseSequence(view, 0),
      lastSequence: header.readLastSequence(view, 0),
      firstOffset,
      lastOffset: header.readLastOffset(view, 0),
      timestampMs,
    });
  }
}

/** The marker of a control batch, if it is one that ends a transaction. */
function readMarker(batch: Uint8Array, compression: Compression): EndTransactionMarker | undefined {
  const record = decodeRecordBatch(batch, { compression }).records[0];
  return record === undefined ? undefined : decodeEndTransactionMarker(record);
}
