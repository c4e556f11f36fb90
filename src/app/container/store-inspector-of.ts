import { nodeFileSystem } from '../../adapters/data-folder/file-system.ts';
import {
  FORMAT,
  readStoreFormat,
  UNFINISHED_COPY,
  unfinishedCopy,
} from '../../adapters/data-folder/store-format.ts';
import type { BrokerConfig } from '../../domain/config/broker-config.ts';
import { KafkaError } from '../../domain/kafka-error.ts';
import type { Checksum } from '../../ports/checksum.ts';
import type { StoreInspector } from '../../ports/store-inspector.ts';
import { keyValueDatabaseOf } from './key-value-database-of.ts';

/** What reads a data folder as it is, by the engine that wrote it. Only the one that is used is loaded. */
export async function storeInspectorOf(
  directory: string,
  config: BrokerConfig,
  checksum: Checksum,
): Promise<StoreInspector> {
  const format = await readStoreFormat(nodeFileSystem, directory);
  switch (format?.engine) {
    case undefined:
      throw new KafkaError(
        'KAFKA_STORAGE_ERROR',
        `${directory} has no file ${FORMAT}, so it is no data folder: name one with --data-dir`,
      );
    case 'segment': {
      const { SegmentInspector } = await import('../../adapters/segment/segment-inspector.ts');
      return new SegmentInspector({ directory, checksum });
    }
    case 'rocksdb':
    case 'leveldb': {
      const { engine } = format;
      const { KeyValueInspector } = await import('../../adapters/key-value/key-value-inspector.ts');
      const database = await keyValueDatabaseOf(config, engine);
      return new KeyValueInspector({ engine, directory, database, checksum });
    }
    case UNFINISHED_COPY:
      throw unfinishedCopy(`${directory}/${FORMAT}`);
    default:
      throw new KafkaError(
        'KAFKA_STORAGE_ERROR',
        `${directory}/${FORMAT} says that the data are of the storage engine ${format?.engine}, which is not known here`,
      );
  }
}
