import { ContainerModule } from 'inversify';
import { nodeFileSystem } from '../../adapters/data-folder/file-system.ts';
import { LocalHistoryStore } from '../../adapters/local-history/local-history-store.ts';
import type { BrokerConfig } from '../../domain/config/broker-config.ts';
import { HistoryPolicy } from '../services/sql/history-policy.ts';
import { HistoryService } from '../services/sql/history-service.ts';
import { LazyEngine } from '../services/sql/lazy-engine.ts';
import { LogTopicSource } from '../services/sql/log-topic-source.ts';
import type { ResultLimits } from '../services/sql/result-limits.ts';
import { SqlService } from '../services/sql/sql-service.ts';
import { LazyStreamEngine } from '../services/sql/streams/lazy-stream-engine.ts';
import { SourceTopics } from '../services/sql/streams/source-topics.ts';
import { StreamRegistry } from '../services/sql/streams/stream-registry.ts';
import { StreamService } from '../services/sql/streams/stream-service.ts';
import { StreamStatements } from '../services/sql/streams/stream-statements.ts';
import {
  historyDirectoryOf,
  sqlDirectoryOf,
  sqlEngineOf,
  streamMarkerOf,
} from './sql-engine-of.ts';
import { TOKENS as T } from './tokens.ts';

/** A batch's records take this share of the engine's memory at most, as they lie in the log. */
const BATCH_MEMORY_PARTS = 8;

export function resultLimitsOf(config: BrokerConfig): ResultLimits {
  return {
    timeoutMs: config.get('sql.timeout_ms'),
    rowsMax: config.get('sql.result_rows_max'),
    bytesMax: Number(config.get('sql.result_bytes_max')),
  };
}

/** SQL over the topics; the engine is loaded when the first statement comes, or when there are streams. */
export const sqlModule = new ContainerModule(({ bind }) => {
  bind(T.topicSource).toResolvedValue(
    (catalog, partitions) => new LogTopicSource(catalog, partitions),
    [T.catalog, T.partitions],
  );
  bind(T.topicHistory).toResolvedValue(
    (catalog, partitions, config, clock, timer, logger) => {
      const directory = sqlDirectoryOf(config);
      return new HistoryService({
        ...{ catalog, partitions, clock, timer },
        store:
          directory === undefined
            ? undefined
            : new LocalHistoryStore(nodeFileSystem, historyDirectoryOf(directory)),
        logger: logger.child({ component: 'history' }),
        // No query reads a file for longer.
        removalDelayMs: config.get('sql.timeout_ms'),
      });
    },
    [T.catalog, T.partitions, T.brokerConfig, T.clock, T.timer, T.logger],
  );
  bind(T.historyPolicy).toResolvedValue(
    (catalog, history, sql, config, clock, timer, logger) =>
      new HistoryPolicy({
        ...{ catalog, history, sql, clock, timer },
        logger: logger.child({ component: 'history' }),
        settings: {
          topics: config.get('sql.history.topics'),
          olderThanMs: Number(config.get('sql.history.older_than_ms')),
          retentionMs: Number(config.get('sql.history.retention_ms')),
          checkIntervalMs: Number(config.get('sql.history.check_interval_ms')),
        },
      }),
    [T.catalog, T.topicHistory, T.sql, T.brokerConfig, T.clock, T.timer, T.logger],
  );
  bind(T.streamSources).toResolvedValue(
    (catalog, partitions, history) => new SourceTopics(catalog, partitions, history),
    [T.catalog, T.partitions, T.topicHistory],
  );
  bind(T.streamRegistry).toResolvedValue(
    (sources) => new StreamRegistry(sources),
    [T.streamSources],
  );
  bind(T.sqlEngine).toResolvedValue(
    (source, history, registry, config, logger) =>
      new LazyEngine(() =>
        sqlEngineOf(config, {
          ...{ source, history },
          logger: logger.child({ component: 'sql' }),
          streamStatus: () => registry.status(),
        }),
      ),
    [T.topicSource, T.topicHistory, T.streamRegistry, T.brokerConfig, T.logger],
  );
  bind(T.streams).toResolvedValue(
    (engine, registry, sources, config, logger, ...others) => {
      const [clock, timer, producerIds, topics, partitions, produce, checksum, compression] =
        others;
      return new StreamService({
        ...{ registry, sources, clock, timer, producerIds, topics },
        engine: new LazyStreamEngine(engine),
        output: { partitions, produce, checksum, compression },
        marker: streamMarkerOf(config),
        logger: logger.child({ component: 'streams' }),
        limits: () => ({
          rowsMax: config.get('sql.streams.batch_rows_max'),
          bytesMax: Number(config.get('sql.memory_limit_bytes')) / BATCH_MEMORY_PARTS,
        }),
        intervalMs: () => config.get('sql.streams.interval_ms'),
      });
    },
    [
      ...([T.sqlEngine, T.streamRegistry, T.streamSources, T.brokerConfig, T.logger] as const),
      ...([T.clock, T.timer, T.producerIds, T.topics] as const),
      ...([T.partitions, T.produce, T.checksum, T.compression] as const),
    ],
  );
  bind(T.sql).toResolvedValue(
    (engine, streams, config, timer) =>
      new SqlService({
        ...{ engine, timer },
        streams: new StreamStatements(streams),
        limits: () => resultLimitsOf(config),
        transactionsMax: config.get('sql.transactions_max'),
      }),
    [T.sqlEngine, T.streams, T.brokerConfig, T.timer],
  );
});
