import * as fs from 'node:fs';
import * as fsp from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * The file-system calls the engine makes, so that tests can fail any of them. Writes and reads near the end are
 * synchronous because a page-cache copy is cheaper than a trip to the thread pool; whatever may wait long for the
 * device is not. For the same reason Node's file system looks at names and small files at once: a start with ten thousand
 * logs does so some ten thousand times.
 */
export interface FileSystem {
  openSync(path: string): number;
  close(fd: number): Promise<void>;
  /** For a file that is not removed, or small: else freeing its pages takes long. */
  closeSync(fd: number): void;
  writevSync(fd: number, pieces: readonly Uint8Array[], position: number): number;
  readSync(fd: number, target: Uint8Array, length: number, position: number): number;
  read(fd: number, target: Uint8Array, length: number, position: number): Promise<number>;
  ftruncateSync(fd: number, length: number): void;
  fdatasync(fd: number): Promise<void>;
  renameSync(from: string, to: string): void;
  unlinkSync(path: string): void;
  rename(from: string, to: string): Promise<void>;
  /** Gives a file a second name; rejects with EEXIST when there is one of that name. */
  link(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  mkdir(path: string): Promise<void>;
  names(path: string): Promise<string[]>;
  sizeBytes(path: string): Promise<number>;
  readFile(path: string): Promise<Uint8Array | undefined>;
  /** Writes a new file whole and syncs it. */
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  syncDirectory(path: string): Promise<void>;
  usableBytes(path: string): Promise<number>;
  totalBytes(path: string): Promise<number>;
}

/** What is copied from or to the page cache at once. */
const SMALL_BYTES = 64 * 1024;
const fsync = promisify(fs.fsync);
const write = promisify(fs.write);
const READ_WRITE_CREATE = fs.constants.O_RDWR | fs.constants.O_CREAT;

export const nodeFileSystem: FileSystem = {
  openSync: (path) => fs.openSync(path, READ_WRITE_CREATE, 0o644),
  close: (fd) => new Promise((done, fail) => fs.close(fd, (e) => (e ? fail(e) : done()))),
  closeSync: fs.closeSync,
  writevSync: (fd, pieces, position) => fs.writevSync(fd, pieces, position),
  readSync: (fd, target, length, position) => fs.readSync(fd, target, 0, length, position),
  read: (fd, target, length, position) =>
    new Promise((done, fail) =>
      fs.read(fd, target, 0, length, position, (e, count) => (e ? fail(e) : done(count))),
    ),
  ftruncateSync: fs.ftruncateSync,
  fdatasync: (fd) => new Promise((done, fail) => fs.fdatasync(fd, (e) => (e ? fail(e) : done()))),
  renameSync: fs.renameSync,
  unlinkSync: (path) => fs.rmSync(path, { force: true }),
  rename: fsp.rename,
  link: fsp.link,
  remove: (path) => fsp.rm(path, { recursive: true, force: true }),
  mkdir: async (path) => {
    await fsp.mkdir(path, { recursive: true });
  },
  names: async (path) => fs.readdirSync(path),
  sizeBytes: async (path) => fs.statSync(path).size,
  readFile: async (path) => {
    const size = fs.statSync(path, { throwIfNoEntry: false })?.size;
    if (size === undefined) return undefined;
    return size > SMALL_BYTES ? fsp.readFile(path) : fs.readFileSync(path);
  },
  writeFile: async (path, bytes) => {
    const fd = fs.openSync(path, 'w', 0o644);
    try {
      if (bytes.length > 0 && bytes.length <= SMALL_BYTES) writeSmall(fd, bytes);
      else if (bytes.length > 0) await writeLarge(fd, bytes);
      await fsync(fd);
    } finally {
      fs.closeSync(fd);
    }
  },
  syncDirectory: async (path) => {
    const fd = fs.openSync(path, 'r');
    try {
      await fsync(fd);
    } finally {
      fs.closeSync(fd);
    }
  },
  usableBytes: async (path) => {
    const { bavail, bsize } = await fsp.statfs(path);
    return bavail * bsize;
  },
  totalBytes: async (path) => {
    const { blocks, bsize } = await fsp.statfs(path);
    return blocks * bsize;
  },
};

function writeSmall(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += fs.writeSync(fd, bytes, done);
}

async function writeLarge(fd: number, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await write(fd, bytes, done)).bytesWritten;
}
