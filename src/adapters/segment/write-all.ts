import type { FileSystem } from '../data-folder/file-system.ts';

/** Writes all pieces, however little the system takes at a time. */
export function writeAllSync(
  files: FileSystem,
  fd: number,
  pieces: readonly Uint8Array[],
  totalBytes: number,
  position: number,
): void {
  let written = files.writevSync(fd, pieces, position);
  while (written < totalBytes) {
    const rest = remaining(pieces, written);
    const more = files.writevSync(fd, rest, position + written);
    if (more === 0) throw new Error(`the system wrote ${written} of ${totalBytes} bytes`);
    written += more;
  }
}

function remaining(pieces: readonly Uint8Array[], written: number): Uint8Array[] {
  let skipped = 0;
  for (let at = 0; at < pieces.length; at++) {
    const piece = pieces[at]!;
    if (skipped + piece.length > written) {
      return [piece.subarray(written - skipped), ...pieces.slice(at + 1)];
    }
    skipped += piece.length;
  }
  return [];
}
