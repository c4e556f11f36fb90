import type { FileSystem } from '../data-folder/file-system.ts';

/**
 * Beside a segment whose batches took the place of others: up to which offset some may be missing in it. A segment without one
 * goes on without a gap up to the name of the next, unless the log was given one, by which a loss is known.
 */
export function compactedMark(toOffset: bigint): Uint8Array {
  return Buffer.from(`${toOffset}\n`);
}

/** Undefined where there is no mark, or none that can be read. */
export async function readCompactedTo(
  files: FileSystem,
  path: string,
): Promise<bigint | undefined> {
  const bytes = await files.readFile(path);
  const digits = bytes && /^(\d{1,19})\n$/.exec(Buffer.from(bytes).toString())?.[1];
  return digits === undefined ? undefined : BigInt(digits);
}
