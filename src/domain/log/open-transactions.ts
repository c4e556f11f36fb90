import type { Offset } from '../topic-partition.ts';

interface CompletedTransaction {
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
}

/**
 * The transactions that keep read-committed readers back: those without a marker, and those whose
 * marker is not below the high watermark yet (Kafka's ongoingTxns and unreplicatedTxns).
 */
export class OpenTransactions {
  /** First offsets. They only rise, so that the first one kept is the smallest. */
  readonly #ongoing = new Set<Offset>();
  #firstOngoing: Offset | undefined;
  /** In the order of their markers. */
  #unreplicated: CompletedTransaction[] = [];
  #firstUnreplicated: Offset | undefined;

  begin(firstOffset: Offset): void {
    this.#ongoing.add(firstOffset);
    this.#firstOngoing ??= firstOffset;
  }

  complete(firstOffset: Offset, lastOffset: Offset): void {
    this.#ongoing.delete(firstOffset);
    if (this.#firstOngoing === firstOffset) this.#firstOngoing = firstOf(this.#ongoing);
    this.#unreplicated.push({ firstOffset, lastOffset });
    const first = this.#firstUnreplicated;
    if (first === undefined || firstOffset < first) this.#firstUnreplicated = firstOffset;
  }

  highWatermarkAdvanced(highWatermark: Offset): void {
    if (this.#unreplicated.length === 0) return;
    const kept = this.#unreplicated.filter(({ lastOffset }) => lastOffset >= highWatermark);
    if (kept.length === this.#unreplicated.length) return;
    this.#unreplicated = kept;
    this.#firstUnreplicated = undefined;
    for (const { firstOffset } of kept) {
      const first = this.#firstUnreplicated;
      if (first === undefined || firstOffset < first) this.#firstUnreplicated = firstOffset;
    }
  }

  /** Where the oldest transaction without a marker starts. */
  get firstOngoing(): Offset | undefined {
    return this.#firstOngoing;
  }

  /** Where the oldest transaction starts whose outcome readers may not know yet. */
  get firstUnstable(): Offset | undefined {
    const ongoing = this.#firstOngoing;
    const unreplicated = this.#firstUnreplicated;
    if (ongoing === undefined) return unreplicated;
    if (unreplicated === undefined || ongoing < unreplicated) return ongoing;
    return unreplicated;
  }
}

function firstOf(offsets: Iterable<Offset>): Offset | undefined {
  for (const offset of offsets) return offset;
  return undefined;
}
