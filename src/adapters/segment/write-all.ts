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

/** Linux's IOV_MAX is 1024. */
const MAX_PIECES = 1000;

/** The same for any number of pieces. */
export function writePiecesSync(
  files: FileSystem,
  fd: number,
  pieces: readonly Uint8Array[],
  position: number,
): void {
  let at = position;
  for (let first = 0; first < pieces.length; first += MAX_PIECES) {
    const some = pieces.length <= MAX_PIECES ? pieces : pieces.slice(first, first + MAX_PIECES);
    const totalBytes = some.reduce((sum, { length }) => sum + length, 0);
    writeAllSync(files, fd, some, totalBytes, at);
    at += totalBytes;
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
