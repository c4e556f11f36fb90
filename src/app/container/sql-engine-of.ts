import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { nodeFileSystem } from '../../adapters/data-folder/file-system.ts';
import { FileStreamMarker, noStreamMarker } from '../../adapters/node/file-stream-marker.ts';
import type { BrokerConfig } from '../../domain/config/broker-config.ts';
import type { Logger } from '../../ports/logger.ts';
import type { StreamingSqlEngine } from '../../ports/stream-engine.ts';
import type { StreamMarker } from '../../ports/stream-marker.ts';
import type { StreamStatus } from '../../ports/streams.ts';
import type { TopicHistory } from '../../ports/topic-history.ts';
import type { TopicSource } from '../../ports/topic-source.ts';
import { dataDirectoryOf } from './log-store-of.ts';

const THREADS_MAX = 4;

export interface SqlEngineParts {
  readonly source: TopicSource;
  readonly history: TopicHistory;
  readonly logger: Logger;
  readonly streamStatus: () => readonly StreamStatus[];
}

/** Undefined where nothing outlives the broker. */
export function sqlDirectoryOf(config: BrokerConfig): string | undefined {
  if (config.get('storage.engine') === 'memory') return undefined;
  return resolve(dataDirectoryOf(config), 'sql');
}

export function historyDirectoryOf(sqlDirectory: string): string {
  return join(sqlDirectory, 'history');
}

function exportDirectoryOf(config: BrokerConfig): string | undefined {
  const given = config.get('sql.export_directory');
  if (given !== '') return resolve(given);
  const directory = sqlDirectoryOf(config);
  return directory === undefined ? undefined : join(directory, 'exports');
}

/**
 * The broker and the decoding of records have a thread each, and a thread of the engine that waits for another one spins: on few
 * processors more of them take from those two what they give to a query.
 */
function ownThreads(): number {
  return Math.min(Math.max(Math.floor(availableParallelism() / 2), 1), THREADS_MAX);
}

/** Loads the SQL engine and opens its database: beside the logs, or in memory where they are. */
export async function sqlEngineOf(
  config: BrokerConfig,
  { source, history, logger, streamStatus }: SqlEngineParts,
): Promise<StreamingSqlEngine> {
  const { DuckDbEngine } = await import('../../adapters/duckdb/duckdb-engine.ts');
  const { LocalTopicSchemas } = await import('../../adapters/local-schemas/local-topic-schemas.ts');
  const directory = sqlDirectoryOf(config);
  if (directory !== undefined) await mkdir(directory, { recursive: true });
  const exportDirectory = exportDirectoryOf(config);
  const extensionDirectory = config.get('sql.extension_directory');
  const schemaFile = directory === undefined ? undefined : join(directory, 'topic-schemas.json');
  return DuckDbEngine.open({
    ...{ source, history, logger, streamStatus },
    schemas: new LocalTopicSchemas(nodeFileSystem, schemaFile),
    // In the package both this module and the thread's are files of the folder of chunks.
    thread: new URL(
      import.meta.url.endsWith('.ts') ? './sql-thread.ts' : './sql-thread.js',
      import.meta.url,
    ),
    file: directory === undefined ? undefined : join(directory, 'tables.duckdb'),
    temporaryDirectory: directory === undefined ? undefined : join(directory, 'temporary'),
    memoryLimitBytes: Number(config.get('sql.memory_limit_bytes')),
    threads: config.get('sql.threads') || ownThreads(),
    ...{ exportDirectory, extensions: config.get('sql.extensions') },
    extensionDirectory: extensionDirectory === '' ? undefined : resolve(extensionDirectory),
    directories: [
      ...(directory === undefined ? [] : [historyDirectoryOf(directory)]),
      ...(exportDirectory === undefined ? [] : [exportDirectory]),
    ],
    connections: config.get('sql.concurrent_queries'),
    streamRules: {
      outOfOrdernessMs: config.get('sql.streams.out_of_orderness_ms'),
      idleMs: config.get('sql.streams.idle_ms'),
    },
    plugins: config.get('sql.plugins'),
  });
}

/** Whether there may be streams in the database, by a file beside it. */
export function streamMarkerOf(config: BrokerConfig): StreamMarker {
  const directory = sqlDirectoryOf(config);
  return directory === undefined
    ? noStreamMarker
    : new FileStreamMarker(join(directory, 'has-streams'));
}
