import { KafkaError } from '../../../src/domain/index.ts';
import type {
  AppendEntry,
  BatchesToStore,
  BatchPosition,
  DroppablePrefix,
  LogReadRequest,
  LogReadResult,
  OffsetRange,
  ReplaceableRun,
  StoredLog,
} from '../../../src/ports/index.ts';

type Batch = Omit<AppendEntry, 'log'>;

/** A partition's log as an array of whole batches. */
export class ArrayLog implements StoredLog {
  readonly id: StoredLog['id'];
  startOffset = 0n;
  endOffset = 0n;
  deleted = false;
  #batches: readonly Batch[] = [];
  #replacing = false;
  readonly #snapshots = new Map<string, Uint8Array>();

  constructor(id: StoredLog['id']) {
    this.id = id;
  }

  get sizeBytes(): number {
    return this.#batches.reduce((sum, { batch }) => sum + batch.length, 0);
  }

  configure(): void {}

  append(entry: Batch): void {
    // The caller goes on to use its bytes.
    const batch = new Uint8Array(entry.batch);
    this.#batches = [...this.#batches, { ...entry, batch }];
    this.endOffset = entry.lastOffset + 1n;
  }

  read({ fromOffset, maxBytes, minOneBatch, upTo }: LogReadRequest): LogReadResult {
    const slices: Uint8Array[] = [];
    let size = 0;
    for (const { lastOffset, batch } of this.#batches) {
      if (lastOffset < fromOffset) continue;
      size += batch.length;
      const isFirst = slices.length === 0;
      if (lastOffset >= upTo || (size > maxBytes && !(isFirst && minOneBatch))) break;
      slices.push(batch);
    }
    return { slices, release() {} };
  }

  async findByTimestamp(timestampMs: bigint): Promise<BatchPosition | undefined> {
    return positionOf(this.#batches.find((batch) => batch.maxTimestampMs >= timestampMs));
  }

  async findMaxTimestamp(): Promise<BatchPosition | undefined> {
    let largest: Batch | undefined;
    for (const batch of this.#batches) {
      if (largest === undefined || batch.maxTimestampMs > largest.maxTimestampMs) largest = batch;
    }
    return positionOf(largest);
  }

  droppable(): readonly DroppablePrefix[] {
    return this.#batches.map(({ lastOffset, maxTimestampMs, batch }) => {
      return { nextOffset: lastOffset + 1n, sizeBytes: batch.length, maxTimestampMs };
    });
  }

  async truncate(offset: bigint): Promise<void> {
    if (offset >= this.endOffset) return;
    if (offset < this.startOffset) return this.reset(offset);
    this.#batches = this.#batches.filter(({ lastOffset }) => lastOffset < offset);
    const last = this.#batches.at(-1);
    this.endOffset = last === undefined ? this.startOffset : last.lastOffset + 1n;
  }

  async dropPrefix(offset: bigint): Promise<void> {
    if (offset <= this.startOffset) return;
    if (offset > this.endOffset) return this.reset(offset);
    this.#batches = this.#batches.filter(({ lastOffset }) => lastOffset >= offset);
    this.startOffset = offset;
  }

  async reset(offset: bigint): Promise<void> {
    this.#batches = [];
    this.startOffset = offset;
    this.endOffset = offset;
  }

  replaceable(): readonly ReplaceableRun[] {
    // Appends go behind the last one.
    return this.#batches.slice(0, -1).map(({ baseOffset, maxTimestampMs, batch }, i) => {
      const toOffset = this.#batches[i + 1]!.baseOffset;
      return { fromOffset: baseOffset, toOffset, sizeBytes: batch.length, maxTimestampMs };
    });
  }

  async replace(range: OffsetRange, batches: BatchesToStore): Promise<void> {
    if (this.#replacing) throw refused('other batches are being replaced');
    const { fromOffset, toOffset } = range;
    const runs = this.replaceable();
    const isRun =
      fromOffset < toOffset &&
      runs.some((run) => run.fromOffset === fromOffset) &&
      runs.some((run) => run.toOffset === toOffset);
    if (!isRun) throw refused('no runs begin and end there');
    const isReplaced = (batch: Batch) =>
      batch.lastOffset >= fromOffset && batch.lastOffset < toOffset;
    const replaced = this.#batches.filter(isReplaced);
    const others: Batch[] = [];
    let next = fromOffset;
    this.#replacing = true;
    try {
      for await (const entry of batches) {
        if (entry.baseOffset < next || entry.lastOffset >= toOffset) {
          throw refused('a batch does not fit');
        }
        next = entry.lastOffset + 1n;
        others.push({ ...entry, batch: new Uint8Array(entry.batch) });
      }
    } finally {
      this.#replacing = false;
    }
    // Some may have been dropped at the start meanwhile, but nothing cut behind it.
    const left = replaced.filter(({ lastOffset }) => lastOffset >= this.startOffset);
    const isThere = left.every((batch) => this.#batches.includes(batch));
    if (this.deleted || !isThere || left.length === 0) throw refused('the log was cut');
    const first = this.#batches.indexOf(left[0]!);
    this.#batches = this.#batches.toSpliced(first, left.length, ...others);
    this.#batches = this.#batches.filter(({ lastOffset }) => lastOffset >= this.startOffset);
  }

  async writeSnapshot(name: string, bytes: Uint8Array): Promise<void> {
    this.#snapshots.set(name, new Uint8Array(bytes));
  }

  async readSnapshot(name: string): Promise<Uint8Array | undefined> {
    const bytes = this.#snapshots.get(name);
    return bytes && new Uint8Array(bytes);
  }
}

function refused(message: string): KafkaError {
  return new KafkaError('KAFKA_STORAGE_ERROR', message);
}

function positionOf(batch: Batch | undefined): BatchPosition | undefined {
  if (batch === undefined) return undefined;
  return { baseOffset: batch.baseOffset, maxTimestampMs: batch.maxTimestampMs };
}
