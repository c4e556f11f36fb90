import type { DecoderSpec, ScanSpec, TopicField } from '../topic-schema.ts';

/** How the columns of a file are called, and what is in them. Offsets and times are numbers here, as in scans. */
export interface HistoryColumns {
  readonly key: RawColumn;
  readonly value: RawColumn;
  readonly headers: string;
  /** The fields of values that have a column of their own, read as it says. */
  readonly fields: readonly TopicField[];
  readonly decoder?: DecoderSpec | undefined;
}

export interface RawColumn {
  readonly name: string;
  /** Bytes; else text, which was proved when the file was written. */
  readonly binary: boolean;
}

/** Records of one partition, every one that is visible from `firstOffset` up to before `nextOffset`. */
export interface HistoryFile {
  /** Within the topic's folder. */
  readonly name: string;
  readonly partition: number;
  readonly firstOffset: number;
  readonly nextOffset: number;
  readonly records: number;
  readonly sizeBytes: number;
  readonly minTimestampMs: number;
  readonly maxTimestampMs: number;
  readonly columns: HistoryColumns;
}

/** What history has of a partition. Where offsets are in no file there were no visible records, or nobody has them any more. */
export interface PartitionHistory {
  readonly partition: number;
  readonly firstOffset: number;
  readonly nextOffset: number;
  /** Records below were deleted by DeleteRecords: files that still hold them are read from here on. */
  readonly deletedBefore: number;
}

export interface HistoryManifest {
  readonly version: 1;
  readonly topic: string;
  readonly topicId: string;
  readonly partitions: readonly PartitionHistory[];
  /** In the order of partitions and offsets. */
  readonly files: readonly HistoryFile[];
}

export function emptyManifest(topic: string, topicId: string): HistoryManifest {
  return { version: 1, topic, topicId, partitions: [], files: [] };
}

export function partitionOf(
  manifest: HistoryManifest,
  partition: number,
): PartitionHistory | undefined {
  return manifest.partitions.find((each) => each.partition === partition);
}

/** The manifest with records exported; without a file where none of them was visible. Throws for what history has already. */
export function withExported(
  manifest: HistoryManifest,
  range: Pick<HistoryFile, 'partition' | 'firstOffset' | 'nextOffset'>,
  file: HistoryFile | undefined,
): HistoryManifest {
  const { partition, firstOffset, nextOffset } = range;
  const known = partitionOf(manifest, partition);
  if (firstOffset >= nextOffset || (known !== undefined && firstOffset < known.nextOffset)) {
    throw new Error(`history has offset ${firstOffset} of ${manifest.topic}-${partition} already`);
  }
  const entry: PartitionHistory = known
    ? { ...known, nextOffset }
    : { partition, firstOffset, nextOffset, deletedBefore: 0 };
  const others = manifest.partitions.filter((each) => each.partition !== partition);
  const partitions = [...others, entry].sort((a, b) => a.partition - b.partition);
  const files = file === undefined ? manifest.files : [...manifest.files, file].sort(byOffset);
  return { ...manifest, partitions, files };
}

/**
 * The manifest without the oldest files of each partition whose records are all from before `beforeMs`. What the log
 * still has of them is read from the log again.
 */
export function withoutOlder(manifest: HistoryManifest, beforeMs: number): HistoryManifest {
  return withoutFirst(manifest, ({ maxTimestampMs }) => maxTimestampMs < beforeMs);
}

/** The manifest after records below an offset were deleted on demand. */
export function withDeleted(
  manifest: HistoryManifest,
  partition: number,
  beforeOffset: number,
): HistoryManifest {
  const known = partitionOf(manifest, partition);
  if (known === undefined || known.deletedBefore >= beforeOffset) return manifest;
  const partitions = manifest.partitions.map((each) =>
    each === known ? { ...each, deletedBefore: beforeOffset } : each,
  );
  return withoutFirst({ ...manifest, partitions }, (file) => {
    return file.partition === partition && file.nextOffset <= beforeOffset;
  });
}

function withoutFirst(
  manifest: HistoryManifest,
  goes: (file: HistoryFile) => boolean,
): HistoryManifest {
  const gone = new Set<HistoryFile>();
  const partitions = manifest.partitions.map((entry) => {
    let { firstOffset } = entry;
    for (const file of manifest.files) {
      if (file.partition !== entry.partition) continue;
      if (!goes(file)) break;
      gone.add(file);
      firstOffset = file.nextOffset;
    }
    return { ...entry, firstOffset };
  });
  const files = manifest.files.filter((file) => !gone.has(file));
  return gone.size === 0 ? manifest : { ...manifest, partitions, files };
}

type Bounds = Pick<
  ScanSpec,
  'partitions' | 'fromOffset' | 'toOffset' | 'fromTimestampMs' | 'toTimestampMs'
>;

/** The files that may have records within the bounds. */
export function filesWithin(manifest: HistoryManifest, bounds: Bounds): HistoryFile[] {
  const { partitions } = bounds;
  const from = Number(bounds.fromOffset ?? Number.NEGATIVE_INFINITY);
  const to = Number(bounds.toOffset ?? Number.POSITIVE_INFINITY);
  const fromMs = Number(bounds.fromTimestampMs ?? Number.NEGATIVE_INFINITY);
  const toMs = Number(bounds.toTimestampMs ?? Number.POSITIVE_INFINITY);
  return manifest.files.filter((file) => {
    if (partitions !== undefined && !partitions.includes(file.partition)) return false;
    if (file.nextOffset <= from || file.firstOffset >= to) return false;
    return file.maxTimestampMs >= fromMs && file.minTimestampMs <= toMs;
  });
}

/** What history has of each partition, as a scan leaves it out: [from, to). */
export function coveredOffsets(manifest: HistoryManifest): Record<string, [number, number]> {
  return Object.fromEntries(
    manifest.partitions.map(({ partition, firstOffset, nextOffset }) => [
      partition,
      [firstOffset, nextOffset],
    ]),
  );
}

function byOffset(a: HistoryFile, b: HistoryFile): number {
  return a.partition - b.partition || a.firstOffset - b.firstOffset;
}
