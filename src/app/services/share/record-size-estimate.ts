/** Read while nothing is known of a log's records. */
const FIRST_READ_BYTES = 1024 * 1024;
/** Records differ; somewhat more is read than the last ones would have taken. */
const MARGIN = 1.25;

/**
 * How many bytes of a log so many records take, going by those read before. A member may take far fewer records than the
 * bytes it allows would hold, and what is read beyond them is read, and checked, for nothing.
 */
export class RecordSizeEstimate {
  #bytesPerRecord: number | undefined;

  bytesOf(records: number): number {
    if (this.#bytesPerRecord === undefined) return FIRST_READ_BYTES;
    return Math.ceil(this.#bytesPerRecord * records * MARGIN);
  }

  note(bytes: number, records: number): void {
    if (bytes <= 0 || records <= 0) return;
    const latest = bytes / records;
    this.#bytesPerRecord = ((this.#bytesPerRecord ?? latest) + latest) / 2;
  }
}
