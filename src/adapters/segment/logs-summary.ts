import type { Offset } from '../../domain/topic-partition.ts';
import { WireReader } from '../../domain/wire/wire-reader.ts';
import { WireWriter } from '../../domain/wire/wire-writer.ts';
import type { Checksum } from '../../ports/checksum.ts';
import type { JournalCut } from './journal-cut.ts';
import { topicPartitionOf } from './log-directory.ts';

/** Where all logs stood at one time, each as far as its files were synced then. */
export interface LogsSummary {
  /** Names the list of the logs that changed since. */
  readonly generation: string;
  /** Whether it was written when the store was closed. */
  readonly clean: boolean;
  readonly logs: readonly SummarizedLog[];
}

export interface SummarizedLog {
  readonly folder: string;
  readonly topicId: string;
  readonly topic: string;
  readonly partition: number;
  readonly startOffset: Offset;
  /** Up to where the journal is of no use to it, as far as it was cut since the store was opened. */
  readonly journalCut: JournalCut | undefined;
  /** In order; the last one is the active one. */
  readonly segments: readonly SummarizedSegment[];
  /** Of the active segment, as in its files; undefined where only those have them. */
  readonly activeIndexes: { readonly offsets: Uint8Array; readonly times: Uint8Array } | undefined;
  /** What is stored beside the log; undefined where only the file has it. */
  readonly snapshots: ReadonlyMap<string, Uint8Array | undefined>;
}

export interface SummarizedSegment {
  readonly baseOffset: Offset;
  readonly sizeBytes: number;
  readonly nextRelative: number;
  readonly firstTimestampMs: bigint;
  readonly maxTimestampMs: bigint;
  readonly relativeOfMax: number;
  readonly bytesSinceIndexEntry: number;
  readonly indexesOnDisk: boolean;
  /** Whether there may be index files that say something else than the batches. */
  readonly indexesStale: boolean;
  /** Up to where offsets may be missing; 0 where none are. */
  readonly compactedTo: Offset;
}

const MAGIC = 0x6b61_7773;
const VERSION = 3;
/** Had neither cuts of the journal nor stale indexes: all logs were at rest. */
const VERSION_AT_REST = 2;
/** Had no `compactedTo`: nothing took the place of others. */
const VERSION_WITHOUT_COMPACTED = 1;
const CRC_BYTES = 4;

/** Binary with a CRC at its end. A part at a time, so that a store with very many logs goes on working meanwhile. */
export class LogsSummaryWriter {
  readonly #writer = new WireWriter();
  #count = 0;
  readonly #countAt: number;

  constructor(generation: string, clean: boolean) {
    const writer = this.#writer;
    writer.writeInt32(MAGIC);
    writer.writeInt16(VERSION);
    writer.writeCompactString(generation);
    writer.writeBoolean(clean);
    this.#countAt = writer.length;
    writer.writeInt32(0);
  }

  add(log: SummarizedLog): void {
    const writer = this.#writer;
    this.#count += 1;
    writer.writeCompactString(log.folder);
    writer.writeCompactString(log.topicId);
    writer.writeCompactString(log.topic);
    writer.writeInt32(log.partition);
    writer.writeInt64(log.startOffset);
    writer.writeBoolean(log.journalCut !== undefined);
    if (log.journalCut !== undefined) {
      writer.writeInt64(BigInt.asIntN(64, log.journalCut.epoch));
      writer.writeInt64(log.journalCut.sequence);
    }
    writer.writeInt32(log.segments.length);
    for (const segment of log.segments) {
      writer.writeInt64(segment.baseOffset);
      writer.writeInt32(segment.sizeBytes);
      writer.writeInt32(segment.nextRelative);
      writer.writeInt64(segment.firstTimestampMs);
      writer.writeInt64(segment.maxTimestampMs);
      writer.writeInt32(segment.relativeOfMax);
      writer.writeInt32(segment.bytesSinceIndexEntry);
      writer.writeBoolean(segment.indexesOnDisk);
      writer.writeInt64(segment.compactedTo);
      writer.writeBoolean(segment.indexesStale);
    }
    writeOptionalBytes(writer, log.activeIndexes?.offsets);
    writeOptionalBytes(writer, log.activeIndexes?.times);
    writer.writeInt32(log.snapshots.size);
    for (const [name, bytes] of log.snapshots) {
      writer.writeCompactString(name);
      writeOptionalBytes(writer, bytes);
    }
  }

  finish(checksum: Checksum): Uint8Array {
    this.#writer.writeUint32(0);
    const bytes = this.#writer.toUint8Array();
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    view.setInt32(this.#countAt, this.#count);
    const end = bytes.length - CRC_BYTES;
    view.setUint32(end, checksum.crc32c(bytes, 0, end));
    return bytes;
  }
}

/** Undefined for bytes that are damaged or of another version: the folders are read instead. */
export function readLogsSummary(bytes: Uint8Array, checksum: Checksum): LogsSummary | undefined {
  const end = bytes.length - CRC_BYTES;
  if (end < 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(end) !== checksum.crc32c(bytes, 0, end)) return undefined;
  const reader = new WireReader(bytes, 0, end);
  if (reader.readInt32() !== MAGIC) return undefined;
  const version = reader.readInt16();
  if (version < VERSION_WITHOUT_COMPACTED || version > VERSION) return undefined;
  const generation = readName(reader);
  const clean = reader.readBoolean();
  const logs: SummarizedLog[] = [];
  for (let left = reader.readInt32(); left > 0; left--) logs.push(readLog(reader, version));
  return { generation, clean, logs };
}

function readLog(reader: WireReader, version: number): SummarizedLog {
  const folder = readName(reader);
  const topicId = readName(reader);
  const topic = readName(reader);
  const partition = reader.readInt32();
  const startOffset = reader.readInt64();
  const hasCut = version > VERSION_AT_REST && reader.readBoolean();
  const journalCut = hasCut
    ? { epoch: BigInt.asUintN(64, reader.readInt64()), sequence: reader.readInt64() }
    : undefined;
  const segments: SummarizedSegment[] = [];
  for (let left = reader.readInt32(); left > 0; left--) {
    segments.push({
      baseOffset: reader.readInt64(),
      sizeBytes: reader.readInt32(),
      nextRelative: reader.readInt32(),
      firstTimestampMs: reader.readInt64(),
      maxTimestampMs: reader.readInt64(),
      relativeOfMax: reader.readInt32(),
      bytesSinceIndexEntry: reader.readInt32(),
      indexesOnDisk: reader.readBoolean(),
      compactedTo: version > VERSION_WITHOUT_COMPACTED ? reader.readInt64() : 0n,
      indexesStale: version > VERSION_AT_REST && reader.readBoolean(),
    });
  }
  const offsets = readOptionalBytes(reader);
  const times = readOptionalBytes(reader);
  const activeIndexes = offsets && times && { offsets, times };
  const snapshots = new Map<string, Uint8Array | undefined>();
  for (let left = reader.readInt32(); left > 0; left--) {
    snapshots.set(readName(reader), readOptionalBytes(reader));
  }
  const id = { topicId, topic, partition };
  return { folder, ...id, startOffset, journalCut, segments, activeIndexes, snapshots };
}

/** A log as it is made; undefined where the folder is none of a log. */
export function emptyLog(folder: string, topicId: string): SummarizedLog | undefined {
  const id = topicPartitionOf(folder);
  if (id === undefined) return undefined;
  const nothing = new Uint8Array();
  const segment = {
    baseOffset: 0n,
    sizeBytes: 0,
    nextRelative: 0,
    firstTimestampMs: -1n,
    maxTimestampMs: -1n,
    relativeOfMax: -1,
    bytesSinceIndexEntry: 0,
    indexesOnDisk: false,
    indexesStale: false,
    compactedTo: 0n,
  };
  return {
    folder,
    topicId,
    ...id,
    startOffset: 0n,
    journalCut: undefined,
    segments: [segment],
    activeIndexes: { offsets: nothing, times: nothing },
    snapshots: new Map(),
  };
}

function readName(reader: WireReader): string {
  return reader.readString(reader.readCompactLength());
}

function writeOptionalBytes(writer: WireWriter, bytes: Uint8Array | undefined): void {
  writer.writeInt32(bytes === undefined ? -1 : bytes.length);
  if (bytes !== undefined) writer.writeBytes(bytes);
}

function readOptionalBytes(reader: WireReader): Uint8Array | undefined {
  const length = reader.readInt32();
  return length < 0 ? undefined : reader.readBytes(length);
}
