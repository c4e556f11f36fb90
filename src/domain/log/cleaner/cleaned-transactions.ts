import type { ControlRecordType } from '../../record/control-record.ts';
import type { Offset } from '../../topic-partition.ts';
import type { AbortedTransaction } from '../aborted-transactions.ts';

/**
 * Which transactions a cleaner is in as it goes over a log (Kafka's CleanedTransactionMetadata): records of aborted ones go, and a
 * marker may go once no batch of its transaction is left.
 */
export class CleanedTransactions {
  readonly #committed = new Set<bigint>();
  /** Whether a batch of it was seen. */
  readonly #aborted = new Map<bigint, boolean>();
  /** By their first offset. */
  #waiting: AbortedTransaction[] = [];

  addAborted(transactions: readonly AbortedTransaction[]): void {
    if (transactions.length === 0) return;
    this.#waiting = [...this.#waiting, ...transactions].sort(byFirstOffset);
  }

  /** Takes in a marker, undefined for an emptied one; whether it may go. */
  onControlBatch(
    producerId: bigint,
    lastOffset: Offset,
    type: ControlRecordType | 'OTHER' | undefined,
  ): boolean {
    this.#beginUpTo(lastOffset);
    switch (type) {
      case undefined:
        return true;
      case 'ABORT': {
        const wasSeen = this.#aborted.get(producerId) ?? false;
        this.#aborted.delete(producerId);
        return !wasSeen;
      }
      case 'COMMIT':
        return !this.#committed.delete(producerId);
      case 'OTHER':
        return false;
    }
  }

  /** Takes in a batch of data; whether its transaction was aborted. */
  onBatch(producerId: bigint, lastOffset: Offset, isTransactional: boolean): boolean {
    this.#beginUpTo(lastOffset);
    if (!isTransactional) return false;
    if (this.#aborted.has(producerId)) {
      this.#aborted.set(producerId, true);
      return true;
    }
    this.#committed.add(producerId);
    return false;
  }

  #beginUpTo(offset: Offset): void {
    while (this.#waiting.length > 0 && this.#waiting[0]!.firstOffset <= offset) {
      const { producerId } = this.#waiting.shift()!;
      if (!this.#aborted.has(producerId)) this.#aborted.set(producerId, false);
    }
  }
}

function byFirstOffset(one: AbortedTransaction, other: AbortedTransaction): number {
  return one.firstOffset < other.firstOffset ? -1 : Number(one.firstOffset > other.firstOffset);
}
