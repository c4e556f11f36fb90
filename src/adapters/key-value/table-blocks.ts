import { type FileHandle, open } from 'node:fs/promises';
import { viewOf } from '../../domain/record/record-batch-header.ts';
import type { Checksum } from '../../ports/checksum.ts';
import { Varints } from './varints.ts';
import { masked } from './write-ahead-records.ts';

const FOOTER_BYTES = 48;
const LEVELDB_MAGIC = 0xdb4775248b80fb57n;
/** A byte for the compression and the checksum. */
const TRAILER_BYTES = 5;
const MAX_BLOCK_BYTES = 1024 * 1024 * 1024;
const NO_ENTRIES = new Uint8Array(4);

export interface Block {
  readonly position: number;
  readonly sizeBytes: number;
}

export interface TableDamage {
  readonly blocks: readonly Block[];
  /** Whether even the list of the blocks is not to be relied on. */
  readonly unreadable: boolean;
}

/**
 * What is damaged in a LevelDB table, which the database itself does not look for: it reads what is there, and ends the
 * process where that makes no sense. Undefined for a whole table, and for those of RocksDB, which does look.
 */
export async function damageOfTable(
  path: string,
  checksum: Checksum,
): Promise<TableDamage | undefined> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const footer = await bytesAt(file, size - FOOTER_BYTES, FOOTER_BYTES);
    if (footer === undefined) return { blocks: [], unreadable: true };
    if (viewOf(footer).getBigUint64(FOOTER_BYTES - 8, true) !== LEVELDB_MAGIC) {
      return path.endsWith('.sst') ? undefined : { blocks: [], unreadable: true };
    }
    const handles = new Varints(footer);
    const meta = blockOf(handles);
    const index = blockOf(handles);
    const entries = await wholeBlock(file, index, checksum);
    if (entries === undefined) return { blocks: [], unreadable: true };
    const blocks: Block[] = [];
    const metaEntries = await wholeBlock(file, meta, checksum);
    if (metaEntries === undefined) blocks.push(meta);
    // A damaged filter is given up with what leads to it.
    for (const filter of blocksIn(metaEntries ?? NO_ENTRIES)) {
      if ((await wholeBlock(file, filter, checksum)) === undefined) blocks.push(meta);
    }
    for (const block of blocksIn(entries)) {
      if ((await wholeBlock(file, block, checksum)) === undefined) blocks.push(block);
    }
    return blocks.length === 0 ? undefined : { blocks, unreadable: false };
  } finally {
    await file.close();
  }
}

/** Makes a copy of a damaged table one that can be read: without what is damaged. */
export async function giveUpDamage(path: string, damage: TableDamage): Promise<void> {
  const file = await open(path, 'r+');
  try {
    if (damage.unreadable) return await file.truncate(0);
    for (const { position, sizeBytes } of damage.blocks) {
      // No restart points, and no compression: a block without entries.
      await file.write(new Uint8Array(5), 0, 5, position + sizeBytes - 4);
    }
  } finally {
    await file.close();
  }
}

/** The content of a block; undefined where it is not what was written. */
async function wholeBlock(
  file: FileHandle,
  { position, sizeBytes }: Block,
  checksum: Checksum,
): Promise<Uint8Array | undefined> {
  const bytes = await bytesAt(file, position, sizeBytes + TRAILER_BYTES);
  if (bytes === undefined) return undefined;
  const crc = viewOf(bytes).getUint32(sizeBytes + 1, true);
  if (crc !== masked(checksum.crc32c(bytes, 0, sizeBytes + 1))) return undefined;
  return bytes.subarray(0, sizeBytes);
}

/** The places of data blocks, which are the values of an index block's entries. */
function* blocksIn(index: Uint8Array): Generator<Block> {
  const restarts = viewOf(index).getUint32(index.length - 4, true);
  const varints = new Varints(index.subarray(0, index.length - 4 - restarts * 4));
  while (!varints.atEnd) {
    varints.next();
    const keyBytes = varints.next();
    const valueBytes = varints.next();
    varints.skip(keyBytes);
    const end = varints.position + valueBytes;
    yield blockOf(varints);
    varints.position = end;
  }
}

/** What a block holds, right or wrong; less where the file ends before. */
export async function readBlock(
  path: string,
  { position, sizeBytes }: Block,
): Promise<Uint8Array | undefined> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    return await bytesAt(file, position, Math.min(sizeBytes, size - position));
  } finally {
    await file.close();
  }
}

async function bytesAt(
  file: FileHandle,
  position: number,
  length: number,
): Promise<Uint8Array | undefined> {
  if (position < 0 || length > MAX_BLOCK_BYTES) return undefined;
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) return undefined;
    done += bytesRead;
  }
  return bytes;
}

/** Where a block is, by the two numbers that tell it. */
function blockOf(varints: Varints): Block {
  return { position: varints.next(), sizeBytes: varints.next() };
}
