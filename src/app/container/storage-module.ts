import { ContainerModule } from 'inversify';
import { LocalCatalog } from '../../adapters/local-catalog/local-catalog.ts';
import { isClusterMetadataLog } from '../../domain/topic/cluster-metadata.ts';
import { LogCleaner } from '../services/log/cleaner/log-cleaner.ts';
import { LogManager } from '../services/log/log-manager.ts';
import { ledPartition } from './led-partition.ts';
import { logCleanerConfigOf } from './log-cleaner-config-of.ts';
import { OpenedStore } from './opened-store.ts';
import { TOKENS } from './tokens.ts';
import { unsyncedBytesMaxOf } from './unsynced-bytes-max-of.ts';

/** The store, the cluster's metadata in it, and the logs. */
export const storageModule = new ContainerModule(({ bind }) => {
  bind(TOKENS.openedStore).toResolvedValue((store) => new OpenedStore(store), [TOKENS.store]);
  bind(TOKENS.catalog).toResolvedValue(
    (opened, checksum, compression, clock, random) =>
      new LocalCatalog({
        store: opened.store,
        checksum,
        compression,
        clock,
        random,
        recovered: () => opened.recovered.find(({ log }) => isClusterMetadataLog(log.id))?.log,
      }),
    [TOKENS.openedStore, TOKENS.checksum, TOKENS.compression, TOKENS.clock, TOKENS.random],
  );
  bind(TOKENS.logs).toResolvedValue(
    (store, clock, timer, checksum, compression, logger, config, catalog, nodeId) =>
      new LogManager({
        store,
        partition: (topicId, partition) =>
          ledPartition(catalog, config, nodeId, topicId, partition),
        clock,
        timer,
        checksum,
        compression,
        logger: logger.child({ component: 'log' }),
        unsyncedBytesMax: unsyncedBytesMaxOf(config),
        checkpointIntervalMs: config.get('log.flush.offset.checkpoint.interval.ms'),
        retentionCheckIntervalMs: Number(config.get('log.retention.check.interval.ms')),
        producerIdExpirationMs: () => config.get('producer.id.expiration.ms'),
        producerIdExpirationCheckIntervalMs: config.get('producer.id.expiration.check.interval.ms'),
      }),
    [
      ...([TOKENS.store, TOKENS.clock, TOKENS.timer] as const),
      ...([TOKENS.checksum, TOKENS.compression, TOKENS.logger, TOKENS.brokerConfig] as const),
      ...([TOKENS.catalog, TOKENS.nodeId] as const),
    ],
  );
  bind(TOKENS.logCleaner).toResolvedValue(
    (logs, config, clock, timer, checksum, compression, logger, random) =>
      new LogCleaner({
        logs: () => logs.logs(),
        config: () => logCleanerConfigOf(config),
        onConfigChange: (listener) => config.onChange(listener),
        clock,
        timer,
        checksum,
        compression,
        logger: logger.child({ component: 'log-cleaner' }),
        seed: Number.parseInt(random.uuid().slice(0, 8), 16),
      }),
    [
      ...([TOKENS.logs, TOKENS.brokerConfig, TOKENS.clock, TOKENS.timer] as const),
      ...([TOKENS.checksum, TOKENS.compression, TOKENS.logger, TOKENS.random] as const),
    ],
  );
});
