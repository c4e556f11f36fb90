import { viewOf } from '../../domain/record/record-batch-header.ts';
import type { LogFinding } from '../../ports/store-inspector.ts';

const OFFSET_ENTRY_BYTES = 8;
const TIME_ENTRY_BYTES = 12;

interface IndexFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly baseOffset: bigint;
}

/** What an index file says against the batches as they pass by; only the first lie of a file is told. */
abstract class IndexCheck {
  protected readonly view: DataView;
  protected readonly count: number;
  readonly #file: IndexFile;
  readonly #report: (finding: LogFinding) => void;
  #told = false;

  constructor(file: IndexFile, entryBytes: number, report: (finding: LogFinding) => void) {
    this.#file = file;
    this.#report = report;
    this.view = viewOf(file.bytes);
    this.count = Math.floor(file.bytes.length / entryBytes);
    if (file.bytes.length % entryBytes === 0) return;
    this.tell(this.count * entryBytes, undefined, `its size is no multiple of ${entryBytes}`);
  }

  protected tell(position: number, relativeOffset: number | undefined, message: string): void {
    if (this.#told) return;
    this.#told = true;
    const { path, baseOffset } = this.#file;
    const offset = relativeOffset === undefined ? undefined : baseOffset + BigInt(relativeOffset);
    this.#report({ kind: 'index', file: path, position, offset, message });
  }
}

/** Of `.index`: every entry is the last offset of the batch at its position. */
export class OffsetIndexCheck extends IndexCheck {
  #next = 0;
  #lastOffset = -1;

  constructor(file: IndexFile, report: (finding: LogFinding) => void) {
    super(file, OFFSET_ENTRY_BYTES, report);
  }

  batch(relativeLast: number, position: number): void {
    for (; this.#next < this.count; this.#next++) {
      const at = this.#next * OFFSET_ENTRY_BYTES;
      const offset = this.view.getInt32(at);
      const indexed = this.view.getInt32(at + 4);
      if (indexed > position) return;
      if (offset <= this.#lastOffset) this.tell(at, offset, 'its offsets do not rise');
      this.#lastOffset = offset;
      if (indexed < position) {
        this.tell(
          at,
          offset,
          `it says that a batch is at position ${indexed}, where there is none`,
        );
      } else if (offset !== relativeLast) {
        const says = `relative offset ${offset}, it is ${relativeLast}`;
        this.tell(at, offset, `it says that the batch at position ${position} ends at ${says}`);
      }
    }
  }

  /** Nothing is said about what lies between: it is damaged. */
  passOver(position: number): void {
    for (; this.#next < this.count; this.#next++) {
      if (this.view.getInt32(this.#next * OFFSET_ENTRY_BYTES + 4) >= position) return;
    }
  }

  end(): void {
    if (this.#next >= this.count) return;
    const at = this.#next * OFFSET_ENTRY_BYTES;
    const position = this.view.getInt32(at + 4);
    this.tell(at, this.view.getInt32(at), `it points to position ${position}, beyond the batches`);
  }
}

/** Of `.timeindex`: every entry is the largest timestamp so far and the first batch that has it. */
export class TimeIndexCheck extends IndexCheck {
  #next = 0;
  #maxTimestampMs = -1n;
  #lastIndexedMs = -1n;
  #hasGap = false;

  constructor(file: IndexFile, report: (finding: LogFinding) => void) {
    super(file, TIME_ENTRY_BYTES, report);
  }

  batch(relativeLast: number, maxTimestampMs: bigint): void {
    const isLargest = maxTimestampMs > this.#maxTimestampMs;
    for (; this.#next < this.count; this.#next++) {
      const at = this.#next * TIME_ENTRY_BYTES;
      const timestampMs = this.view.getBigInt64(at);
      const offset = this.view.getInt32(at + 8);
      if (offset > relativeLast) break;
      if (timestampMs <= this.#lastIndexedMs) this.tell(at, offset, 'its times do not rise');
      this.#lastIndexedMs = timestampMs;
      if (offset < relativeLast) {
        this.tell(at, offset, `no batch ends at relative offset ${offset}`);
      } else if (timestampMs !== maxTimestampMs || !(isLargest || this.#hasGap)) {
        const says = `it has the largest timestamp ${timestampMs} of those up to it`;
        this.tell(
          at,
          offset,
          `of the batch that ends at relative offset ${offset} it says that ${says}`,
        );
      }
    }
    if (isLargest) this.#maxTimestampMs = maxTimestampMs;
  }

  passOver(relativeOffset: number): void {
    this.#hasGap = true;
    for (; this.#next < this.count; this.#next++) {
      const at = this.#next * TIME_ENTRY_BYTES;
      if (this.view.getInt32(at + 8) >= relativeOffset) return;
      this.#lastIndexedMs = this.view.getBigInt64(at);
    }
  }

  end(): void {
    const at = this.#next * TIME_ENTRY_BYTES;
    if (this.#next < this.count) {
      const offset = this.view.getInt32(at + 8);
      this.tell(at, offset, `it points to relative offset ${offset}, beyond the batches`);
    } else if (!this.#hasGap && this.#lastIndexedMs !== this.#maxTimestampMs) {
      const says = `its last time is ${this.#lastIndexedMs}`;
      this.tell(at, undefined, `${says}, the batches' largest ${this.#maxTimestampMs}`);
    }
  }
}
