import type { FileSystem } from '../data-folder/file-system.ts';
import { compactedMark, readCompactedTo } from './compacted-mark.ts';
import { segmentBaseOffsets, segmentName } from './log-directory.ts';

/** Kafka's suffixes of the files of a segment that is being put in the place of others. */
export const CLEANED = '.cleaned';
export const SWAP = '.swap';

/** What a segment has beside its batches. */
export const SIDE_FILES = ['timeindex', 'index', 'compacted'] as const;

const STAGED =
  /^(?<offset>\d{20})\.(?<kind>log|index|timeindex|compacted)(?<stage>\.cleaned|\.swap)$/;

/** A segment that takes the place of others: it does so from the moment its batches are called `.swap`. */
export interface CommittedSwap {
  readonly baseOffset: bigint;
  /** The segments that begin before are those it replaces. */
  readonly toOffset: bigint;
}

export interface StagedFiles {
  readonly swaps: readonly CommittedSwap[];
  /** Of replacements that did not get that far. */
  readonly abandoned: readonly string[];
}

/** What a folder has of replacements that a stop broke off. */
export async function findStaged(
  files: FileSystem,
  directory: string,
  names: readonly string[],
): Promise<StagedFiles> {
  const swaps: CommittedSwap[] = [];
  const abandoned: string[] = [];
  const committed = new Set(names.filter((name) => name.endsWith(`.log${SWAP}`)));
  for (const name of names) {
    const groups = STAGED.exec(name)?.groups;
    if (groups === undefined) continue;
    const base = groups['offset']!;
    if (groups['stage'] === CLEANED || !committed.has(`${base}.log${SWAP}`)) abandoned.push(name);
    else if (groups['kind'] === 'log') {
      const baseOffset = BigInt(base);
      const toOffset = await toOffsetOf(files, directory, names, baseOffset);
      swaps.push({ baseOffset, toOffset });
    }
  }
  return { swaps, abandoned };
}

/** Brings what counts to its end, as Kafka's LogLoader does, and removes what does not; may be done again. */
export async function finishStaged(
  files: FileSystem,
  directory: string,
  names: readonly string[],
): Promise<readonly string[]> {
  const { swaps, abandoned } = await findStaged(files, directory, names);
  if (swaps.length + abandoned.length === 0) return names;
  for (const name of abandoned) await files.remove(`${directory}/${name}`);
  // The new name of its batches may be in the page cache only.
  await files.syncDirectory(directory);
  for (const swap of swaps) await finishSwap(files, directory, names, swap);
  return files.names(directory);
}

async function finishSwap(
  files: FileSystem,
  directory: string,
  names: readonly string[],
  { baseOffset, toOffset }: CommittedSwap,
): Promise<void> {
  for (const base of segmentBaseOffsets(names).reverse()) {
    if (base <= baseOffset || base >= toOffset) continue;
    for (const kind of [...SIDE_FILES, 'log']) {
      await files.remove(`${directory}/${segmentName(base)}.${kind}`);
    }
  }
  const path = `${directory}/${segmentName(baseOffset)}`;
  for (const kind of SIDE_FILES) {
    const isStaged = names.includes(`${segmentName(baseOffset)}.${kind}${SWAP}`);
    if (isStaged) await files.rename(`${path}.${kind}${SWAP}`, `${path}.${kind}`);
  }
  if ((await readCompactedTo(files, `${path}.compacted`)) === undefined) {
    await files.writeFile(`${path}.compacted`, compactedMark(toOffset));
  }
  await files.syncDirectory(directory);
  await files.rename(`${path}.log${SWAP}`, `${path}.log`);
  await files.syncDirectory(directory);
}

async function toOffsetOf(
  files: FileSystem,
  directory: string,
  names: readonly string[],
  baseOffset: bigint,
): Promise<bigint> {
  const mark = `${directory}/${segmentName(baseOffset)}.compacted`;
  const toOffset =
    (await readCompactedTo(files, `${mark}${SWAP}`)) ?? (await readCompactedTo(files, mark));
  if (toOffset !== undefined) return toOffset;
  // Nothing tells: it replaces the segment of its name.
  const next = segmentBaseOffsets(names).find((base) => base > baseOffset);
  return next ?? baseOffset + 1n;
}
