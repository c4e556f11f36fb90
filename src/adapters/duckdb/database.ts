import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { COMPATIBILITY_CATALOG } from '../../domain/postgres/engine-sql.ts';
import { quoteText } from '../../domain/sql/quote.ts';
import type { EngineStart } from './engine-messages.ts';
import { LoadedExtensions } from './extensions.ts';

/** The catalog of the tables and views of users. */
export const USER_CATALOG = 'kawadb';
/** The catalog of the topics' views; in memory, since they follow the topics. */
export const TOPIC_CATALOG = 'topics';

/** Names of users go before those of topics. */
export const SEARCH_PATH = `SET search_path = '${USER_CATALOG}.main,${TOPIC_CATALOG}.main'`;

export interface Database {
  readonly instance: DuckDBInstance;
  /** For the engine's own statements. */
  readonly own: DuckDBConnection;
  /** For streams; their temporary tables are seen by no other. */
  readonly streams: DuckDBConnection;
  /** For statements of users, one at a time each. */
  readonly connections: readonly DuckDBConnection[];
  readonly extensions: LoadedExtensions;
}

/**
 * Opens the database and shuts it in: afterwards no statement can reach a file outside of its folders, load an extension or change a setting.
 * `prepare` runs before that.
 */
export async function openDatabase(
  start: EngineStart,
  prepare: (own: DuckDBConnection) => Promise<void>,
): Promise<Database> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${Math.ceil(start.memoryLimitBytes / 1024)}KiB`,
    threads: String(start.threads),
    // Else what a large query took is kept for the next one, beside what the limit allows: hundreds of megabytes.
    allocator_background_threads: 'true',
    allocator_flush_threshold: '4MiB',
    allocator_bulk_deallocation_flush_threshold: '8MiB',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    ...(start.extensionDirectory !== undefined && {
      extension_directory: start.extensionDirectory,
    }),
    ...(start.temporaryDirectory !== undefined && { temp_directory: start.temporaryDirectory }),
  });
  const own = await instance.connect();
  // Before the database's file is opened: types of extensions may be in it.
  const extensions = new LoadedExtensions();
  await extensions.load(own, start.extensions, start.extensionDirectory);
  await prepare(own);
  const path = (start.file ?? ':memory:').replaceAll("'", "''");
  await own.run(`ATTACH '${path}' AS ${USER_CATALOG}`);
  await own.run(`ATTACH ':memory:' AS ${TOPIC_CATALOG}`);
  await own.run(`ATTACH ':memory:' AS ${COMPATIBILITY_CATALOG}`);
  await own.run("SET GLOBAL TimeZone = 'UTC'");
  const connections: DuckDBConnection[] = [];
  for (let i = 0; i <= start.connections; i++) {
    const connection = await instance.connect();
    await connection.run(SEARCH_PATH);
    connections.push(connection);
  }
  const directories = start.directories.map((directory) => quoteText(`${directory}/`));
  await own.run(`SET allowed_directories = [${directories.join(', ')}]`);
  const streams = connections.pop() as DuckDBConnection;
  await own.run('SET enable_external_access = false');
  await own.run('SET lock_configuration = true');
  return { instance, own, streams, connections, extensions };
}

export function closeDatabase({ instance, own, streams, connections }: Database): void {
  for (const connection of [own, streams, ...connections]) connection.closeSync();
  instance.closeSync();
}
