import { KafkaError } from '../../domain/kafka-error.ts';
import { placesOf, ReplacementOrder, refusedReplacement } from '../../domain/log/replacement.ts';
import type { Offset, TopicIdPartition } from '../../domain/topic-partition.ts';
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
  StoredLogConfig,
} from '../../ports/log-store.ts';
import { type MemoryBatch, MemorySegment } from './memory-segment.ts';

const NOTHING_TO_RELEASE = () => {};

/** A partition's log as arrays of batches, cut into segments so that retention drops what Kafka's would. */
export class MemoryLog implements StoredLog {
  readonly id: TopicIdPartition;
  startOffset: Offset = 0n;
  endOffset: Offset = 0n;
  sizeBytes = 0;
  deleted = false;
  #config: StoredLogConfig;
  #segments: MemorySegment[] = [new MemorySegment(0n)];
  #replacing = false;
  readonly #snapshots = new Map<string, Uint8Array>();

  constructor(id: TopicIdPartition, config: StoredLogConfig) {
    this.id = id;
    this.#config = config;
  }

  configure(config: StoredLogConfig): void {
    this.#config = config;
  }

  append(entry: AppendEntry): void {
    let active = this.#segments.at(-1)!;
    if (this.#mustRoll(active, entry)) {
      active = new MemorySegment(entry.baseOffset);
      this.#segments.push(active);
    }
    active.append(entry);
    this.sizeBytes += entry.batch.length;
    this.endOffset = entry.lastOffset + 1n;
  }

  read(request: LogReadRequest): LogReadResult {
    this.#refuseDeleted();
    const slices: Uint8Array[] = [];
    let sizeBytes = 0;
    for (const batch of this.#batchesFrom(request.fromOffset)) {
      const first = slices.length === 0;
      const fits = sizeBytes + batch.bytes.length <= request.maxBytes;
      if (batch.lastOffset >= request.upTo || !(fits || (first && request.minOneBatch))) break;
      slices.push(batch.bytes);
      sizeBytes += batch.bytes.length;
    }
    return { slices, release: NOTHING_TO_RELEASE };
  }

  async findByTimestamp(timestampMs: bigint): Promise<BatchPosition | undefined> {
    for (const batch of this.#batchesFrom(this.startOffset)) {
      if (batch.maxTimestampMs >= timestampMs) return positionOf(batch);
    }
    return undefined;
  }

  async findMaxTimestamp(): Promise<BatchPosition | undefined> {
    let largest: MemoryBatch | undefined;
    for (const batch of this.#batchesFrom(this.startOffset)) {
      if (largest === undefined || batch.maxTimestampMs > largest.maxTimestampMs) largest = batch;
    }
    return largest && positionOf(largest);
  }

  droppable(): readonly DroppablePrefix[] {
    return this.#segments.flatMap((segment, index) => {
      if (segment.batches.length === 0) return [];
      const nextOffset = this.#segments[index + 1]?.baseOffset ?? this.endOffset;
      const { sizeBytes, maxTimestampMs } = segment;
      return [{ nextOffset, sizeBytes, maxTimestampMs }];
    });
  }

  async truncate(offset: Offset): Promise<void> {
    this.#refuseDeleted();
    if (offset >= this.endOffset) return;
    if (offset < this.startOffset) return this.reset(offset);
    this.#segments = this.#segments.map((segment) => {
      return (segment.batches.at(-1)?.lastOffset ?? -1n) < offset
        ? segment
        : segment.before(offset);
    });
    this.#keepSegments((segment) => segment.batches.length > 0);
    const last = this.#segments.at(-1)?.batches.at(-1);
    const end = last === undefined ? this.startOffset : last.lastOffset + 1n;
    this.endOffset = end > this.startOffset ? end : this.startOffset;
    this.#haveActive();
  }

  async dropPrefix(offset: Offset): Promise<void> {
    this.#refuseDeleted();
    if (offset <= this.startOffset) return;
    if (offset > this.endOffset) return this.reset(offset);
    this.startOffset = offset;
    this.#keepSegments((segment) => (segment.batches.at(-1)?.lastOffset ?? -1n) >= offset);
    this.#haveActive();
  }

  async reset(offset: Offset): Promise<void> {
    this.#refuseDeleted();
    this.#keepSegments(() => false);
    this.startOffset = offset;
    this.endOffset = offset;
    this.#haveActive();
  }

  replaceable(): readonly ReplaceableRun[] {
    return this.#segments.slice(0, -1).map(({ baseOffset, sizeBytes, maxTimestampMs }, index) => {
      const toOffset = this.#segments[index + 1]!.baseOffset;
      return { fromOffset: baseOffset, toOffset, sizeBytes, maxTimestampMs };
    });
  }

  async replace(range: OffsetRange, batches: BatchesToStore): Promise<void> {
    this.#refuseDeleted();
    if (this.#replacing) throw refusedReplacement('others are being replaced');
    const [from, to] = placesOf(this.replaceable(), range);
    const replaced = this.#segments.slice(from, to);
    const sizes = replaced.map(({ sizeBytes }) => sizeBytes);
    this.#replacing = true;
    try {
      const segment = new MemorySegment(range.fromOffset);
      const order = new ReplacementOrder(range);
      for await (const batch of batches) {
        order.check(batch);
        segment.append(batch);
      }
      this.#refuseDeleted();
      const place = this.#segments.indexOf(replaced[0]!);
      const isThere = replaced.every((each, i) => {
        const isClosed = place + i < this.#segments.length - 1;
        return this.#segments[place + i] === each && isClosed && each.sizeBytes === sizes[i];
      });
      if (!isThere) throw refusedReplacement('the log was cut meanwhile');
      this.#segments = this.#segments.toSpliced(place, replaced.length, segment);
      this.#countSize();
    } finally {
      this.#replacing = false;
    }
  }

  async writeSnapshot(name: string, bytes: Uint8Array): Promise<void> {
    this.#refuseDeleted();
    this.#snapshots.set(name, new Uint8Array(bytes));
  }

  async readSnapshot(name: string): Promise<Uint8Array | undefined> {
    const bytes = this.#snapshots.get(name);
    return bytes && new Uint8Array(bytes);
  }

  #keepSegments(wanted: (segment: MemorySegment) => boolean): void {
    this.#segments = this.#segments.filter(wanted);
    this.#countSize();
  }

  #haveActive(): void {
    if (this.#segments.length === 0) this.#segments = [new MemorySegment(this.endOffset)];
  }

  #countSize(): void {
    this.sizeBytes = this.#segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  }

  #mustRoll(active: MemorySegment, entry: AppendEntry): boolean {
    const first = active.batches[0];
    if (first === undefined) return false;
    return (
      active.sizeBytes + entry.batch.length > this.#config.segmentBytes ||
      (first.maxTimestampMs >= 0n &&
        entry.maxTimestampMs - first.maxTimestampMs > BigInt(this.#config.segmentMs))
    );
  }

  *#batchesFrom(fromOffset: Offset): Iterable<MemoryBatch> {
    const offset = fromOffset > this.startOffset ? fromOffset : this.startOffset;
    for (const segment of this.#segments) {
      if ((segment.batches.at(-1)?.lastOffset ?? -1n) < offset) continue;
      for (let at = segment.indexOf(offset); at < segment.batches.length; at++) {
        yield segment.batches[at]!;
      }
    }
  }

  #refuseDeleted(): void {
    if (this.deleted) throw new KafkaError('KAFKA_STORAGE_ERROR', 'the log was deleted');
  }
}

function positionOf({ baseOffset, maxTimestampMs }: MemoryBatch): BatchPosition {
  return { baseOffset, maxTimestampMs };
}
