import type { Offset, TopicIdPartition } from '../../domain/topic-partition.ts';
import type { Checksum } from '../../ports/checksum.ts';
import type { InspectedLog, LogFinding, LogScan } from '../../ports/store-inspector.ts';
import type { FileSystem } from '../data-folder/file-system.ts';
import { readCompactedTo } from './compacted-mark.ts';
import type { JournalView } from './journal-view.ts';
import {
  LOG_START_OFFSET,
  SYNC_FAILED,
  segmentBaseOffsets,
  segmentName,
  snapshotFileName,
  snapshotNameOf,
  startOffsetOf,
} from './log-directory.ts';
import { findStaged, SWAP } from './segment-stage.ts';
import { OffsetIndexCheck, TimeIndexCheck } from './verify-indexes.ts';
import { SegmentScan } from './verify-segment.ts';

export interface InspectedFolder {
  readonly files: FileSystem;
  readonly directory: string;
  readonly clean: boolean;
  readonly checksum: Checksum;
  readonly journal: JournalView;
}

export interface SegmentFile {
  readonly name: string;
  readonly path: string;
  readonly baseOffset: Offset;
  readonly sizeBytes: number;
  /** Up to where offsets may be missing. */
  readonly compactedTo: Offset;
  /** Whether a stop came while it was taking the place of others. */
  readonly isStaged: boolean;
}

/** One log's folder, read as it is. */
export class InspectedSegmentLog implements InspectedLog {
  readonly id: TopicIdPartition;
  readonly startOffset: Offset;
  readonly sizeBytes: number;
  readonly #folder: InspectedFolder;
  readonly #names: readonly string[];
  readonly segments: readonly SegmentFile[];
  readonly #checkpoint: Uint8Array | undefined;

  private constructor(
    id: TopicIdPartition,
    folder: InspectedFolder,
    names: readonly string[],
    segments: readonly SegmentFile[],
    checkpoint: Uint8Array | undefined,
  ) {
    this.id = id;
    this.#folder = folder;
    this.#names = names;
    this.segments = segments;
    this.#checkpoint = checkpoint;
    // Without a checkpoint that can be read it is where the segments begin, as a start takes it.
    this.startOffset = (checkpoint && startOffsetOf(checkpoint)) ?? segments[0]?.baseOffset ?? 0n;
    this.sizeBytes = segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  static async open(id: TopicIdPartition, folder: InspectedFolder): Promise<InspectedSegmentLog> {
    const { files, directory, journal } = folder;
    const names = await files.names(directory);
    const segments: SegmentFile[] = [];
    const { swaps } = await findStaged(files, directory, names);
    const bases = segmentBaseOffsets(names);
    const staged = swaps.map(({ baseOffset }) => baseOffset).filter((b) => !bases.includes(b));
    let replacedTo = 0n;
    for (const baseOffset of [...bases, ...staged].sort((a, b) => (a < b ? -1 : 1))) {
      // As a start takes them.
      if (baseOffset < replacedTo) continue;
      const name = segmentName(baseOffset);
      const swap = swaps.find((each) => each.baseOffset === baseOffset);
      const isStaged = swap !== undefined;
      const path = `${directory}/${name}.log${isStaged ? SWAP : ''}`;
      const sizeBytes = journal.sizeOf(path, await files.sizeBytes(path));
      const mark = `${directory}/${name}.compacted`;
      const compactedTo = swap?.toOffset ?? (await readCompactedTo(files, mark)) ?? 0n;
      replacedTo = compactedTo;
      segments.push({ name, path, baseOffset, sizeBytes, compactedTo, isStaged });
    }
    const checkpoint = await files.readFile(`${directory}/${LOG_START_OFFSET}`);
    return new InspectedSegmentLog(id, folder, names, segments, checkpoint);
  }

  async scan(scan: LogScan): Promise<void> {
    this.#checkFolder(scan);
    let end: Offset | undefined;
    for (const [place, segment] of this.segments.entries()) {
      const next = this.segments[place + 1]?.baseOffset;
      if (next !== undefined && next <= (scan.fromOffset ?? 0n)) continue;
      const before = this.segments[place - 1];
      const followsCompacted = (before?.compactedTo ?? -1n) >= segment.baseOffset;
      const isGap = end !== undefined && segment.baseOffset !== end && !followsCompacted;
      if (isGap && segment.sizeBytes === 0) {
        scan.finding({ ...this.#place(segment), ...missingBefore(segment, end!) });
      }
      const scanned = await this.#scanSegment(segment, scan, followsCompacted);
      if (scanned.stopped) return;
      end = scanned.endOffset;
    }
  }

  async snapshotNames(): Promise<readonly string[]> {
    return this.#names.flatMap((name) => snapshotNameOf(name) ?? []);
  }

  readSnapshot(name: string): Promise<Uint8Array | undefined> {
    return this.#folder.files.readFile(`${this.#folder.directory}/${snapshotFileName(name)}`);
  }

  async #scanSegment(segment: SegmentFile, scan: LogScan, followsCompacted: boolean) {
    const { checksum, journal } = this.#folder;
    const { path, baseOffset, sizeBytes, compactedTo } = segment;
    // A start puts the files of one that is staged in their places.
    const hasIndexes = scan.checkIndexes && !segment.isStaged;
    const indexes = hasIndexes
      ? { offsets: await this.#offsets(segment, scan), times: await this.#times(segment, scan) }
      : { offsets: undefined, times: undefined };
    return new SegmentScan(
      { path, baseOffset, sizeBytes, compactedTo, followsCompacted, journal, ...indexes },
      scan,
      checksum,
    ).run();
  }

  async #offsets(segment: SegmentFile, scan: LogScan) {
    const file = await this.#indexFile(segment, 'index', scan);
    return file && new OffsetIndexCheck(file, (finding) => scan.finding(finding));
  }

  async #times(segment: SegmentFile, scan: LogScan) {
    const file = await this.#indexFile(segment, 'timeindex', scan);
    return file && new TimeIndexCheck(file, (finding) => scan.finding(finding));
  }

  async #indexFile({ name, baseOffset }: SegmentFile, extension: string, scan: LogScan) {
    const { files, directory, clean } = this.#folder;
    const path = `${directory}/${name}.${extension}`;
    const bytes = await files.readFile(path);
    if (bytes !== undefined) return { path, bytes, baseOffset };
    // They are made when a segment is closed and synced, at the latest when the store is.
    if (clean) {
      const message = 'the file is missing; a broker makes it anew when it starts';
      scan.finding({ kind: 'index', file: path, offset: baseOffset, message });
    }
    return undefined;
  }

  /** What the names of the files tell. */
  #checkFolder(scan: LogScan): void {
    const { directory } = this.#folder;
    const [first] = this.segments;
    if (this.#checkpoint !== undefined && startOffsetOf(this.#checkpoint) === undefined) {
      const file = `${directory}/${LOG_START_OFFSET}`;
      scan.finding({ kind: 'offsets', file, message: 'the file does not tell a log start offset' });
    }
    if (first === undefined) {
      const message = 'the folder has no segment';
      scan.finding({ kind: 'file', file: directory, offset: this.startOffset, message });
    } else if (this.#checkpoint === undefined && first.baseOffset > 0n) {
      const message = `the first segment begins at ${first.baseOffset}, and nothing says that the log does`;
      scan.finding({ kind: 'offsets', ...this.#place(first), offset: 0n, message });
    }
    if (this.#names.includes(SYNC_FAILED)) {
      const message = 'a sync of the log failed: the next start writes what is there anew';
      scan.finding({ kind: 'sync', file: `${directory}/${SYNC_FAILED}`, message });
    }
    this.#tellLoneIndexes(scan);
  }

  #tellLoneIndexes(scan: LogScan): void {
    const segments = new Set(this.segments.map(({ name }) => name));
    for (const file of this.#names) {
      const name = /^(\d{20})\.(?:index|timeindex)$/.exec(file)?.[1];
      if (name === undefined || segments.has(name) || this.#isReplaced(BigInt(name))) continue;
      const finding: LogFinding = {
        kind: 'file',
        file: `${this.#folder.directory}/${name}.log`,
        offset: BigInt(name),
        message: `the segment of ${file} is missing`,
      };
      scan.finding(finding);
    }
  }

  /** Whether a start removes what is left of a segment, because another one has taken its place. */
  #isReplaced(base: Offset): boolean {
    return this.segments.some(({ baseOffset, compactedTo }) => {
      return baseOffset < base && base < compactedTo;
    });
  }

  #place({ path }: SegmentFile): { file: string } {
    return { file: path };
  }
}

function missingBefore({ baseOffset }: SegmentFile, end: Offset) {
  const message = `the segment before it ends at ${end}: batches up to ${baseOffset} are missing`;
  return { kind: 'offsets', offset: end, message } as const;
}
