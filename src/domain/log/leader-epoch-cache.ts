import type { Offset } from '../topic-partition.ts';

export interface EpochEntry {
  readonly epoch: number;
  /** The offset of the first batch of this epoch. */
  readonly startOffset: Offset;
}

/** Where each leadership of the partition began to write (Kafka's LeaderEpochFileCache). */
export class LeaderEpochCache {
  #entries: EpochEntry[] = [];

  get entries(): readonly EpochEntry[] {
    return this.#entries;
  }

  get latestEpoch(): number | undefined {
    return this.#entries[this.#entries.length - 1]?.epoch;
  }

  /** Notes that `epoch` writes at `startOffset`; an epoch that is not newer changes nothing. */
  assign(epoch: number, startOffset: Offset): void {
    const latest = this.#entries[this.#entries.length - 1];
    if (epoch < 0 || (latest !== undefined && epoch <= latest.epoch)) return;
    // An epoch under which nothing was written is as if it had never been.
    while ((this.#entries[this.#entries.length - 1]?.startOffset ?? -1n) >= startOffset) {
      this.#entries.pop();
    }
    this.#entries.push({ epoch, startOffset });
  }

  /** The largest epoch that is not above `epoch`, and where it ended. */
  endOffsetFor(epoch: number, logEndOffset: Offset): EpochEnd | undefined {
    const latest = this.latestEpoch;
    if (epoch < 0 || latest === undefined || epoch > latest) return undefined;
    if (epoch === latest) return { epoch, endOffset: logEndOffset };
    const higher = this.#entries.findIndex((entry) => entry.epoch > epoch);
    const endOffset = (this.#entries[higher] as EpochEntry).startOffset;
    return { epoch: this.#entries[higher - 1]?.epoch ?? epoch, endOffset };
  }

  epochForOffset(offset: Offset): number | undefined {
    return this.#entries.findLast((entry) => entry.startOffset <= offset)?.epoch;
  }

  /** The log now starts at `offset`: the epoch that holds it starts there too. */
  truncateFromStart(offset: Offset): void {
    const first = this.#entries.findLastIndex((entry) => entry.startOffset <= offset);
    if (first < 0) return;
    const { epoch } = this.#entries[first] as EpochEntry;
    this.#entries = [{ epoch, startOffset: offset }, ...this.#entries.slice(first + 1)];
  }

  /** The log now ends at `offset`. */
  truncateFromEnd(offset: Offset): void {
    this.#entries = this.#entries.filter((entry) => entry.startOffset < offset);
  }
}

export interface EpochEnd {
  readonly epoch: number;
  readonly endOffset: Offset;
}
