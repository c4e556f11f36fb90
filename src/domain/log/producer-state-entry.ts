import { NO_PRODUCER_EPOCH, NO_SEQUENCE, NO_TIMESTAMP } from '../record/record-batch-header.ts';
import type { Offset } from '../topic-partition.ts';

/** How many of a producer's batches are known again when they are sent once more. */
const BATCHES_TO_RETAIN = 5;

export interface BatchMetadata {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
  readonly timestampMs: bigint;
}

/** What a partition knows of one producer (Kafka's ProducerStateEntry). */
export class ProducerStateEntry {
  readonly producerId: bigint;
  producerEpoch = NO_PRODUCER_EPOCH;
  coordinatorEpoch = -1;
  lastTimestampMs = NO_TIMESTAMP;
  /** Where the producer's open transaction starts. */
  currentTxnFirstOffset: Offset | undefined;
  /** The last ones of the current epoch, oldest first. */
  readonly batches: BatchMetadata[] = [];

  constructor(producerId: bigint) {
    this.producerId = producerId;
  }

  get lastSequence(): number {
    const { batches } = this;
    const last = batches[batches.length - 1];
    return last === undefined ? NO_SEQUENCE : last.lastSequence;
  }

  findDuplicate(epoch: number, first: number, last: number): BatchMetadata | undefined {
    if (epoch !== this.producerEpoch) return undefined;
    const { batches } = this;
    for (let i = batches.length - 1; i >= 0; i--) {
      const batch = batches[i] as BatchMetadata;
      if (batch.firstSequence === first && batch.lastSequence === last) return batch;
    }
    return undefined;
  }

  addBatch(epoch: number, batch: BatchMetadata): void {
    this.enterEpoch(epoch);
    if (this.batches.length === BATCHES_TO_RETAIN) this.batches.shift();
    this.batches.push(batch);
    this.lastTimestampMs = batch.timestampMs;
  }

  endTransaction(epoch: number, coordinatorEpoch: number, timestampMs: bigint): void {
    this.enterEpoch(epoch);
    this.coordinatorEpoch = coordinatorEpoch;
    this.currentTxnFirstOffset = undefined;
    this.lastTimestampMs = timestampMs;
  }

  /** Sequences start again with each epoch. */
  private enterEpoch(epoch: number): void {
    if (epoch === this.producerEpoch) return;
    this.producerEpoch = epoch;
    this.batches.length = 0;
  }
}
