import { KeyValueLogStore } from '../../src/adapters/key-value/key-value-log-store.ts';
import { LevelDatabase } from '../../src/adapters/leveldb/level-database.ts';
import { portableChecksum } from '../../src/domain/record/crc32c.ts';
import { logStoreContract } from '../../src/testing/log-store-contract.ts';
import { damageInDatabase } from '../support/damaged-batches.ts';
import { SMALL_LEVEL } from '../support/key-value-options.ts';
import { silentLogger } from '../support/silent-logger.ts';
import { strangersOf } from '../support/stranger-folders.ts';

const database = (folder: string) => new LevelDatabase(folder, SMALL_LEVEL);

logStoreContract({
  name: 'leveldb',
  capabilities: {
    name: 'leveldb',
    durable: true,
    atomicAcrossLogs: true,
    exactPrefixDrop: true,
    syncCost: 'per-store',
  },
  strangers: strangersOf('leveldb'),
  damage: (directory, batch) => damageInDatabase(database(`${directory}/leveldb`), batch),
  create: (directory) =>
    new KeyValueLogStore({
      engine: 'leveldb',
      directory,
      database,
      checksum: portableChecksum,
      logger: silentLogger,
    }),
});
