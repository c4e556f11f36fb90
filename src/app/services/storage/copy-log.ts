import * as header from '../../../domain/record/record-batch-header.ts';
import type { Offset } from '../../../domain/topic-partition.ts';
import type { AppendEntry, LogStore, StoredLog } from '../../../ports/log-store.ts';
import type { FoundBatch } from '../../../ports/store-inspector.ts';

/** Batches that are appended with one call. */
const GATHERED_BYTES = 2 * 1024 * 1024;
const GATHERED_BATCHES = 4096;

/** Writes batches as they are to a new log. */
export class LogCopier {
  readonly #store: LogStore;
  readonly #log: StoredLog;
  readonly #startOffset: Offset;
  #entries: AppendEntry[] = [];
  #gatheredBytes = 0;
  #endOffset: Offset | undefined;

  constructor(store: LogStore, log: StoredLog, startOffset: Offset) {
    this.#store = store;
    this.#log = log;
    this.#startOffset = startOffset;
  }

  take({ bytes, view }: FoundBatch): Promise<void> | undefined {
    const lastOffset = header.readLastOffset(view, 0);
    // The engine may have kept what nobody can read any more.
    if (lastOffset < this.#startOffset) return undefined;
    const baseOffset = header.readBaseOffset(view, 0);
    const isFirst = this.#endOffset === undefined;
    this.#endOffset = lastOffset + 1n;
    this.#entries.push({
      log: this.#log,
      baseOffset,
      lastOffset,
      maxTimestampMs: header.readMaxTimestamp(view, 0),
      batch: new Uint8Array(bytes),
    });
    this.#gatheredBytes += bytes.length;
    // Where the first batches were compacted away, the log starts before what is left.
    let start = this.#startOffset;
    if (baseOffset < start) start = baseOffset;
    if (isFirst && start > 0n) return this.#log.reset(start);
    const isFull =
      this.#gatheredBytes >= GATHERED_BYTES || this.#entries.length >= GATHERED_BATCHES;
    return isFull ? this.#flush() : undefined;
  }

  /** Leaves the log with the start and the end it had. */
  async finish(): Promise<void> {
    await this.#flush();
    const start = this.#startOffset;
    if (this.#endOffset === undefined && start > 0n) await this.#log.reset(start);
    if (this.#log.startOffset < start) await this.#log.dropPrefix(start);
    const { startOffset, endOffset, id } = this.#log;
    if (startOffset === start && endOffset === (this.#endOffset ?? start)) return;
    const expected = `${start} to ${this.#endOffset ?? start}`;
    throw new Error(
      `the copy of ${id.topic}-${id.partition} goes from ${startOffset} to ${endOffset}, not ${expected}`,
    );
  }

  async #flush(): Promise<void> {
    const entries = this.#entries;
    this.#entries = [];
    this.#gatheredBytes = 0;
    await this.#store.append(entries, 'written');
  }
}
