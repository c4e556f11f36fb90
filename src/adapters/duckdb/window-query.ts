import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteIdentifier } from '../../domain/sql/quote.ts';
import { SqlError } from '../../domain/sql/sql-error.ts';
import { compileStream } from '../../domain/sql/streaming/compile-stream.ts';
import { isAggregateCall } from '../../domain/sql/streaming/grouped-query.ts';
import { orderedResults, takeOrder } from '../../domain/sql/streaming/ordered-results.ts';
import { refuse } from '../../domain/sql/streaming/query-text.ts';
import type { KnownRelation } from '../../domain/sql/streaming/stream-catalog.ts';
import {
  type LiftedQuery,
  liftStreamingClauses,
} from '../../domain/sql/streaming/streaming-clauses.ts';
import { isWindowFunction } from '../../domain/sql/streaming/window-function.ts';
import { nodesOf } from '../../domain/sql/syntax-tree.ts';
import { positionAt } from '../../domain/sql/token-cursor.ts';
import { topicColumns } from '../../domain/sql/topic-schema.ts';
import { USER_CATALOG } from './database.ts';
import { EngineSyntaxPrinter, parseStreamQuery } from './stream-syntax.ts';
import type { TopicCatalog } from './topic-catalog.ts';

const QUERY = /^(select|from)\b/i;
const WINDOW_FUNCTION = /\b(tumble|hop|session|cumulate)\s*\(/i;

/**
 * A query with a window of streaming SQL, asked once: it is answered of all records the topics have, with what a view of it
 * would show then. Undefined for any other query; an SqlError for what is wrong with it.
 */
export async function windowQuery(
  connection: DuckDBConnection,
  catalog: TopicCatalog,
  statement: string,
): Promise<string | undefined> {
  if (!QUERY.test(statement)) return undefined;
  const lifted = liftStreamingClauses(statement);
  const { window, within, emit, emitAt } = lifted;
  if (emit !== undefined) {
    throw new SqlError('INVALID', 'EMIT is for queries that never end', {
      position: positionAt(statement, emitAt ?? 0),
      hint: 'leave it out, or CREATE MATERIALIZED VIEW name AS SELECT …',
    });
  }
  if (lifted.retentionMs !== undefined) {
    throw new SqlError('INVALID', 'RETENTION is for queries that never end', {
      position: positionAt(statement, lifted.retentionAt ?? 0),
      hint: 'leave it out: WHERE tells what is read',
    });
  }
  const mayBeFunction = WINDOW_FUNCTION.test(statement);
  if (window === undefined && within === undefined && !mayBeFunction) return undefined;
  const select = await parseStreamQuery(connection, lifted);
  const isWindowed = (): boolean => [...nodesOf(select)].some(isWindowFunction);
  if (window === undefined && within === undefined && !isWindowed()) return undefined;
  const modifiers = takeOrder(select);
  const aggregate = modifiers.flatMap((modifier) => [...nodesOf(modifier)]).find(isAggregateCall);
  if (aggregate !== undefined) {
    const hint = 'name it in the select list, count(*) AS n, and order by that name';
    throw refuse(lifted, aggregate, 'ORDER BY is over the results of the windows', hint);
  }
  const listed = Array.isArray(select.select_list) ? select.select_list.length : 0;
  const plan = await planOf(connection, catalog, lifted, select);
  const names = plan.outputColumns.map(({ name }) => name);
  const printer = new EngineSyntaxPrinter(connection);
  return orderedResults(
    plan.query(plan.sources.map(({ topic }) => quoteIdentifier(topic))),
    modifiers,
    names.slice(Math.max(0, names.length - listed)),
    (all, table) => printer.selectOf(table, all),
  );
}

async function planOf(
  connection: DuckDBConnection,
  catalog: TopicCatalog,
  query: LiftedQuery,
  select: Awaited<ReturnType<typeof parseStreamQuery>>,
): ReturnType<typeof compileStream> {
  const tables = await userTables(connection);
  const topics = catalog.tables;
  const find = (name: string): KnownRelation | undefined => {
    const own = tables.get(name.toLowerCase());
    if (own !== undefined) return { kind: 'table', columns: own };
    const topic = topics.find(name);
    const schema = topic === undefined ? undefined : catalog.schema(topic);
    if (topic === undefined || schema === undefined) return undefined;
    const columns = topicColumns(schema);
    return {
      ...{ kind: 'stream', topic, columns },
      ...{ eventTime: 'kafka_timestamp', outOfOrdernessMs: 0 },
    };
  };
  return compileStream({
    ...{ query, select, catalog: { find }, printer: new EngineSyntaxPrinter(connection) },
    ...{ stream: 'query', schema: 'main', late: 'drop', hasOutput: false },
  });
}

async function userTables(
  connection: DuckDBConnection,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const result = await connection.runAndReadAll(
    `SELECT lower(table_name), list(column_name ORDER BY column_index) FROM duckdb_columns()
     WHERE database_name = '${USER_CATALOG}' AND schema_name = 'main' GROUP BY 1`,
  );
  return new Map(result.getRowsJS() as unknown as [string, string[]][]);
}
