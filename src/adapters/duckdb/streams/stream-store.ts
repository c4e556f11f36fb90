import type { DuckDBConnection } from '@duckdb/node-api';
import { STREAM_SCHEMA } from '../../../domain/sql/internal-names.ts';
import { quoteIdentifier, quoteText } from '../../../domain/sql/quote.ts';
import type { TopicSchema } from '../../../domain/sql/topic-schema.ts';
import type {
  OutputPosition,
  SourcePosition,
  StoredStream,
  ViewDefinition,
  ViewState,
} from '../../../ports/stream-engine.ts';
import { USER_CATALOG } from '../database.ts';
import type { ViewReplay } from './view-replay.ts';

/** Of definitions, offsets and state. Users may read it; only streams write to it. */
export const SCHEMA = `${USER_CATALOG}.${STREAM_SCHEMA}`;

export interface StoredWatermark {
  readonly valueMs?: number | undefined;
  readonly partitions: readonly {
    readonly partition: number;
    readonly maxTimeMs?: number | undefined;
  }[];
}

/** What of a view changes with each batch. One row, so that it is one statement of the transaction. */
export interface ViewProgress {
  readonly state: ViewState;
  readonly message?: string | undefined;
  readonly positions: readonly SourcePosition[];
  readonly outputs: readonly OutputPosition[];
  /** Windows that end by then are closed, in milliseconds. */
  readonly closedUntilMs?: number | undefined;
  /** Of each source of the plan, in its order. */
  readonly watermarks: readonly StoredWatermark[];
  /** Of the next record for a topic. */
  readonly nextSequence: bigint;
  readonly batches: number;
  /** Where its topics were read from. */
  readonly origins?: readonly SourcePosition[] | undefined;
  readonly replay?: ViewReplay | undefined;
}

/** What was found when the view was first compiled, and stays: else its results would change their types. */
export interface ViewSchemas {
  /** By the names in the query, in lower case. */
  readonly streams: Readonly<Record<string, FoundStream>>;
  readonly engineVersion: string;
}

/** What a name in a view's query stands for. */
export interface FoundStream {
  readonly topic: string;
  readonly schema: TopicSchema;
  /** An expression over its columns, and the one it reads. */
  readonly eventTime: string;
  readonly timeColumn: string;
  readonly outOfOrdernessMs: number;
  /** Undefined: a partition without records holds the others up for ever. */
  readonly idleMs: number | undefined;
  readonly computed: readonly ComputedColumn[];
}

export interface ComputedColumn {
  readonly name: string;
  readonly expression: string;
}

export interface ViewRow {
  readonly id: number;
  readonly definition: ViewDefinition;
  readonly schemas: ViewSchemas | undefined;
  readonly progress: ViewProgress;
}

/** Definitions and progress in the database of the tables, so that they change together with the state. */
export class StreamStore {
  readonly #connection: DuckDBConnection;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  /** Whether anything was ever kept: without streams the database has no tables of ours. */
  async exists(): Promise<boolean> {
    const rows = await this.#rows(
      `SELECT 1 FROM duckdb_schemas() WHERE database_name = '${USER_CATALOG}' AND schema_name = '${STREAM_SCHEMA}'`,
    );
    return rows.length > 0;
  }

  async setUp(): Promise<void> {
    const statements = [
      `CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`,
      `CREATE TABLE IF NOT EXISTS ${SCHEMA}.streams (name VARCHAR, topic VARCHAR, sql VARCHAR)`,
      `CREATE TABLE IF NOT EXISTS ${SCHEMA}.views
        (id INTEGER, name VARCHAR, definition VARCHAR, schemas VARCHAR, progress VARCHAR)`,
    ];
    for (const sql of statements) await this.#connection.run(sql);
  }

  async streams(): Promise<StoredStream[]> {
    const rows = await this.#rows(`SELECT name, topic, sql FROM ${SCHEMA}.streams ORDER BY name`);
    return (rows as [string, string, string][]).map(([name, topic, sql]) => ({ name, topic, sql }));
  }

  async views(): Promise<ViewRow[]> {
    const rows = await this.#rows(
      `SELECT id, definition, schemas, progress FROM ${SCHEMA}.views ORDER BY id`,
    );
    return (rows as [number, string, string | null, string][]).map(
      ([id, definition, schemas, progress]) => ({
        id,
        definition: parsed(definition) as ViewDefinition,
        schemas: schemas === null ? undefined : (parsed(schemas) as ViewSchemas),
        progress: parsed(progress) as ViewProgress,
      }),
    );
  }

  async addStream({ name, topic, sql }: StoredStream): Promise<void> {
    await this.#connection.run(`INSERT INTO ${SCHEMA}.streams VALUES ($1, $2, $3)`, [
      name,
      topic,
      sql,
    ]);
  }

  async dropStream(name: string): Promise<void> {
    await this.#connection.run(`DELETE FROM ${SCHEMA}.streams WHERE name = ${quoteText(name)}`);
  }

  async addView({ id, definition, schemas, progress }: ViewRow): Promise<void> {
    await this.#connection.run(`INSERT INTO ${SCHEMA}.views VALUES ($1, $2, $3, $4, $5)`, [
      id,
      definition.name,
      text(definition),
      schemas === undefined ? null : text(schemas),
      text(progress),
    ]);
    await this.#connection.run(
      `CREATE TABLE ${this.outbox(id)} 
        (sequence BIGINT, topic VARCHAR, key BLOB, partition_key BLOB, value BLOB, headers VARCHAR, time_ms BIGINT)`,
    );
  }

  async fixSchemas(id: number, schemas: ViewSchemas): Promise<void> {
    await this.#connection.run(`UPDATE ${SCHEMA}.views SET schemas = $1 WHERE id = ${Number(id)}`, [
      text(schemas),
    ]);
  }

  async saveProgress(id: number, progress: ViewProgress): Promise<void> {
    await this.#connection.run(
      `UPDATE ${SCHEMA}.views SET progress = $1 WHERE id = ${Number(id)}`,
      [text(progress)],
    );
  }

  async dropView(id: number): Promise<void> {
    await this.#connection.run(`DELETE FROM ${SCHEMA}.views WHERE id = ${Number(id)}`);
    await this.#connection.run(`DROP TABLE IF EXISTS ${this.outbox(id)}`);
  }

  outbox(id: number): string {
    return `${SCHEMA}.${quoteIdentifier(`v${id}.outbox`)}`;
  }

  async #rows(sql: string): Promise<unknown[][]> {
    return (await this.#connection.runAndReadAll(sql)).getRows();
  }
}

/** JSON with 64-bit integers as objects of their own, since JSON's numbers are not exact. */
function text(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'bigint' ? { bigint: String(each) } : each,
  );
}

function parsed(json: string): unknown {
  return JSON.parse(json, (_key, each: unknown) => {
    const { bigint, ...others } = (each ?? {}) as { readonly bigint?: unknown };
    const alone = typeof each === 'object' && Object.keys(others).length === 0;
    return alone && typeof bigint === 'string' ? BigInt(bigint) : each;
  });
}
