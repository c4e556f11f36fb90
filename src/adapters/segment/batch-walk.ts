import { RECORD_BATCH_OVERHEAD, readBatchSize } from '../../domain/record/record-batch-header.ts';
import type { FileSystem } from '../data-folder/file-system.ts';
import { isPlausibleHeader } from './batch-header.ts';
import type { BufferPool } from './buffer-pool.ts';

const HEADERS_CHUNK_BYTES = 16 * 1024;
const BATCHES_CHUNK_BYTES = 1024 * 1024;

export interface BatchWalk {
  readonly fd: number;
  readonly from: number;
  readonly to: number;
  /** Whether the batches are needed whole; else only their headers are read. */
  readonly whole: boolean;
  /** Answers false to stop before this batch. The bytes are valid during the call. */
  visit(bytes: Uint8Array, view: DataView, at: number, position: number): boolean;
}

export interface WalkEnd {
  readonly position: number;
  /** Whether the walk ended because there is no whole batch, and not at the end or by `visit`. */
  readonly broken: boolean;
}

/** Goes over the batches of a file that may end with anything. */
export async function walkBatches(
  files: Pick<FileSystem, 'read'>,
  buffers: BufferPool,
  walk: BatchWalk,
): Promise<WalkEnd> {
  const window = new FileWindow(files, buffers, walk);
  try {
    let position = walk.from;
    while (position < walk.to) {
      const hasHeader = window.cover(position, RECORD_BATCH_OVERHEAD);
      if (hasHeader !== true && !(await hasHeader)) return { position, broken: true };
      const headerAt = position - window.from;
      if (!isPlausibleHeader(window.view, headerAt)) return { position, broken: true };
      const size = readBatchSize(window.view, headerAt);
      if (position + size > walk.to) return { position, broken: true };
      const hasBatch = !walk.whole || window.cover(position, size);
      if (hasBatch !== true && !(await hasBatch)) return { position, broken: true };
      const at = position - window.from;
      if (!walk.visit(window.bytes, window.view, at, position)) return { position, broken: false };
      position += size;
    }
    return { position, broken: false };
  } finally {
    buffers.give(window.bytes);
  }
}

/** The part of a file that is in memory. */
class FileWindow {
  readonly #files: Pick<FileSystem, 'read'>;
  readonly #buffers: BufferPool;
  readonly #walk: BatchWalk;
  bytes: Uint8Array;
  view: DataView;
  from = 0;
  #length = 0;

  constructor(files: Pick<FileSystem, 'read'>, buffers: BufferPool, walk: BatchWalk) {
    this.#files = files;
    this.#buffers = buffers;
    this.#walk = walk;
    const chunk = walk.whole ? BATCHES_CHUNK_BYTES : HEADERS_CHUNK_BYTES;
    this.bytes = buffers.take(Math.min(chunk, Math.max(1, walk.to - walk.from)));
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
  }

  /** A promise only where bytes have to be read: a batch in memory costs none. */
  cover(position: number, count: number): boolean | Promise<boolean> {
    if (position >= this.from && position + count <= this.from + this.#length) return true;
    if (position + count > this.#walk.to) return false;
    return this.#read(position, count);
  }

  async #read(position: number, count: number): Promise<boolean> {
    if (count > this.bytes.length) {
      this.#buffers.give(this.bytes);
      this.bytes = this.#buffers.take(count);
      this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
    }
    const length = Math.min(this.bytes.length, this.#walk.to - position);
    this.from = position;
    this.#length = await readFully(this.#files, this.#walk.fd, this.bytes, length, position);
    return this.#length >= count;
  }
}

/** Reads until `length` bytes or the file's end. */
export async function readFully(
  files: Pick<FileSystem, 'read'>,
  fd: number,
  target: Uint8Array,
  length: number,
  position: number,
): Promise<number> {
  let done = 0;
  while (done < length) {
    const rest = done === 0 ? target : target.subarray(done);
    const count = await files.read(fd, rest, length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

export function readFullySync(
  files: FileSystem,
  fd: number,
  target: Uint8Array,
  length: number,
  position: number,
): number {
  let done = 0;
  while (done < length) {
    const rest = done === 0 ? target : target.subarray(done);
    const count = files.readSync(fd, rest, length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}
