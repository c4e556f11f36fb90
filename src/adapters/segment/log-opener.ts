import { KafkaError } from '../../domain/kafka-error.ts';
import type { TopicIdPartition } from '../../domain/topic-partition.ts';
import { writeFileAtomically } from '../data-folder/atomic-file.ts';
import { compactedMark, readCompactedTo } from './compacted-mark.ts';
import { removeIndexes, writeIndexes } from './index-files.ts';
import {
  CLEAN_STOP,
  isLeftoverFile,
  LOG_START_OFFSET,
  SYNC_FAILED,
  segmentBaseOffsets,
  segmentName,
  snapshotNameOf,
  startOffsetOf,
} from './log-directory.ts';
import { LogSegment } from './log-segment.ts';
import type { SegmentContext } from './segment-context.ts';
import { removeSegmentFiles } from './segment-files.ts';
import { SegmentList } from './segment-list.ts';
import { keepUpTo, resumeActive, scanSegment, trustClosed } from './segment-recovery.ts';
import { finishStaged } from './segment-stage.ts';

/** A gap this wide between segments is one the log was given; see `SegmentWriter`. */
const WIDE_GAP = 1n << 30n;

export interface OpenedLog {
  readonly list: SegmentList;
  /** The names of the snapshots there are. */
  readonly snapshots: readonly string[];
  readonly truncatedBytes: number;
}

/** Opens one log's folder. After an unclean stop, what is not known to be synced is checked and cut. */
export class LogOpener {
  readonly #context: SegmentContext;
  readonly #directory: string;
  readonly #clean: boolean;
  readonly #list: SegmentList;
  #names: ReadonlySet<string> = new Set();
  /** Up to where offsets may be missing, of segments that took the place of others. */
  readonly #compactedTo = new Map<bigint, bigint>();
  #truncatedBytes = 0;

  constructor(context: SegmentContext, directory: string, id: TopicIdPartition, clean: boolean) {
    this.#context = context;
    this.#directory = directory;
    this.#clean = clean;
    this.#list = new SegmentList(id, directory, 0n);
  }

  async open(): Promise<OpenedLog> {
    const { files } = this.#context;
    const found = await files.names(this.#directory);
    const names = await finishStaged(files, this.#directory, found);
    for (const name of names.filter(isLeftoverFile)) {
      await files.remove(`${this.#directory}/${name}`);
    }
    this.#names = new Set(names);
    const checkpoint = this.#names.has(LOG_START_OFFSET)
      ? await files.readFile(`${this.#directory}/${LOG_START_OFFSET}`)
      : undefined;
    this.#list.startOffset = (checkpoint && startOffsetOf(checkpoint)) ?? 0n;
    const bases = await this.#withoutReplaced(segmentBaseOffsets(names));
    while (bases.length > 1 && bases[1]! <= this.#list.startOffset) {
      await this.#removeSegments([bases.shift()!], false);
    }
    for (const [place, base] of bases.entries()) {
      const later = bases.slice(place + 1);
      if (await this.#trust(base, later[0])) continue;
      if (!(await this.#recover(base, later))) break;
    }
    await this.#settleStart();
    await this.#settleMark();
    // What is there by name may be no further than the page cache too.
    if (!this.#clean) await files.syncDirectory(this.#directory);
    if (this.#names.has(SYNC_FAILED)) await files.remove(`${this.#directory}/${SYNC_FAILED}`);
    this.#list.active.noteSynced();
    const snapshots = names.flatMap((name) => snapshotNameOf(name) ?? []);
    return { list: this.#list, snapshots, truncatedBytes: this.#truncatedBytes };
  }

  /** Takes a segment as its index files say it is, where they can be relied on. */
  async #trust(base: bigint, next: bigint | undefined): Promise<boolean> {
    const name = segmentName(base);
    if (!this.#names.has(`${name}.index`) || !this.#names.has(`${name}.timeindex`)) return false;
    if (next === undefined && !this.#clean) return false;
    const segment = this.#segment(base);
    const sizeBytes = await this.#context.files.sizeBytes(segment.logPath);
    const trusted =
      next === undefined
        ? await resumeActive(this.#context, segment, sizeBytes)
        : await trustClosed(this.#context, segment, sizeBytes, next);
    if (trusted) this.#list.push(segment);
    return trusted;
  }

  /** Checks every batch of a segment; false when those after it are gone because they cannot follow. */
  async #recover(base: bigint, later: readonly bigint[]): Promise<boolean> {
    const context = this.#context;
    const segment = this.#segment(base);
    const sizeBytes = await context.files.sizeBytes(segment.logPath);
    const position = await scanSegment(context, segment, sizeBytes, later[0]);
    const cutBytes = sizeBytes - position;
    if (cutBytes > 0 && this.#clean) throw damagedAtRest(segment, position);
    const [next] = later;
    // Where the next segment goes on, nothing is missing in what is cut.
    const isWhole = cutBytes === 0 || next === segment.endOffset;
    const isFollowed = next !== undefined && isWhole && this.#canFollow(segment, next);
    // Before the cut, so that a power loss in between leaves the reason to do it again.
    if (!isFollowed) await this.#removeSegments(later);
    await this.#removeIndexesOf(segment);
    await this.#keep(segment, cutBytes);
    if (isFollowed) await writeIndexes(context, segment);
    this.#list.push(segment);
    return isFollowed;
  }

  /**
   * A segment is named after the end of the one before it: another name tells that something in between was lost,
   * unless the log skipped more offsets than a segment can span, or it was compacted.
   */
  #canFollow(segment: LogSegment, next: bigint): boolean {
    if (next === segment.endOffset || next - segment.baseOffset > WIDE_GAP) return true;
    if (next <= segment.compactedTo) return true;
    const { logPath } = segment;
    const fields = { file: logPath, endOffset: segment.endOffset, nextSegment: next };
    this.#context.logger.warn(fields, 'offsets are missing before a segment');
    return false;
  }

  /** Reads the marks of those that took the place of others; of these nothing is left, or empty files. */
  async #withoutReplaced(bases: readonly bigint[]): Promise<bigint[]> {
    const { files } = this.#context;
    for (const name of this.#names) {
      const digits = /^(\d{20})\.compacted$/.exec(name)?.[1];
      if (digits === undefined) continue;
      const base = BigInt(digits);
      const path = `${this.#directory}/${name}`;
      if (!bases.includes(base)) {
        await files.remove(path);
        continue;
      }
      const next = bases.find((other) => other > base) ?? 0n;
      this.#compactedTo.set(base, (await readCompactedTo(files, path)) ?? next);
    }
    if (this.#compactedTo.size === 0) return [...bases];
    const kept: bigint[] = [];
    let replacedTo = 0n;
    for (const base of bases) {
      if (base < replacedTo) await this.#removeSegments([base], false);
      else {
        kept.push(base);
        replacedTo = this.#compactedTo.get(base) ?? 0n;
      }
    }
    return kept;
  }

  /** In what is appended from here on nothing is missing. */
  async #settleMark(): Promise<void> {
    const { active } = this.#list;
    if (active.compactedTo <= active.endOffset) return;
    const mark = compactedMark(active.endOffset);
    await writeFileAtomically(this.#context.files, active.compactedMarkPath, mark);
    active.compactedTo = active.endOffset;
  }

  async #keep(segment: LogSegment, cutBytes: number): Promise<void> {
    await keepUpTo(this.#context, segment, cutBytes, this.#names.has(SYNC_FAILED));
    this.#truncatedBytes += cutBytes;
  }

  async #removeIndexesOf(segment: LogSegment): Promise<void> {
    const name = segmentName(segment.baseOffset);
    if (!this.#names.has(`${name}.index`) && !this.#names.has(`${name}.timeindex`)) return;
    await removeIndexes(this.#context, segment);
    await this.#context.files.syncDirectory(this.#directory);
  }

  /** The last first: what is left is a log without its end, wherever a power loss stops this. */
  async #removeSegments(bases: readonly bigint[], isLoss = true): Promise<void> {
    const { files, logger } = this.#context;
    for (const base of [...bases].reverse()) {
      const segment = this.#segment(base);
      if (isLoss) {
        const cutBytes = await files.sizeBytes(segment.logPath);
        this.#truncatedBytes += cutBytes;
        const fields = { file: segment.logPath, position: 0, cutBytes };
        logger.warn(fields, 'removed a segment that follows what was cut');
      }
      await removeSegmentFiles(this.#context, segment);
      await files.syncDirectory(this.#directory);
    }
  }

  /** A log does not end before its start, and has at least an empty segment. */
  async #settleStart(): Promise<void> {
    const list = this.#list;
    const [first] = list.segments;
    if (first !== undefined && first.baseOffset > list.startOffset) {
      list.startOffset = first.baseOffset;
    }
    const last = list.segments.at(-1);
    if (last !== undefined && (last.sizeBytes === 0 || last.endOffset >= list.startOffset)) return;
    if (last !== undefined) await this.#removeSegments([list.pop().baseOffset], false);
    const segment = this.#segment(list.startOffset);
    await this.#context.files.writeFile(segment.logPath, new Uint8Array());
    await this.#context.files.syncDirectory(this.#directory);
    list.push(segment);
  }

  #segment(base: bigint): LogSegment {
    const segment = new LogSegment(this.#directory, base, this.#context.nowMs());
    segment.compactedTo = this.#compactedTo.get(base) ?? 0n;
    return segment;
  }
}

function damagedAtRest({ logPath }: LogSegment, position: number): KafkaError {
  return new KafkaError(
    'KAFKA_STORAGE_ERROR',
    `${logPath} has no whole batch at position ${position}, though the store was stopped cleanly: ` +
      `restore the file, or remove ${CLEAN_STOP} from the data folder to have everything from there on cut`,
  );
}
