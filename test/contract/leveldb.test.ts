import { KeyValueLogStore } from '../../src/adapters/key-value/key-value-log-store.ts';
import { LevelDatabase } from '../../src/adapters/leveldb/level-database.ts';
import { portableChecksum } from '../../src/domain/record/crc32c.ts';
import { logStoreContract } from '../../src/testing/log-store-contract.ts';
import { silentLogger } from '../support/silent-logger.ts';

const MEBIBYTE = 1024 * 1024;
const OPTIONS = {
  writeBufferBytes: 64 * MEBIBYTE,
  fileBytes: 64 * MEBIBYTE,
  cacheBytes: 8 * MEBIBYTE,
  openFilesMax: 1000,
} as const;

logStoreContract({
  name: 'leveldb',
  capabilities: {
    name: 'leveldb',
    durable: true,
    atomicAcrossLogs: true,
    exactPrefixDrop: true,
    syncCost: 'per-store',
  },
  create: (directory) =>
    new KeyValueLogStore({
      engine: 'leveldb',
      directory,
      database: (folder) => new LevelDatabase(folder, OPTIONS),
      checksum: portableChecksum,
      logger: silentLogger,
    }),
});
