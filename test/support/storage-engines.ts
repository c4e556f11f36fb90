import type { StorageEngine } from '../../src/app/embedded/start-broker.ts';

export const STORAGE_ENGINES: readonly StorageEngine[] = [
  'segment',
  'memory',
  'rocksdb',
  'leveldb',
];
