import { open } from 'node:fs/promises';
import * as header from '../../domain/record/record-batch-header.ts';
import type { Checksum } from '../../ports/checksum.ts';
import type { LogScan } from '../../ports/store-inspector.ts';
import { hasValidCrc, isPlausibleHeader } from './batch-header.ts';
import type { JournalView } from './journal-view.ts';
import { MAX_INT32 } from './log-segment.ts';
import type { OffsetIndexCheck, TimeIndexCheck } from './verify-indexes.ts';
import { VerifyWindow } from './verify-window.ts';

/** Far above what a request can carry: a length beyond is damage, and not worth the memory. */
const MAX_BATCH_BYTES = 512 * 1024 * 1024;

export interface SegmentToScan {
  readonly path: string;
  readonly baseOffset: bigint;
  /** With what the journal adds. */
  readonly sizeBytes: number;
  readonly journal: JournalView;
  /** Up to where offsets may be missing. */
  readonly compactedTo: bigint;
  /** Whether they may be missing before its first batch. */
  readonly followsCompacted: boolean;
  readonly offsets: OffsetIndexCheck | undefined;
  readonly times: TimeIndexCheck | undefined;
}

export interface ScannedSegment {
  /** The offset after the last batch; undefined where damage keeps it from being known. */
  readonly endOffset: bigint | undefined;
  readonly stopped: boolean;
}

/** Goes over one segment file. Behind damage it goes on with the next batch that is whole by its checksum. */
export class SegmentScan {
  readonly #segment: SegmentToScan;
  readonly #scan: LogScan;
  readonly #checksum: Checksum;
  #endOffset: bigint | undefined;
  #position = 0;

  constructor(segment: SegmentToScan, scan: LogScan, checksum: Checksum) {
    this.#segment = segment;
    this.#scan = scan;
    this.#checksum = checksum;
    this.#endOffset = segment.baseOffset;
  }

  async run(): Promise<ScannedSegment> {
    const { path, offsets, times } = this.#segment;
    const handle = await open(path, 'r');
    try {
      const window = new VerifyWindow(handle, this.#segment);
      while (this.#position < window.sizeBytes) {
        const size = await loadBatch(window, this.#position);
        if (size === undefined) await this.#tellNoBatch(window);
        else if (!(await this.#takeBatch(window, size))) {
          return { endOffset: this.#endOffset, stopped: true };
        }
      }
      offsets?.end();
      times?.end();
      return { endOffset: this.#endOffset, stopped: false };
    } finally {
      await handle.close();
    }
  }

  /** False when the scan is to stop. */
  async #takeBatch(window: VerifyWindow, size: number): Promise<boolean> {
    const { path, baseOffset, offsets, times, compactedTo, followsCompacted } = this.#segment;
    const position = this.#position;
    const at = window.at(position);
    const bytes = window.bytes.subarray(at, at + size);
    const view = header.viewOf(bytes);
    const base = header.readBaseOffset(view, 0);
    // A segment is named after its first batch; in one that was compacted it may begin later.
    const mayBeginLater = followsCompacted || compactedTo > baseOffset;
    const isNamed = position === 0 && (base <= baseOffset || !mayBeginLater);
    const offset = isNamed ? baseOffset : undefined;
    const mayFollowGap = base <= compactedTo || (position === 0 && followsCompacted);
    const answer = this.#scan.batch({ bytes, view, file: path, position, offset, mayFollowGap });
    const verdict = typeof answer === 'string' ? answer : await answer;
    if (verdict === 'stop') return false;
    if (verdict === 'damaged') {
      await this.#passDamaged(window, position + size);
      return true;
    }
    const lastOffset = header.readLastOffset(view, 0);
    const relativeLast = Number(lastOffset - baseOffset);
    offsets?.batch(relativeLast, position);
    times?.batch(relativeLast, header.readMaxTimestamp(view, 0));
    this.#endOffset = lastOffset + 1n;
    this.#position = position + size;
    return true;
  }

  /** A damaged batch's length may be right: then what follows looks like the next one, be it whole or not. */
  async #passDamaged(window: VerifyWindow, behind: number): Promise<void> {
    const before = header.readBaseOffset(window.view, window.at(this.#position));
    const follows =
      behind === window.sizeBytes ||
      ((await loadBatch(window, behind)) !== undefined &&
        this.#canBelong(window, behind) &&
        header.readBaseOffset(window.view, window.at(behind)) > before);
    await this.#goOnAt(window, follows ? behind : await this.#nextBatch(window));
  }

  async #tellNoBatch(window: VerifyWindow): Promise<void> {
    const position = this.#position;
    const offset = this.#endOffset;
    const next = await this.#nextBatch(window);
    const what = `${next - position} bytes are no batch`;
    const rest = next === window.sizeBytes ? ', up to the end of the file' : '';
    const place = { file: this.#segment.path, position, offset };
    this.#scan.finding({ ...place, kind: 'batch', message: `${what}${rest}` });
    await this.#goOnAt(window, next);
  }

  async #goOnAt(window: VerifyWindow, next: number): Promise<void> {
    const { baseOffset, sizeBytes, offsets, times } = this.#segment;
    this.#position = next;
    this.#endOffset = undefined;
    offsets?.passOver(next);
    if (next === sizeBytes) {
      times?.passOver(Number.MAX_SAFE_INTEGER);
      return;
    }
    await window.load(next, header.RECORD_BATCH_OVERHEAD);
    times?.passOver(Number(header.readBaseOffset(window.view, window.at(next)) - baseOffset));
  }

  /** Where the next batch is that is whole, or the end of the file. */
  async #nextBatch(window: VerifyWindow): Promise<number> {
    let position = this.#position + 1;
    while (await hasHeader(window, position)) {
      // All that the window holds at once: most places are no batch by one byte already.
      while (window.holds(position, header.RECORD_BATCH_OVERHEAD)) {
        if (this.#canBelong(window, position)) break;
        position += 1;
      }
      if (!window.holds(position, header.RECORD_BATCH_OVERHEAD)) continue;
      if ((await loadBatch(window, position)) !== undefined) {
        const at = window.at(position);
        if (hasValidCrc(window.bytes, window.view, at, this.#checksum)) return position;
      }
      position += 1;
    }
    return window.sizeBytes;
  }

  #canBelong(window: VerifyWindow, position: number): boolean {
    const at = window.at(position);
    if (!isPlausibleHeader(window.view, at)) return false;
    const relative = header.readBaseOffset(window.view, at) - this.#segment.baseOffset;
    return relative >= 0n && relative <= MAX_INT32;
  }
}

async function hasHeader(window: VerifyWindow, position: number): Promise<boolean> {
  const { RECORD_BATCH_OVERHEAD: overhead } = header;
  return window.holds(position, overhead) || window.load(position, overhead);
}

/** Brings a batch into memory whole and gives its size; undefined where there is none by its header. */
async function loadBatch(window: VerifyWindow, position: number): Promise<number | undefined> {
  if (!(await hasHeader(window, position))) return undefined;
  const at = window.at(position);
  if (!isPlausibleHeader(window.view, at)) return undefined;
  const size = header.readBatchSize(window.view, at);
  if (size > MAX_BATCH_BYTES) return undefined;
  if (!window.holds(position, size) && !(await window.load(position, size))) return undefined;
  return size;
}
