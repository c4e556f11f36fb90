import type { DuckDBConnection } from '@duckdb/node-api';
import type { CopyStatement } from '../../domain/sql/copy-statement.ts';
import { coveredOffsets, filesWithin } from '../../domain/sql/history/history-manifest.ts';
import { historySelects } from '../../domain/sql/history/history-select.ts';
import { writtenInternalName } from '../../domain/sql/internal-names.ts';
import { queryPartOf } from '../../domain/sql/query-part.ts';
import { quoteIdentifier, quoteText } from '../../domain/sql/quote.ts';
import { SqlError } from '../../domain/sql/sql-error.ts';
import { splitStatements } from '../../domain/sql/statements.ts';
import type { SyntaxNode } from '../../domain/sql/syntax-tree.ts';
import {
  type TopicReference,
  topicReferences,
  usedNames,
} from '../../domain/sql/topic-references.ts';
import { DECODE_FUNCTION, type ScanSpec, topicSelect } from '../../domain/sql/topic-schema.ts';
import { boundValues } from './bound-values.ts';
import type { CopyStatements } from './copy-statements.ts';
import { USER_CATALOG } from './database.ts';
import { failureOf } from './engine-failure.ts';
import type { EngineFailure, ExecuteCommand } from './engine-messages.ts';
import type { FileAccess } from './file-access.ts';
import { runFullTextStatement } from './full-text-statement.ts';
import type { HistoryStatements } from './history-statements.ts';
import type { StatementPlace } from './open-transactions.ts';
import { PostgresCatalog } from './postgres-catalog.ts';
import type { SchemaLookups } from './schema-lookups.ts';
import type { SchemaStatements } from './schema-statements.ts';
import { refusalOf } from './statement-rules.ts';
import { parseSelect, queryNode, sqlText } from './syntax-json.ts';
import type { TopicCatalog } from './topic-catalog.ts';
import { expandViews } from './view-expansion.ts';
import { windowQuery } from './window-query.ts';

export interface PlannedStatement {
  readonly sql: string;
  readonly failure?: EngineFailure;
  /** Whether it writes a file, to a place that was checked. */
  readonly exports?: boolean;
  /** Of EXPLAIN: how the topics are read, told beside the engine's plan. */
  readonly explained?: string;
}

interface NarrowedQuery {
  readonly sql: string;
  readonly scans: readonly string[];
}

const EXPLAIN = /^explain(\s+analyze)?\s+(?=select|with|from|insert|create|\()/i;
const SHOW_TABLES = /^show\s+(all\s+)?tables$/i;

export interface StatementPlannerParts {
  readonly schemas: SchemaStatements;
  readonly history: HistoryStatements;
  readonly copies: CopyStatements;
  readonly files: FileAccess;
  readonly lookups: SchemaLookups;
}

/** Makes of what a user wrote the statement the engine runs. */
export class StatementPlanner {
  readonly #catalog: TopicCatalog;
  readonly #schemas: SchemaStatements;
  readonly #history: HistoryStatements;
  readonly #postgres: PostgresCatalog;
  readonly #copies: CopyStatements;
  readonly #files: FileAccess;
  readonly #lookups: SchemaLookups;

  constructor(
    catalog: TopicCatalog,
    { schemas, history, copies, files, lookups }: StatementPlannerParts,
  ) {
    this.#catalog = catalog;
    this.#schemas = schemas;
    this.#history = history;
    this.#postgres = new PostgresCatalog(catalog);
    this.#copies = copies;
    this.#files = files;
    this.#lookups = lookups;
  }

  /** Throws once a schema could not be asked for that the statement may need; undefined when it needs none. */
  guardOf({ sql }: PlannedStatement): (() => void) | undefined {
    return sql.includes(`${DECODE_FUNCTION}(`) ? this.#lookups.guard() : undefined;
  }

  async plan(
    place: StatementPlace,
    command: ExecuteCommand,
    cancelled: () => boolean,
  ): Promise<PlannedStatement> {
    const connection = place.transaction?.connection ?? place.connection;
    const { sql, parameters, describe } = command;
    const { statements, rest } = splitStatements(sql);
    const [statement = '', ...others] = [...statements, ...(rest === '' ? [] : [rest])];
    if (statement === '') return failed('there is no statement');
    if (others.length > 0) return failed('one statement at a time');
    this.#files.check(statement, parameters);
    if (SHOW_TABLES.test(statement)) return { sql: this.#showTables() };
    const described =
      describe === true
        ? (this.#schemas.describe(statement) ?? this.#history.describe(statement))
        : undefined;
    if (described !== undefined) return { sql: described };
    const carriedOut =
      (await this.#schemas.run(connection, statement)) ??
      (await this.#history.run(connection, statement, cancelled)) ??
      (await runFullTextStatement(connection, statement));
    if (carriedOut !== undefined) return { sql: carriedOut };
    await (place.transaction?.topics ?? this.#catalog).prepare(statement);
    await this.#postgres.prepare(statement, parameters);
    const internal = writtenInternalName(statement);
    if (internal !== undefined) return { sql: '', failure: internalFailure(internal) };
    const copy = this.#copies.parse(statement);
    if (copy !== undefined) {
      return this.#planCopy(place, { ...command, sql: statement }, copy);
    }
    const [prefix = ''] = EXPLAIN.exec(statement) ?? [];
    const windowed = await this.#windowed(connection, statement.slice(prefix.length));
    if (windowed?.failure !== undefined) return windowed;
    const query = windowed === undefined ? statement : `${prefix}${windowed.sql}`;
    return this.#planQuery(place, query, prefix, command);
  }

  async #planQuery(
    place: StatementPlace,
    statement: string,
    prefix: string,
    command: ExecuteCommand,
  ): Promise<PlannedStatement> {
    const connection = place.transaction?.connection ?? place.connection;
    const failure = await wrong(connection, statement);
    if (failure !== undefined) return { sql: '', failure };
    const { before, query, after } = queryPartOf(statement.slice(prefix.length));
    const narrowed = await this.#narrow(place, query, command);
    if (narrowed === undefined) return { sql: statement };
    const text = `${before}${narrowed.sql}${after}`;
    // What does not come back as it was meant is run as it was written, over the whole topics.
    if ((await wrong(connection, text)) !== undefined) return { sql: statement };
    return {
      sql: `${prefix}${text}`,
      ...(prefix !== '' && { explained: narrowed.scans.join('\n') }),
    };
  }

  /** A query with a window of streaming SQL as an ordinary one; undefined for any other. */
  async #windowed(
    connection: DuckDBConnection,
    query: string,
  ): Promise<PlannedStatement | undefined> {
    try {
      const sql = await windowQuery(connection, this.#catalog, query);
      return sql === undefined ? undefined : { sql };
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      const { kind, message, position, hint } = error;
      return { sql: '', failure: { kind, message, position, hint } };
    }
  }

  async #planCopy(
    { connection }: StatementPlace,
    command: ExecuteCommand,
    copy: CopyStatement,
  ): Promise<PlannedStatement> {
    const { query, queryAt } = copy;
    // Spaces for what stands before the query keep its places those of the statement.
    const before = command.sql.slice(0, queryAt).replaceAll(/[^\n]/g, ' ');
    const failure = await wrong(connection, `${before}${query}`);
    if (failure !== undefined) return { sql: '', failure };
    // The answer has the shape of this one, and the same parameters.
    if (command.describe === true) return { sql: `SELECT count(*) AS "Count" FROM (${query})` };
    const narrowed = await this.#narrow({ connection, transaction: undefined }, query, command);
    const usable = narrowed && (await wrong(connection, narrowed.sql)) === undefined;
    const source = usable ? narrowed.sql : query;
    const run = { sql: command.sql, query: source, parameters: command.parameters };
    return { sql: await this.#copies.run(connection, copy, run), exports: true };
  }

  /** Puts in place of each topic a scan of what the query needs of it; undefined when there is nothing to put. */
  async #narrow(
    { connection, transaction }: StatementPlace,
    sql: string,
    command: ExecuteCommand,
  ): Promise<NarrowedQuery | undefined> {
    try {
      const tree = await parseSelect(connection, sql);
      if (tree === undefined) return undefined;
      const tables = this.#catalog.tables;
      const own = await (transaction?.topics ?? this.#catalog).userTables();
      await expandViews(connection, tree, own);
      const references = topicReferences(tree, (name) =>
        own.has(name.toLowerCase()) ? undefined : tables.find(name),
      );
      if (references.length === 0) return undefined;
      const used = usedNames(
        tree,
        references.map(({ alias }) => alias),
      );
      const scans: string[] = [];
      for (const reference of references) {
        scans.push(await this.#replace(connection, reference, used, command));
      }
      return { sql: (await sqlText(connection, tree)).replace(/;\s*$/, ''), scans };
    } catch {
      return undefined;
    }
  }

  async #replace(
    connection: DuckDBConnection,
    { node, topic, alias, bounds, unordered }: TopicReference,
    used: ReadonlySet<string> | undefined,
    { id: statement, parameters }: ExecuteCommand,
  ): Promise<string> {
    const schema = this.#catalog.schema(topic);
    if (schema === undefined) throw new Error(`${topic} is not known`);
    const { binaryKey, binaryValue } = schema;
    const values = await boundValues(connection, bounds, parameters);
    const history = this.#catalog.history(topic);
    const spec: ScanSpec = {
      ...{ topic, binaryKey, binaryValue, statement },
      ...values,
      ...(unordered && { unordered }),
      ...(history && { covered: coveredOffsets(history.manifest) }),
    };
    const files = history ? filesWithin(history.manifest, values) : [];
    const isUsed = (field: string): boolean => used?.has(field.toLowerCase()) ?? true;
    const select = [
      ...(history ? historySelects(history, files, schema, isUsed) : []),
      topicSelect(spec, schema, isUsed),
    ].join(' UNION ALL ');
    const tree = await parseSelect(
      connection,
      `SELECT * FROM (${select}) AS ${quoteIdentifier(alias)}`,
    );
    const table = queryNode(tree as SyntaxNode).from_table as SyntaxNode;
    for (const name of Object.keys(node)) delete node[name];
    Object.assign(node, table);
    const fields = schema.fields.map(({ name }) => name).filter(isUsed);
    const all = history?.manifest.files.length ?? 0;
    return `${scanText(spec, fields)}${all > 0 ? `; ${files.length} of ${all} files of history` : ''}`;
  }

  #showTables(): string {
    const topics = this.#catalog.tables.topics.map((topic) => `(${quoteText(topic)})`);
    const rows = [
      `SELECT table_name AS name, 'table' AS kind FROM duckdb_tables() WHERE database_name = '${USER_CATALOG}' AND schema_name = 'main'`,
      `SELECT view_name, 'view' FROM duckdb_views() WHERE database_name = '${USER_CATALOG}' AND NOT internal`,
      ...(topics.length > 0
        ? [`SELECT name, 'topic' FROM (VALUES ${topics.join(', ')}) t(name)`]
        : []),
    ];
    return `${rows.join(' UNION ALL ')} ORDER BY kind, name`;
  }
}

/** What is wrong with a statement, with its places in it, before anything is made of it. */
async function wrong(
  connection: DuckDBConnection,
  sql: string,
): Promise<EngineFailure | undefined> {
  try {
    const prepared = await connection.prepare(sql);
    const refusal = refusalOf(prepared.statementType);
    prepared.destroySync();
    return refusal;
  } catch (error) {
    return failureOf(error, sql);
  }
}

function scanText(spec: ScanSpec, fields: readonly string[]): string {
  const { topic, partitions, fromOffset, toOffset, fromTimestampMs, toTimestampMs } = spec;
  const parts = [
    partitions === undefined ? '' : `partitions ${partitions.join(', ')}`,
    rangeText('offsets', fromOffset, toOffset),
    rangeText('timestamps', fromTimestampMs, toTimestampMs),
    fields.length === 0 ? 'no fields of value' : `fields ${fields.join(', ')}`,
  ];
  return `${topic}: ${parts.filter((part) => part !== '').join('; ')}`;
}

function rangeText(name: string, from: string | undefined, to: string | undefined): string {
  if (from === undefined && to === undefined) return '';
  return `${name} ${from === undefined ? '' : `from ${from} `}${to === undefined ? '' : `to ${to}`}`.trim();
}

function internalFailure(name: string): EngineFailure {
  const message = `${name} is written by streams only`;
  return { kind: 'FORBIDDEN', message, hint: 'DROP MATERIALIZED VIEW drops a view and its state' };
}

function failed(message: string): PlannedStatement {
  return { sql: '', failure: { kind: 'INVALID', message } };
}
