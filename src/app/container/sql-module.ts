import { ContainerModule } from 'inversify';
import { LogTopicSource } from '../services/sql/log-topic-source.ts';
import { SqlService } from '../services/sql/sql-service.ts';
import { sqlEngineOf } from './sql-engine-of.ts';
import { TOKENS as T } from './tokens.ts';

/** SQL over the topics; the engine is loaded when the first statement comes. */
export const sqlModule = new ContainerModule(({ bind }) => {
  bind(T.topicSource).toResolvedValue(
    (catalog, partitions) => new LogTopicSource(catalog, partitions),
    [T.catalog, T.partitions],
  );
  bind(T.sql).toResolvedValue(
    (source, config, timer, logger) =>
      new SqlService({
        openEngine: () =>
          sqlEngineOf(config, { source, logger: logger.child({ component: 'sql' }) }),
        timer,
        limits: () => ({
          timeoutMs: config.get('sql.timeout_ms'),
          rowsMax: config.get('sql.result_rows_max'),
          bytesMax: Number(config.get('sql.result_bytes_max')),
        }),
      }),
    [T.topicSource, T.brokerConfig, T.timer, T.logger],
  );
});
