import type { LogSegment } from './log-segment.ts';

export interface BatchesOfSegment {
  readonly segment: LogSegment;
  readonly position: number;
  readonly batches: readonly Uint8Array[];
}

/** What was written to a log since its last sync began: as batches where all of them are at hand. */
export class UnsyncedBatches {
  #segment: LogSegment | undefined;
  #position = 0;
  #endPosition = 0;
  #batches: Uint8Array[] = [];
  /** Whether something was written whose bytes are not at hand, or to more than one segment. */
  #isIncomplete = false;

  get any(): boolean {
    return this.#segment !== undefined || this.#isIncomplete;
  }

  add(segment: LogSegment, position: number, batches: readonly Uint8Array[] | undefined): void {
    if (this.#isIncomplete) return;
    if (batches === undefined || (this.#segment !== undefined && this.#segment !== segment)) {
      this.clear();
      this.#isIncomplete = true;
      return;
    }
    if (this.#segment === undefined) {
      this.#segment = segment;
      this.#position = position;
      this.#endPosition = position;
    }
    for (const batch of batches) {
      this.#batches.push(batch);
      this.#endPosition += batch.length;
    }
  }

  /** Forgets what was written to a segment from `sizeBytes` on. */
  cut(segment: LogSegment, sizeBytes: number): void {
    if (this.#segment !== segment) return;
    while (this.#endPosition > sizeBytes && this.#batches.length > 0) {
      this.#endPosition -= this.#batches.pop()!.length;
    }
    if (this.#batches.length === 0) this.#segment = undefined;
  }

  /** The batches, all of them; undefined, and nothing changed, where they are not all at hand. */
  take(): BatchesOfSegment | undefined {
    if (this.#isIncomplete || this.#segment === undefined) return undefined;
    const taken = {
      segment: this.#segment,
      position: this.#position,
      batches: this.#batches,
    };
    this.clear();
    return taken;
  }

  clear(): void {
    this.#segment = undefined;
    this.#batches = [];
    this.#isIncomplete = false;
  }
}
