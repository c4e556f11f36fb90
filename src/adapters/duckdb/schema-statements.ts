import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteText } from '../../domain/sql/quote.ts';
import type { DeclaredSchema, SchemaColumn } from '../../domain/sql/schema/declared-schema.ts';
import {
  type CreateTopicSchema,
  parseTopicSchemaStatement,
  type WrittenColumn,
} from '../../domain/sql/schema/schema-statement.ts';
import { SqlError, type SqlPosition } from '../../domain/sql/sql-error.ts';
import { positionAt } from '../../domain/sql/token-cursor.ts';
import type { RecordDecoders } from '../../ports/record-decoder.ts';
import { failureOf } from './engine-failure.ts';
import type { LogBridge } from './log-bridge.ts';
import type { TopicCatalog } from './topic-catalog.ts';

export interface SchemaStatementsParts {
  readonly bridge: LogBridge;
  readonly decoders: RecordDecoders;
}

const SHOWN = ['topic', 'role', 'format', 'columns', 'framing', 'schema_id'];

/** Carries out CREATE, DROP and SHOW of topic schemas. */
export class SchemaStatements {
  readonly #catalog: TopicCatalog;
  readonly #parts: SchemaStatementsParts;

  constructor(catalog: TopicCatalog, parts: SchemaStatementsParts) {
    this.#catalog = catalog;
    this.#parts = parts;
  }

  /** A SELECT with the columns of the answer; undefined for statements of other kinds. Carries nothing out. */
  describe(sql: string): string | undefined {
    return parseTopicSchemaStatement(sql) === undefined ? undefined : shown([]);
  }

  /** The SELECT whose rows answer the statement, once it is carried out; undefined for statements of other kinds. */
  async run(connection: DuckDBConnection, sql: string): Promise<string | undefined> {
    const statement = parseTopicSchemaStatement(sql);
    if (statement === undefined) return undefined;
    const { bridge } = this.#parts;
    if (statement.type === 'show') return shown(bridge.declaredSchemas());
    const topic = this.#catalog.tables.find(statement.topic) ?? statement.topic;
    const { role } = statement;
    if (statement.type === 'drop') {
      if (!bridge.dropSchema(topic, role) && !statement.ifExists) {
        const hint = 'SHOW TOPIC SCHEMAS lists those there are';
        throw new SqlError('INVALID', `topic ${topic} has no declared schema of its ${role}s`, {
          hint,
        });
      }
      return shown([]);
    }
    // Those of a registry do not stand in the way.
    const known = bridge
      .declaredSchemas()
      .find((each) => each.topic === topic && each.role === role);
    if (known !== undefined && !statement.replace) {
      if (statement.ifNotExists) return shown([known]);
      const hint = 'CREATE OR REPLACE TOPIC SCHEMA takes its place';
      throw new SqlError('INVALID', `topic ${topic} has a schema of its ${role}s already`, {
        hint,
      });
    }
    const schema = await this.#schemaOf(connection, sql, topic, statement);
    bridge.declareSchema(schema);
    return shown([schema]);
  }

  async #schemaOf(
    connection: DuckDBConnection,
    sql: string,
    topic: string,
    statement: CreateTopicSchema,
  ): Promise<DeclaredSchema> {
    const { role, format, definition, message, framed, schemaId } = statement;
    const described = await this.#described(sql, statement);
    const columns: SchemaColumn[] = [];
    for (const column of statement.columns)
      columns.push(await knownColumn(connection, sql, column));
    if (columns.length === 0) columns.push(...described);
    if (columns.length === 0) {
      const position = positionAt(sql, statement.definitionAt);
      throw new SqlError('INVALID', 'the schema describes no object with fields', { position });
    }
    return { topic, role, format, definition, message, framed, schemaId, columns };
  }

  /** The columns the definition gives. */
  async #described(sql: string, statement: CreateTopicSchema): Promise<readonly SchemaColumn[]> {
    if (statement.definition === undefined) return [];
    await this.#parts.decoders.load(statement.format);
    try {
      return this.#parts.decoders.decoderOf(statement).columns;
    } catch (error) {
      const position = positionAt(sql, statement.definitionAt);
      const message = `the schema is no ${statement.format}: ${(error as Error).message}`;
      throw new SqlError('INVALID', message, { position });
    }
  }
}

/** The column with its type as the engine writes it. */
async function knownColumn(
  connection: DuckDBConnection,
  sql: string,
  { name, type, at }: WrittenColumn,
): Promise<SchemaColumn> {
  const position: SqlPosition = positionAt(sql, at);
  try {
    const result = await connection.runAndReadAll(`DESCRIBE SELECT CAST(NULL AS ${type}) AS c`);
    const rows = result.getRows();
    if (rows.length === 1) return { name, type: String(rows[0]?.[1]) };
  } catch (error) {
    const { message, hint } = failureOf(error, sql);
    throw new SqlError('INVALID', `column ${name}: ${message}`, { position, hint });
  }
  throw new SqlError('INVALID', `column ${name}: ${type} is no type`, { position });
}

function shown(schemas: readonly DeclaredSchema[]): string {
  const rows = schemas.map(({ topic, role, format, columns, framed, schemaId }) => {
    const text = columns.map(({ name, type }) => `${name} ${type}`).join(', ');
    const framing = framed ? 'confluent' : 'none';
    const texts = [topic, role, format, text, framing].map(quoteText);
    return `(${[...texts, `${schemaId ?? 'NULL'}::BIGINT`].join(', ')})`;
  });
  if (rows.length > 0) return `SELECT * FROM (VALUES ${rows.join(', ')}) t(${SHOWN.join(', ')})`;
  const columns = SHOWN.map(
    (name) => `NULL::${name === 'schema_id' ? 'BIGINT' : 'VARCHAR'} AS ${name}`,
  );
  return `SELECT ${columns.join(', ')} WHERE false`;
}
