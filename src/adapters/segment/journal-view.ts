import { openSync, readSync } from 'node:fs';
import type { Checksum } from '../../ports/checksum.ts';
import type { Logger } from '../../ports/logger.ts';
import { type FileSystem, nodeFileSystem } from '../data-folder/file-system.ts';
import { FileCache } from './file-cache.ts';
import { JournalReplay } from './journal-replay.ts';
import { JOURNAL } from './log-directory.ts';

const OPEN_FILES = 64;
/** Nothing is replayed really. */
const SILENT: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => SILENT,
};

interface JournaledBytes {
  readonly position: number;
  readonly bytes: Uint8Array;
}

/**
 * What the next start would bring from the journal into the logs' files, for who reads the files only. It is kept in
 * memory, as far as the files do not have it already: that is something after a power loss only.
 */
export class JournalView {
  readonly #byPath = new Map<string, JournaledBytes[]>();

  /** Rejects where the journal does not go with the files. */
  static async of(directory: string, checksum: Checksum): Promise<JournalView> {
    const view = new JournalView();
    const names = await nodeFileSystem.names(directory);
    if (!names.includes(JOURNAL)) return view;
    const files = view.#reading();
    const cache = new FileCache(files, OPEN_FILES);
    try {
      const context = { files, cache, checksum, logger: SILENT };
      await new JournalReplay(context, directory, `${directory}/${JOURNAL}`).run();
    } finally {
      await cache.closeAll();
    }
    return view;
  }

  sizeOf(path: string, sizeBytes: number): number {
    const ends = (this.#byPath.get(path) ?? []).map((each) => each.position + each.bytes.length);
    return Math.max(sizeBytes, ...ends);
  }

  /** Puts what the journal has of a file over bytes that were read from `position` on. */
  cover(path: string, target: Uint8Array, position: number): void {
    for (const { position: from, bytes } of this.#byPath.get(path) ?? []) {
      const start = Math.max(from, position);
      const end = Math.min(from + bytes.length, position + target.length);
      if (start >= end) continue;
      target.set(bytes.subarray(start - from, end - from), start - position);
    }
  }

  /** A file system to which a replay can write, and nothing comes of it but what is kept here. */
  #reading(): FileSystem {
    const paths = new Map<number, string>();
    const nothing = async (): Promise<void> => undefined;
    return {
      ...nodeFileSystem,
      openSync(path) {
        const fd = openSync(path, 'r');
        paths.set(fd, path);
        return fd;
      },
      writevSync: (fd, pieces, position) => {
        const bytes = new Uint8Array(Buffer.concat(pieces));
        if (!isThere(fd, bytes, position)) this.#keep(paths.get(fd) ?? '', position, bytes);
        return bytes.length;
      },
      ...{ fdatasync: nothing, remove: nothing, syncDirectory: nothing },
    };
  }

  #keep(path: string, position: number, bytes: Uint8Array): void {
    const kept = this.#byPath.get(path);
    if (kept === undefined) this.#byPath.set(path, [{ position, bytes }]);
    else kept.push({ position, bytes });
  }
}

function isThere(fd: number, bytes: Uint8Array, position: number): boolean {
  const found = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  while (length < bytes.length) {
    const count = readSync(fd, found, length, bytes.length - length, position + length);
    if (count === 0) return false;
    length += count;
  }
  return found.equals(bytes);
}
