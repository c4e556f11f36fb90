import type { BrokerConfig } from '../../domain/config/broker-config.ts';
import { KafkaError } from '../../domain/kafka-error.ts';
import type { Checksum } from '../../ports/checksum.ts';
import type { KeyValueDatabase } from '../../ports/key-value-database.ts';
import type { LogStore } from '../../ports/log-store.ts';
import type { Logger } from '../../ports/logger.ts';

export interface LogStoreParts {
  readonly checksum: Checksum;
  readonly logger: Logger;
}

/** The storage engine the config names. Only the one that is used is loaded. */
export async function logStoreOf(config: BrokerConfig, parts: LogStoreParts): Promise<LogStore> {
  const { checksum, logger } = parts;
  const engine = config.get('storage.engine');
  switch (engine) {
    case 'memory': {
      const { MemoryLogStore } = await import('../../adapters/memory/memory-log-store.ts');
      return new MemoryLogStore();
    }
    case 'segment': {
      const { SegmentLogStore } = await import('../../adapters/segment/segment-log-store.ts');
      return new SegmentLogStore({
        directory: dataDirectoryOf(config),
        checksum,
        logger: logger.child({ component: 'store' }),
        verifyOnRead: config.get('storage.verify_on_read'),
      });
    }
    case 'rocksdb': {
      const { RocksDatabase } = await import('../../adapters/rocksdb/rocks-database.ts');
      const options = {
        memtableBytes: Number(config.get('storage.rocksdb.memtable_bytes')),
        cacheBytes: Number(config.get('storage.rocksdb.cache_bytes')),
        compaction: config.get('storage.rocksdb.compaction') as 'universal' | 'level',
      };
      return keyValueStoreOf(config, parts, (directory) => new RocksDatabase(directory, options));
    }
    case 'leveldb': {
      const { LevelDatabase } = await import('../../adapters/leveldb/level-database.ts');
      const options = {
        writeBufferBytes: config.get('storage.leveldb.write_buffer_bytes'),
        fileBytes: config.get('storage.leveldb.file_bytes'),
        cacheBytes: config.get('storage.leveldb.cache_bytes'),
        openFilesMax: config.get('storage.leveldb.open_files_max'),
      };
      return keyValueStoreOf(config, parts, (directory) => new LevelDatabase(directory, options));
    }
    default:
      throw new KafkaError('INVALID_CONFIG', `there is no storage engine ${engine}`);
  }
}

async function keyValueStoreOf(
  config: BrokerConfig,
  { checksum, logger }: LogStoreParts,
  database: (directory: string) => KeyValueDatabase,
): Promise<LogStore> {
  const { KeyValueLogStore } = await import('../../adapters/key-value/key-value-log-store.ts');
  return new KeyValueLogStore({
    engine: config.get('storage.engine'),
    directory: dataDirectoryOf(config),
    database,
    checksum,
    logger: logger.child({ component: 'store' }),
    verifyOnRead: config.get('storage.verify_on_read'),
  });
}

/** Where the data are, as clients are told. */
export function dataDirectoryOf(config: BrokerConfig): string {
  return config.get('log.dirs')?.[0] ?? config.get('log.dir')[0] ?? '';
}
