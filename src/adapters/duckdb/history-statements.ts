import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { HistoryFile } from '../../domain/sql/history/history-manifest.ts';
import {
  type HistoryStatement,
  parseHistoryStatement,
} from '../../domain/sql/history/history-statement.ts';
import { quoteIdentifier, quoteText } from '../../domain/sql/quote.ts';
import { SqlError } from '../../domain/sql/sql-error.ts';
import type { ExportedRange } from '../../ports/topic-history.ts';
import { pieces, writeHistoryFile } from './history-export.ts';
import type { LogBridge } from './log-bridge.ts';
import type { TopicCatalog } from './topic-catalog.ts';

const TEXTS = ['topic', 'file'];
const NUMBERS = ['kafka_partition', 'first_offset', 'last_offset', 'records', 'bytes'];
const TIMES = ['first_timestamp', 'last_timestamp'];
const SHOWN = ['topic', ...NUMBERS, ...TIMES, 'file'];

/** Carries out the statements about history: EXPORT TOPIC, SHOW TOPIC HISTORY, DROP TOPIC HISTORY. */
export class HistoryStatements {
  readonly #catalog: TopicCatalog;
  readonly #bridge: LogBridge;
  #last: Promise<unknown> = Promise.resolve();

  constructor(catalog: TopicCatalog, bridge: LogBridge) {
    this.#catalog = catalog;
    this.#bridge = bridge;
  }

  /** A SELECT with the columns of the answer; undefined for statements of other kinds. Carries nothing out. */
  describe(sql: string): string | undefined {
    return parseHistoryStatement(sql) === undefined ? undefined : shown([]);
  }

  /** The SELECT whose rows answer the statement, once it is carried out; undefined for statements of other kinds. */
  async run(
    connection: DuckDBConnection,
    sql: string,
    cancelled: () => boolean,
  ): Promise<string | undefined> {
    const statement = parseHistoryStatement(sql);
    if (statement === undefined) return undefined;
    if (statement.type === 'show') {
      const rows = this.#bridge
        .histories()
        .flatMap(({ topic, files }) => files.map((file) => rowOf(topic, file)));
      return shown(rows);
    }
    const topic = this.#catalog.tables.find(statement.topic) ?? statement.topic;
    if (statement.type === 'drop') {
      if (!this.#bridge.dropHistory(topic)) {
        throw new SqlError('INVALID', `topic ${topic} has no history`);
      }
      return shown([]);
    }
    const done = this.#last.then(() => this.#export(connection, topic, statement, cancelled));
    this.#last = done.catch(() => undefined);
    return shown(await done);
  }

  /** One at a time: what one exports the next one finds in history. What was exported before a failure stays. */
  async #export(
    connection: DuckDBConnection,
    topic: string,
    { openSegments, olderThanMs }: Extract<HistoryStatement, { type: 'export' }>,
    cancelled: () => boolean,
  ): Promise<string[]> {
    const found = this.#bridge.exportable(topic, { openSegments, olderThanMs });
    const rows: string[] = [];
    if (found.ranges.length === 0) return rows;
    await this.#catalog.prepare(quoteIdentifier(topic));
    const schema = this.#catalog.schema(topic);
    if (schema === undefined) throw new SqlError('INVALID', `there is no topic ${topic}`);
    for (const piece of found.ranges.flatMap(pieces)) {
      if (cancelled()) throw new SqlError('CANCELLED', 'the export was cancelled');
      const exported = await writeHistoryFile(connection, found, piece, schema);
      await this.#record(exported, found.directory);
      if (exported.written !== undefined) rows.push(rowOf(topic, exported.written.file));
    }
    return rows;
  }

  async #record(exported: ExportedRange, directory: string): Promise<void> {
    try {
      this.#bridge.exported(exported);
    } catch (error) {
      const name = exported.written?.temporaryName;
      if (name !== undefined) await rm(join(directory, name), { force: true });
      throw error;
    }
  }
}

function rowOf(topic: string, file: HistoryFile): string {
  const { partition, firstOffset, nextOffset, records, sizeBytes } = file;
  const values = [
    quoteText(topic),
    ...[partition, firstOffset, nextOffset - 1, records, sizeBytes].map(
      (each) => `${each}::BIGINT`,
    ),
    ...[file.minTimestampMs, file.maxTimestampMs].map((ms) => `make_timestamp_ms(${ms})`),
    quoteText(file.name),
  ];
  return `(${values.join(', ')})`;
}

function shown(rows: readonly string[]): string {
  if (rows.length > 0) return `SELECT * FROM (VALUES ${rows.join(', ')}) t(${SHOWN.join(', ')})`;
  const columns = SHOWN.map((name) => {
    const type = TEXTS.includes(name) ? 'VARCHAR' : TIMES.includes(name) ? 'TIMESTAMP' : 'BIGINT';
    return `NULL::${type} AS ${name}`;
  });
  return `SELECT ${columns.join(', ')} WHERE false`;
}
