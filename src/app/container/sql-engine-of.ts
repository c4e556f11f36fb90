import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { nodeFileSystem } from '../../adapters/data-folder/file-system.ts';
import type { BrokerConfig } from '../../domain/config/broker-config.ts';
import type { Logger } from '../../ports/logger.ts';
import type { SqlEngine } from '../../ports/sql-engine.ts';
import type { TopicHistory } from '../../ports/topic-history.ts';
import type { TopicSource } from '../../ports/topic-source.ts';
import { dataDirectoryOf } from './log-store-of.ts';

export interface SqlEngineParts {
  readonly source: TopicSource;
  readonly history: TopicHistory;
  readonly logger: Logger;
}

/** Undefined where nothing outlives the broker. */
export function sqlDirectoryOf(config: BrokerConfig): string | undefined {
  if (config.get('storage.engine') === 'memory') return undefined;
  return resolve(dataDirectoryOf(config), 'sql');
}

export function historyDirectoryOf(sqlDirectory: string): string {
  return join(sqlDirectory, 'history');
}

/** Loads the SQL engine and opens its database: beside the logs, or in memory where they are. */
export async function sqlEngineOf(
  config: BrokerConfig,
  { source, history, logger }: SqlEngineParts,
): Promise<SqlEngine> {
  const { DuckDbEngine } = await import('../../adapters/duckdb/duckdb-engine.ts');
  const { LocalTopicSchemas } = await import('../../adapters/local-schemas/local-topic-schemas.ts');
  const directory = sqlDirectoryOf(config);
  if (directory !== undefined) await mkdir(directory, { recursive: true });
  const schemaFile = directory === undefined ? undefined : join(directory, 'topic-schemas.json');
  return DuckDbEngine.open({
    ...{ source, history, logger },
    schemas: new LocalTopicSchemas(nodeFileSystem, schemaFile),
    // In the package both this module and the thread's are files of the folder of chunks.
    thread: new URL(
      import.meta.url.endsWith('.ts') ? './sql-thread.ts' : './sql-thread.js',
      import.meta.url,
    ),
    file: directory === undefined ? undefined : join(directory, 'tables.duckdb'),
    temporaryDirectory: directory === undefined ? undefined : join(directory, 'temporary'),
    memoryLimitBytes: Number(config.get('sql.memory_limit_bytes')),
    threads: config.get('sql.threads'),
    directories: directory === undefined ? [] : [historyDirectoryOf(directory)],
    connections: config.get('sql.concurrent_queries'),
  });
}
