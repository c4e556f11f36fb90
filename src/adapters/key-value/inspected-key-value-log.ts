import * as header from '../../domain/record/record-batch-header.ts';
import type { Offset, TopicIdPartition } from '../../domain/topic-partition.ts';
import type {
  KeyValueDatabase,
  KeyValueEntries,
  KeyValueQuery,
} from '../../ports/key-value-database.ts';
import type { InspectedLog, LogScan } from '../../ports/store-inspector.ts';
import {
  type BatchKey,
  batchRange,
  parseBatchKey,
  parseSegmentKey,
  segmentRange,
  snapshotKey,
  snapshotRange,
} from './log-keys.ts';
import { type LogPiece, LogSegments } from './log-segments.ts';
import { type LogEnd, type LogRecord, parseSegmentRecord } from './log-values.ts';
import { laterOf } from './offsets.ts';
import { after, readAll } from './read-all.ts';
import { type MarkedSegment, SegmentMarksCheck } from './verify-marks.ts';

const PAGE_BATCHES = 1000;
const PAGE_BYTES = 4 * 1024 * 1024;
/** What a snapshot's key has before the name. */
const SNAPSHOT_PREFIX = 5;

type Entry = KeyValueEntries[number];

/** One log's entries in the database, read as they are. */
export class InspectedKeyValueLog implements InspectedLog {
  readonly sizeBytes: number;
  readonly #database: KeyValueDatabase;
  readonly #number: number;
  readonly #record: LogRecord;
  readonly #end: LogEnd | undefined;
  readonly #segments: readonly MarkedSegment[];

  constructor(
    database: KeyValueDatabase,
    number: number,
    record: LogRecord,
    segments: readonly MarkedSegment[],
    sizeBytes: number,
    end: LogEnd | undefined,
  ) {
    this.#segments = segments;
    this.#database = database;
    this.#number = number;
    this.#record = record;
    this.#end = end;
    this.sizeBytes = sizeBytes;
  }

  get id(): TopicIdPartition {
    return this.#record.id;
  }

  /** The numbers in the keys of its batches. */
  get numbers(): readonly number[] {
    return [this.#record.data, ...this.#segments.flatMap(({ swapped }) => swapped?.data ?? [])];
  }

  get startOffset(): Offset {
    return this.#record.startOffset;
  }

  async scan(scan: LogScan): Promise<void> {
    const marks = scan.checkIndexes
      ? new SegmentMarksCheck(this.#segments, this.#end, (each) => scan.finding(each))
      : undefined;
    const from = laterOf(this.startOffset, scan.fromOffset ?? 0n);
    let mayFollowGap = false;
    for (const piece of segmentsOf(this.#segments).pieces(from, this.#record.data)) {
      const isSwapped = piece.data !== this.#record.data;
      const verdict = await this.#scanPiece(piece, from, scan, marks, isSwapped || mayFollowGap);
      if (verdict === 'stop') return;
      // Before the first batch behind as well.
      mayFollowGap = isSwapped;
    }
    marks?.end(this.startOffset);
  }

  async #scanPiece(
    piece: LogPiece,
    from: Offset,
    scan: LogScan,
    marks: SegmentMarksCheck | undefined,
    followsGap: boolean,
  ): Promise<'go on' | 'stop'> {
    const isSwapped = piece.data !== this.#record.data;
    let mayFollowGap = followsGap;
    let next = laterOf(from, piece.from);
    let { gte, lt } = batchRange(piece.data, next, piece.to);
    for (;;) {
      const page = await this.#page({ gte, lt, values: true, limit: PAGE_BATCHES });
      for (const entry of page.entries) {
        const verdict = await visit(entry, scan, marks, mayFollowGap);
        if (verdict === 'stop') return 'stop';
        mayFollowGap = isSwapped;
        next = (parseBatchKey(entry[0])?.lastOffset ?? next) + 1n;
        gte = after(entry[0]);
      }
      if (page.failure !== undefined) {
        const readable = await this.#nextReadable(piece.data, next, lt);
        const rest = readable === undefined ? 'the end' : `offset ${readable}`;
        const message = `the database cannot read from here to ${rest}: ${page.failure}`;
        scan.finding({ kind: 'batch', offset: next, message });
        marks?.passOver();
        if (readable === undefined) return 'stop';
        next = readable;
        ({ gte } = batchRange(piece.data, readable));
      } else if (page.entries.length === 0) return 'go on';
    }
  }

  async snapshotNames(): Promise<readonly string[]> {
    const names: string[] = [];
    for await (const [key] of readAll(this.#database, snapshotRange(this.#number))) {
      names.push(Buffer.from(key.subarray(SNAPSHOT_PREFIX)).toString());
    }
    return names;
  }

  async readSnapshot(name: string): Promise<Uint8Array | undefined> {
    const gte = snapshotKey(this.#number, name);
    const [entry] = await this.#database.read({ gte, lt: after(gte), values: true, limit: 1 });
    return entry?.[1];
  }

  /** Where a page cannot be read, its entries up to the one that is the reason. */
  async #page(
    query: KeyValueQuery,
  ): Promise<{ readonly entries: readonly Entry[]; readonly failure?: string }> {
    try {
      return { entries: await this.#database.read({ ...query, maxBytes: PAGE_BYTES }) };
    } catch {
      const entries: Entry[] = [];
      for (let { gte } = query; entries.length < PAGE_BATCHES; ) {
        try {
          const [entry] = await this.#database.read({ ...query, gte, limit: 1 });
          if (entry === undefined) break;
          entries.push(entry);
          gte = after(entry[0]);
        } catch (error) {
          return { entries, failure: error instanceof Error ? error.message : String(error) };
        }
      }
      return { entries };
    }
  }

  /** The first offset behind `failed` from which on something can be read. */
  async #nextReadable(data: number, failed: Offset, lt: Uint8Array): Promise<Offset | undefined> {
    const isReadable = async (offset: Offset): Promise<boolean> => {
      const { gte } = batchRange(data, offset);
      const { failure } = await this.#page({ gte, lt, values: true, limit: 1 });
      return failure === undefined;
    };
    let low = failed;
    let step = 1n;
    while (!(await isReadable(low + step))) {
      low += step;
      step *= 2n;
      if (step > 1n << 62n) return undefined;
    }
    let high = low + step;
    while (high - low > 1n) {
      const middle = (low + high) / 2n;
      if (await isReadable(middle)) high = middle;
      else low = middle;
    }
    return high;
  }
}

/** The marks of a log's segments. */
export async function readSegments(
  database: KeyValueDatabase,
  data: number,
): Promise<readonly MarkedSegment[]> {
  const segments: MarkedSegment[] = [];
  for await (const [key, value] of readAll(database, segmentRange(data))) {
    segments.push({ ...parseSegmentKey(key), ...parseSegmentRecord(value) });
  }
  return segments;
}

export function segmentsOf(marks: readonly MarkedSegment[]): LogSegments {
  return new LogSegments(marks.map((mark) => ({ ...mark, maxTimestampMs: -1n })));
}

async function visit(
  [keyBytes, bytes]: Entry,
  scan: LogScan,
  marks: SegmentMarksCheck | undefined,
  mayFollowGap: boolean,
): Promise<'go on' | 'stop'> {
  const key = parseBatchKey(keyBytes);
  if (key === undefined) {
    const message = `there is no batch with a key of ${keyBytes.length} bytes`;
    scan.finding({ kind: 'batch', message });
    return 'go on';
  }
  const view = header.viewOf(bytes);
  const misshaped = shapeOf(key, bytes, view);
  if (misshaped !== undefined) {
    scan.finding({ kind: 'batch', offset: key.baseOffset, message: misshaped });
    marks?.passOver();
    return 'go on';
  }
  const verdict = await scan.batch({ bytes, view, offset: key.baseOffset, mayFollowGap });
  if (verdict === 'stop') return 'stop';
  if (verdict === 'damaged') marks?.passOver();
  else marks?.batch(key, view);
  return 'go on';
}

/** Whether the bytes are one batch, of the size that the key tells. */
function shapeOf(key: BatchKey, bytes: Uint8Array, view: DataView): string | undefined {
  if (bytes.length !== key.sizeBytes || bytes.length < header.RECORD_BATCH_OVERHEAD) {
    return `${bytes.length} bytes where ${key.sizeBytes} were written`;
  }
  const size = header.readBatchSize(view, 0);
  return size === bytes.length
    ? undefined
    : `the batch says that it has ${size} bytes, it has ${bytes.length}`;
}
