import { type FileSystem, nodeFileSystem } from '../../../src/adapters/data-folder/file-system.ts';

/** Node's file system, with some of its functions exchanged. */
export function filesWith(change: Partial<FileSystem>): FileSystem {
  return { ...nodeFileSystem, ...change };
}

export function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: made by a test`), { code });
}

/** A device that is full after so many more bytes; the last write takes what still fits. */
export class FullDevice {
  freeBytes = Number.POSITIVE_INFINITY;

  readonly files = filesWith({
    writevSync: (fd, pieces, position) => {
      if (this.freeBytes === 0) throw systemError('ENOSPC');
      const bytes = Buffer.concat(pieces);
      const part = bytes.subarray(0, Math.min(bytes.length, this.freeBytes));
      this.freeBytes -= part.length;
      return nodeFileSystem.writevSync(fd, [part], position);
    },
  });
}
