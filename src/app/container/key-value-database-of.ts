import type { BrokerConfig } from '../../domain/config/broker-config.ts';
import type { KeyValueDatabase } from '../../ports/key-value-database.ts';

export type KeyValueEngine = 'rocksdb' | 'leveldb';

/** Makes the database in a folder, with what the config says of it. Only the one that is used is loaded. */
export async function keyValueDatabaseOf(
  config: BrokerConfig,
  engine: KeyValueEngine,
): Promise<(directory: string) => KeyValueDatabase> {
  if (engine === 'rocksdb') {
    const { RocksDatabase } = await import('../../adapters/rocksdb/rocks-database.ts');
    const options = {
      memtableBytes: Number(config.get('storage.rocksdb.memtable_bytes')),
      cacheBytes: Number(config.get('storage.rocksdb.cache_bytes')),
      compaction: config.get('storage.rocksdb.compaction') as 'universal' | 'level',
    };
    return (directory) => new RocksDatabase(directory, options);
  }
  const { LevelDatabase } = await import('../../adapters/leveldb/level-database.ts');
  const options = {
    writeBufferBytes: config.get('storage.leveldb.write_buffer_bytes'),
    fileBytes: config.get('storage.leveldb.file_bytes'),
    cacheBytes: config.get('storage.leveldb.cache_bytes'),
    openFilesMax: config.get('storage.leveldb.open_files_max'),
  };
  return (directory) => new LevelDatabase(directory, options);
}
