import { KafkaError } from '../kafka-error.ts';
import { incrementSequence } from '../protocol/sequence.ts';
import type { EndTransactionMarker } from '../record/control-record.ts';
import { NO_PRODUCER_EPOCH } from '../record/record-batch-header.ts';
import type { Offset } from '../topic-partition.ts';
import { AbortedTransactions } from './aborted-transactions.ts';
import { OpenTransactions } from './open-transactions.ts';
import { type BatchMetadata, ProducerStateEntry } from './producer-state-entry.ts';

/** From this transaction version on each transaction has an epoch of its own (KIP-890). */
const EPOCH_PER_TRANSACTION_VERSION = 2;

/**
 * What a partition remembers of its producers (Kafka's ProducerStateManager and
 * ProducerAppendInfo). The `check` methods throw and change nothing, the `append` methods never
 * throw: a batch is checked, then stored, and replay of what is stored needs no checks.
 */
export class ProducerStateManager {
  readonly #producers = new Map<bigint, ProducerStateEntry>();
  readonly #transactions = new OpenTransactions();
  readonly aborted = new AbortedTransactions();

  get producers(): Iterable<ProducerStateEntry> {
    return this.#producers.values();
  }

  get producerCount(): number {
    return this.#producers.size;
  }

  /** Whether the producer has an open transaction in this partition (KIP-890). */
  hasOngoingTransaction(producerId: bigint, producerEpoch: number): boolean {
    const entry = this.#producers.get(producerId);
    return entry?.currentTxnFirstOffset !== undefined && entry.producerEpoch === producerEpoch;
  }

  /** Takes over what a snapshot kept; producers with open transactions in offset order. */
  restore(entry: ProducerStateEntry): void {
    this.#producers.set(entry.producerId, entry);
    const firstOffset = entry.currentTxnFirstOffset;
    if (firstOffset !== undefined) this.#transactions.begin(firstOffset);
  }

  findDuplicate(
    producerId: bigint,
    epoch: number,
    firstSequence: number,
    lastSequence: number,
  ): BatchMetadata | undefined {
    const entry = this.#producers.get(producerId);
    return entry?.findDuplicate(epoch, firstSequence, lastSequence);
  }

  /** Coordinators write without sequences, which are then not compared. */
  checkDataBatch(
    producerId: bigint,
    epoch: number,
    firstSequence: number,
    transactional: boolean,
    checkSequence: boolean,
  ): void {
    const entry = this.#producers.get(producerId);
    if (entry === undefined) return;
    if (epoch < entry.producerEpoch) throw fenced(entry, epoch);
    if (checkSequence) checkSequenceOf(entry, epoch, firstSequence);
    if (!transactional && entry.currentTxnFirstOffset !== undefined) {
      throw new KafkaError(
        'INVALID_TXN_STATE',
        `producer ${producerId} has an open transaction, but this batch is outside of it`,
      );
    }
  }

  appendDataBatch(
    producerId: bigint,
    epoch: number,
    transactional: boolean,
    batch: BatchMetadata,
  ): void {
    const entry = this.#entry(producerId);
    entry.addBatch(epoch, batch);
    if (!transactional || entry.currentTxnFirstOffset !== undefined) return;
    entry.currentTxnFirstOffset = batch.firstOffset;
    this.#transactions.begin(batch.firstOffset);
  }

  checkMarker(
    producerId: bigint,
    epoch: number,
    marker: EndTransactionMarker,
    transactionVersion: number,
  ): void {
    const entry = this.#producers.get(producerId);
    if (entry === undefined) return;
    const needsNewEpoch = transactionVersion >= EPOCH_PER_TRANSACTION_VERSION;
    if (epoch < entry.producerEpoch || (needsNewEpoch && epoch === entry.producerEpoch)) {
      throw fenced(entry, epoch);
    }
    if (marker.coordinatorEpoch < entry.coordinatorEpoch) {
      throw new KafkaError(
        'TRANSACTION_COORDINATOR_FENCED',
        `coordinator epoch ${marker.coordinatorEpoch} is older than ${entry.coordinatorEpoch}`,
      );
    }
  }

  appendMarker(
    producerId: bigint,
    epoch: number,
    marker: EndTransactionMarker,
    offset: Offset,
    timestampMs: bigint,
  ): void {
    const entry = this.#entry(producerId);
    const firstOffset = entry.currentTxnFirstOffset;
    entry.endTransaction(epoch, marker.coordinatorEpoch, timestampMs);
    if (firstOffset === undefined) return;
    this.#transactions.complete(firstOffset, offset);
    if (marker.type !== 'ABORT') return;
    this.aborted.add({
      producerId,
      firstOffset,
      lastOffset: offset,
      lastStableOffset: this.#transactions.firstOngoing ?? offset + 1n,
    });
  }

  highWatermarkAdvanced(highWatermark: Offset): void {
    this.#transactions.highWatermarkAdvanced(highWatermark);
  }

  lastStableOffset(highWatermark: Offset): Offset {
    const firstUnstable = this.#transactions.firstUnstable;
    if (firstUnstable === undefined || firstUnstable > highWatermark) return highWatermark;
    return firstUnstable;
  }

  /** Forgets producers without an open transaction that wrote nothing for so long. */
  removeExpired(nowMs: bigint, expirationMs: bigint): number {
    let removed = 0;
    for (const entry of this.#producers.values()) {
      if (entry.currentTxnFirstOffset !== undefined) continue;
      if (nowMs - entry.lastTimestampMs < expirationMs) continue;
      this.#producers.delete(entry.producerId);
      removed++;
    }
    return removed;
  }

  #entry(producerId: bigint): ProducerStateEntry {
    let entry = this.#producers.get(producerId);
    if (entry === undefined) {
      entry = new ProducerStateEntry(producerId);
      this.#producers.set(producerId, entry);
    }
    return entry;
  }
}

function checkSequenceOf(entry: ProducerStateEntry, epoch: number, sequence: number): void {
  if (entry.producerEpoch === NO_PRODUCER_EPOCH) return;
  const last = epoch === entry.producerEpoch ? entry.lastSequence : -1;
  if (sequence === incrementSequence(last, 1)) return;
  throw new KafkaError(
    'OUT_OF_ORDER_SEQUENCE_NUMBER',
    `sequence ${sequence} of producer ${entry.producerId} does not follow ${last}`,
  );
}

function fenced(entry: ProducerStateEntry, epoch: number): KafkaError {
  return new KafkaError(
    'INVALID_PRODUCER_EPOCH',
    `epoch ${epoch} of producer ${entry.producerId} is too old: ${entry.producerEpoch} was seen`,
  );
}
