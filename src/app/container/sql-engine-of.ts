import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { nodeFileSystem } from '../../adapters/data-folder/file-system.ts';
import { FileStreamMarker, noStreamMarker } from '../../adapters/node/file-stream-marker.ts';
import { systemClock } from '../../adapters/node/system-clock.ts';
import type { BrokerConfig } from '../../domain/config/broker-config.ts';
import type { Logger } from '../../ports/logger.ts';
import type { StreamingSqlEngine } from '../../ports/stream-engine.ts';
import type { StreamMarker } from '../../ports/stream-marker.ts';
import type { StreamStatus } from '../../ports/streams.ts';
import type { TopicHistory } from '../../ports/topic-history.ts';
import type { TopicSchemas } from '../../ports/topic-schemas.ts';
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
    schemas: await schemasOf(config, new LocalTopicSchemas(nodeFileSystem, schemaFile), logger),
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

/** With those of a registry, where there is one. */
async function schemasOf(
  config: BrokerConfig,
  declared: TopicSchemas,
  logger: Logger,
): Promise<TopicSchemas> {
  const url = config.get('sql.schema_registry.url');
  if (url === '') return declared;
  const [{ RegistryClient }, { RegistryTopicSchemas }, { LazyRecordDecoders }] = await Promise.all([
    import('../../adapters/schema-registry/registry-client.ts'),
    import('../../adapters/schema-registry/registry-topic-schemas.ts'),
    import('../../adapters/record-decoders/lazy-record-decoders.ts'),
  ]);
  const credentials = config.get('sql.schema_registry.basic_auth');
  const timeoutMs = config.get('sql.schema_registry.timeout_ms');
  return new RegistryTopicSchemas({
    ...{ declared, logger, clock: systemClock, decoders: new LazyRecordDecoders() },
    client: new RegistryClient({ url, timeoutMs, ...(credentials !== '' && { credentials }) }),
    cacheMs: config.get('sql.schema_registry.cache_ms'),
  });
}

/** Whether there may be streams in the database, by a file beside it. */
export function streamMarkerOf(config: BrokerConfig): StreamMarker {
  const directory = sqlDirectoryOf(config);
  return directory === undefined
    ? noStreamMarker
    : new FileStreamMarker(join(directory, 'has-streams'));
}
