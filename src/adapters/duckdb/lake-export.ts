import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { quoteIdentifier, quoteText } from '../../domain/sql/quote.ts';

export interface LakeExport {
  /** `<lake>/<table>` in the export folder; catalog and data of the lake are beside the table's name. */
  readonly path: string;
  readonly query: string;
  /** Adds to the table, in place of making it anew. */
  readonly append: boolean;
  readonly extensionDirectory: string;
}

let sequence = 0;

/**
 * Writes a result to a table of a DuckLake, whose catalog is a file beside the folder of its data. Gives the count of rows.
 * An engine that is shut in can attach one lake in its life, so that another one, which runs nothing that a user wrote,
 * takes the result over from a file.
 */
export async function exportToLake(
  connection: DuckDBConnection,
  lake: LakeExport,
): Promise<bigint> {
  sequence += 1;
  const directory = dirname(lake.path);
  const temporary = join(directory, `.kawadb-${sequence}.parquet`);
  try {
    await connection.run(`COPY (${lake.query}) TO ${quoteText(temporary)} (FORMAT parquet)`);
    return await take(temporary, lake);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function take(
  file: string,
  { path, append, extensionDirectory }: LakeExport,
): Promise<bigint> {
  const directory = dirname(path);
  const instance = await DuckDBInstance.create(':memory:', {
    extension_directory: extensionDirectory,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    memory_limit: '256MiB',
    threads: '1',
  });
  try {
    const connection = await instance.connect();
    await connection.run('LOAD ducklake');
    const catalog = quoteText(`ducklake:${directory}/catalog.ducklake`);
    await connection.run(
      `ATTACH ${catalog} AS lake (DATA_PATH ${quoteText(`${directory}/data/`)})`,
    );
    const table = `lake.main.${quoteIdentifier(path.slice(path.lastIndexOf('/') + 1))}`;
    const rows = `SELECT * FROM read_parquet(${quoteText(file)})`;
    const result = await connection.run(
      append ? `INSERT INTO ${table} ${rows}` : `CREATE OR REPLACE TABLE ${table} AS ${rows}`,
    );
    const [[count] = [0n]] = await result.getRows();
    await connection.run('DETACH lake');
    connection.closeSync();
    return count as bigint;
  } finally {
    instance.closeSync();
  }
}
