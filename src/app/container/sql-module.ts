import { ContainerModule } from 'inversify';
import { nodeFileSystem } from '../../adapters/data-folder/file-system.ts';
import { LocalHistoryStore } from '../../adapters/local-history/local-history-store.ts';
import { HistoryPolicy } from '../services/sql/history-policy.ts';
import { HistoryService } from '../services/sql/history-service.ts';
import { LogTopicSource } from '../services/sql/log-topic-source.ts';
import { SqlService } from '../services/sql/sql-service.ts';
import { historyDirectoryOf, sqlDirectoryOf, sqlEngineOf } from './sql-engine-of.ts';
import { TOKENS as T } from './tokens.ts';

/** SQL over the topics; the engine is loaded when the first statement comes. */
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
  bind(T.sql).toResolvedValue(
    (source, history, config, timer, logger) =>
      new SqlService({
        openEngine: () =>
          sqlEngineOf(config, { source, history, logger: logger.child({ component: 'sql' }) }),
        timer,
        limits: () => ({
          timeoutMs: config.get('sql.timeout_ms'),
          rowsMax: config.get('sql.result_rows_max'),
          bytesMax: Number(config.get('sql.result_bytes_max')),
        }),
      }),
    [T.topicSource, T.topicHistory, T.brokerConfig, T.timer, T.logger],
  );
});
