import type { BrokerConfig } from '../../domain/config/broker-config.ts';
import { KafkaError } from '../../domain/kafka-error.ts';
import type { Checksum } from '../../ports/checksum.ts';
import type { LogStore } from '../../ports/log-store.ts';
import type { Logger } from '../../ports/logger.ts';
import { type KeyValueEngine, keyValueDatabaseOf } from './key-value-database-of.ts';

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
        journalBytes: Number(config.get('storage.segment.journal_bytes')),
        openFilesMax: config.get('storage.segment.open_files_max'),
      });
    }
    case 'rocksdb':
    case 'leveldb':
      return keyValueStoreOf(config, parts, engine);
    default:
      throw new KafkaError('INVALID_CONFIG', `there is no storage engine ${engine}`);
  }
}

async function keyValueStoreOf(
  config: BrokerConfig,
  { checksum, logger }: LogStoreParts,
  engine: KeyValueEngine,
): Promise<LogStore> {
  const { KeyValueLogStore } = await import('../../adapters/key-value/key-value-log-store.ts');
  return new KeyValueLogStore({
    engine,
    directory: dataDirectoryOf(config),
    database: await keyValueDatabaseOf(config, engine),
    checksum,
    logger: logger.child({ component: 'store' }),
    verifyOnRead: config.get('storage.verify_on_read'),
  });
}

/** Where the data are, as clients are told. */
export function dataDirectoryOf(config: BrokerConfig): string {
  return config.get('log.dirs')?.[0] ?? config.get('log.dir')[0] ?? '';
}
