import type { LevelOptions } from '../../src/adapters/leveldb/level-database.ts';
import type { RocksOptions } from '../../src/adapters/rocksdb/rocks-database.ts';

const MEBIBYTE = 1024 * 1024;

/** Small buffers, so that many databases can be open at once. */
export const SMALL_LEVEL: LevelOptions = {
  writeBufferBytes: 4 * MEBIBYTE,
  fileBytes: 2 * MEBIBYTE,
  cacheBytes: MEBIBYTE,
  openFilesMax: 100,
};

export const SMALL_ROCKS: RocksOptions = {
  memtableBytes: 16 * MEBIBYTE,
  cacheBytes: MEBIBYTE,
  compaction: 'universal',
};
