import type { Offset } from '../topic-partition.ts';

export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: Offset;
  /** The offset of the marker. */
  readonly lastOffset: Offset;
  /** The last stable offset once the marker was there: no later entry starts before it. */
  readonly lastStableOffset: Offset;
}

/** The aborted transactions of a log in the order of their markers (Kafka's TransactionIndex). */
export class AbortedTransactions {
  #entries: AbortedTransaction[] = [];

  get entries(): readonly AbortedTransaction[] {
    return this.#entries;
  }

  add(transaction: AbortedTransaction): void {
    this.#entries.push(transaction);
  }

  /** Those with a record or marker in `[fromOffset, upTo)`. */
  collect(fromOffset: Offset, upTo: Offset): AbortedTransaction[] {
    const found: AbortedTransaction[] = [];
    for (let i = this.#indexFrom(fromOffset); i < this.#entries.length; i++) {
      const entry = this.#entries[i] as AbortedTransaction;
      if (entry.firstOffset < upTo) found.push(entry);
      if (entry.lastStableOffset >= upTo) break;
    }
    return found;
  }

  /** Forgets what ended before the log starts. */
  removeBelow(logStartOffset: Offset): void {
    const kept = this.#indexFrom(logStartOffset);
    if (kept > 0) this.#entries = this.#entries.slice(kept);
  }

  /** The first entry that ends at or after `offset`. */
  #indexFrom(offset: Offset): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle] as AbortedTransaction).lastOffset < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
