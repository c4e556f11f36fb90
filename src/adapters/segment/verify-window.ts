import type { FileHandle } from 'node:fs/promises';
import { viewOf } from '../../domain/record/record-batch-header.ts';
import type { JournalView } from './journal-view.ts';

const CHUNK_BYTES = 1024 * 1024;
const NOTHING = new Uint8Array();

/** The part of a file that is in memory, for reading it from start to end without changing it. */
export class VerifyWindow {
  readonly sizeBytes: number;
  readonly #path: string;
  readonly #journal: JournalView;
  readonly #handle: FileHandle;
  bytes: Uint8Array = NOTHING;
  view: DataView = viewOf(NOTHING);
  #from = 0;
  #length = 0;

  constructor(
    handle: FileHandle,
    { path, sizeBytes, journal }: { path: string; sizeBytes: number; journal: JournalView },
  ) {
    this.#path = path;
    this.#journal = journal;
    this.#handle = handle;
    this.sizeBytes = sizeBytes;
  }

  /** Where the bytes of a position are; only valid after `holds`. */
  at(position: number): number {
    return position - this.#from;
  }

  /** Whether the bytes are in memory; if not, `load` them. */
  holds(position: number, count: number): boolean {
    return position >= this.#from && position + count <= this.#from + this.#length;
  }

  /** False where the file ends before. */
  async load(position: number, count: number): Promise<boolean> {
    if (position + count > this.sizeBytes) return false;
    if (this.bytes.length < count) {
      this.bytes = Buffer.allocUnsafeSlow(Math.max(count, CHUNK_BYTES));
      this.view = viewOf(this.bytes);
    }
    this.#from = position;
    this.#length = 0;
    const wanted = Math.min(this.bytes.length, this.sizeBytes - position);
    while (this.#length < wanted) {
      const at = this.#length;
      const { bytesRead } = await this.#handle.read(this.bytes, at, wanted - at, position + at);
      if (bytesRead === 0) break;
      this.#length += bytesRead;
    }
    // What the file does not have at its end, the journal has whole.
    const end = this.#journal.sizeOf(this.#path, position + this.#length);
    this.#length = Math.min(wanted, end - position);
    this.#journal.cover(this.#path, this.bytes.subarray(0, this.#length), position);
    return this.#length >= count;
  }
}
