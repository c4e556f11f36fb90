import { KeyValueLogStore } from '../../src/adapters/key-value/key-value-log-store.ts';
import { RocksDatabase } from '../../src/adapters/rocksdb/rocks-database.ts';
import { portableChecksum } from '../../src/domain/record/crc32c.ts';
import { logStoreContract } from '../../src/testing/log-store-contract.ts';
import { damageInDatabase } from '../support/damaged-batches.ts';
import { SMALL_ROCKS } from '../support/key-value-options.ts';
import { silentLogger } from '../support/silent-logger.ts';
import { strangersOf } from '../support/stranger-folders.ts';

const database = (folder: string) => new RocksDatabase(folder, SMALL_ROCKS);

logStoreContract({
  name: 'rocksdb',
  capabilities: {
    name: 'rocksdb',
    durable: true,
    atomicAcrossLogs: true,
    exactPrefixDrop: true,
    syncCost: 'per-store',
  },
  strangers: strangersOf('rocksdb'),
  damage: (directory, batch) => damageInDatabase(database(`${directory}/rocksdb`), batch),
  create: (directory) =>
    new KeyValueLogStore({
      engine: 'rocksdb',
      directory,
      database,
      checksum: portableChecksum,
      logger: silentLogger,
    }),
});
