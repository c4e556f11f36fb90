import { allSettled } from './all-settled.ts';
import type { Journal, JournalPart } from './journal.ts';
import type { SegmentLog } from './segment-log.ts';
import type { OpenedSummarizedLog } from './summarized-log.ts';

const ROUND_BYTES = 8 * 1024 * 1024;
/** Logs that are synced at a time where the journal cannot do it. */
const PARALLEL = 16;

interface FoundPart {
  readonly log: SegmentLog;
  readonly part: JournalPart;
  readonly bytes: number;
}

/**
 * What a start found behind what is known to be synced: it may be no further than the page cache, though it survived the
 * process. Before anybody sees it it goes to the journal, where one sync does for thousands of logs.
 */
export class FoundBatches {
  readonly #journal: Journal | undefined;
  readonly #parts: FoundPart[] = [];
  /** Logs that have to be synced by themselves. */
  readonly #logs: SegmentLog[] = [];

  constructor(journal: Journal | undefined) {
    this.#journal = journal;
  }

  add({ log, unsynced }: OpenedSummarizedLog): void {
    if (unsynced === undefined) return;
    const { position, batches } = unsynced;
    const part = log.found(position, batches);
    if (part === undefined) this.#logs.push(log);
    else
      this.#parts.push({
        log,
        part,
        bytes: part.entry.batches.reduce((sum, { length }) => sum + length, 0),
      });
  }

  /** Resolves once all of it survives power loss. */
  async secure(): Promise<void> {
    for (let from = 0; from < this.#parts.length; ) {
      const round = this.#round(from);
      await this.#write(round);
      from += round.length;
    }
    const workers = Array.from({ length: PARALLEL }, async () => {
      for (let log = this.#logs.pop(); log !== undefined; log = this.#logs.pop()) await log.flush();
    });
    await allSettled(workers);
  }

  #round(from: number): readonly FoundPart[] {
    const limitBytes = Math.min(ROUND_BYTES, (this.#journal?.roundBytes ?? 0) / 2);
    let to = from;
    for (let bytes = 0; to < this.#parts.length && bytes < limitBytes; to++) {
      bytes += this.#parts[to]!.bytes;
    }
    return this.#parts.slice(from, Math.max(to, from + 1));
  }

  async #write(parts: readonly FoundPart[]): Promise<void> {
    if (await this.#journal?.write(parts.map(({ part }) => part))) return;
    for (const { log } of parts) this.#logs.push(log);
  }
}
