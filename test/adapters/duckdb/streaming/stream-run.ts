import { type DuckDBConnection, DuckDBInstance, type Json } from '@duckdb/node-api';
import {
  EngineSyntaxPrinter,
  parseStreamQuery,
} from '../../../../src/adapters/duckdb/stream-syntax.ts';
import { compileStream } from '../../../../src/domain/sql/streaming/compile-stream.ts';
import type {
  KnownRelation,
  StreamCatalog,
} from '../../../../src/domain/sql/streaming/stream-catalog.ts';
import type {
  LatePolicy,
  PlanStatement,
  StreamPlan,
} from '../../../../src/domain/sql/streaming/stream-plan.ts';
import { liftStreamingClauses } from '../../../../src/domain/sql/streaming/streaming-clauses.ts';
import { closedRange, Watermark } from '../../../../src/domain/sql/streaming/watermark.ts';

/** A row of the streams of these tests. */
export interface EventRow {
  readonly partition: number;
  readonly timeMs: number;
  readonly user: number | null;
  readonly amount: number | null;
  readonly item: string | null;
}

const COLUMNS = ['kafka_partition', 'kafka_offset', 'kafka_timestamp', 'user_id', 'amount', 'item'];
const DEFINITION =
  'kafka_partition INTEGER, kafka_offset BIGINT, kafka_timestamp TIMESTAMP, user_id BIGINT, amount DOUBLE, item VARCHAR, closed_before TIMESTAMP';

export interface StreamRunOptions {
  readonly late?: LatePolicy;
  readonly hasOutput?: boolean;
  readonly outOfOrdernessMs?: number;
  readonly partitions?: number;
  readonly compactEvery?: number;
}

/**
 * A continuous query that is fed batches, and what came of it; streams `events` and `others`, table `users`. All rows stay
 * in `all_events` and `all_others`, with up to when windows were closed when they came.
 */
export class StreamRun {
  readonly plan: StreamPlan;
  readonly emitted: Record<string, Json>[] = [];
  late = 0;
  read = 0;
  untimed = 0;
  readonly #connection: DuckDBConnection;
  readonly #options: StreamRunOptions;
  #watermarks: Watermark[];
  #closedUntil: number | undefined;
  #batches = 0;
  #offset = 0;

  private constructor(connection: DuckDBConnection, plan: StreamPlan, options: StreamRunOptions) {
    this.#connection = connection;
    this.plan = plan;
    this.#options = options;
    const partitions = Array.from({ length: options.partitions ?? 1 }, (_, index) => index);
    this.#watermarks = plan.sources.map(({ outOfOrdernessMs }) =>
      Watermark.start({ outOfOrdernessMs, idleMs: undefined }, partitions, 0),
    );
  }

  static async open(
    connection: DuckDBConnection,
    sql: string,
    options: StreamRunOptions = {},
  ): Promise<StreamRun> {
    // A batch that failed has left its transaction open.
    await connection.run('ROLLBACK').catch(() => undefined);
    for (const stream of ['events', 'others']) {
      await connection.run(`CREATE OR REPLACE TABLE ${stream} (${DEFINITION})`);
      await connection.run(`CREATE OR REPLACE TABLE all_${stream} (${DEFINITION})`);
    }
    const plan = await compiled(connection, sql, options);
    for (const statement of plan.tearDown) await run(connection, statement);
    for (const statement of plan.setUp(relations(plan))) await run(connection, statement);
    return new StreamRun(connection, plan, options);
  }

  get closedUntil(): number | undefined {
    return this.#closedUntil;
  }

  async feed(events: readonly EventRow[], others: readonly EventRow[] = []): Promise<void> {
    const connection = this.#connection;
    this.#batches += 1;
    for (const [name, rows] of [
      ['events', events],
      ['others', others],
    ] as const) {
      await connection.run(`DELETE FROM ${name}`);
      if (rows.length > 0)
        await connection.run(
          `INSERT INTO ${name} VALUES ${rows.map((row) => this.#values(row)).join(', ')}`,
        );
      await connection.run(`INSERT INTO all_${name} FROM ${name}`);
    }
    await connection.run('BEGIN');
    const { plan } = this;
    for (const statement of plan.stage(relations(plan))) await run(connection, statement);
    const before = this.#closedUntil;
    const measured = await rowsOf(connection, plan.measure(before));
    for (const row of measured) {
      this.late += Number(row.late);
      this.read += Number(row.row_count);
      this.untimed += Number(row.untimed);
      const index = Number(row.source);
      const time = row.max_time_ms === null ? undefined : Number(row.max_time_ms);
      const watermark = this.#watermarks[index] as Watermark;
      this.#watermarks[index] = watermark.observe(Number(row.kafka_partition), time, 0);
    }
    this.#watermarks = this.#watermarks.map((watermark) => watermark.advance(0));
    const closed = closedRange(this.#watermarks, plan.graceMs, before, 0);
    for (const statement of plan.apply(closed)) await run(connection, statement);
    const emitted = this.#options.hasOutput ? plan.emitted(closed) : undefined;
    if (emitted !== undefined) this.emitted.push(...(await rowsOf(connection, emitted)));
    for (const statement of plan.trim(closed)) await run(connection, statement);
    if (this.#batches % (this.#options.compactEvery ?? 3) === 0) {
      for (const statement of plan.compact()) await run(connection, statement);
    }
    await connection.run('COMMIT');
    this.#closedUntil = closed.after;
  }

  results(): Promise<Record<string, Json>[]> {
    return rowsOf(this.#connection, { sql: this.plan.view, parameters: [] });
  }

  #values({ partition, timeMs, user, amount, item }: EventRow): string {
    const text = item === null ? 'NULL' : `'${item}'`;
    const closed =
      this.#closedUntil === undefined ? 'NULL' : `make_timestamp(${this.#closedUntil * 1000})`;
    return `(${partition}, ${this.#offset++}, make_timestamp(${timeMs}000), ${user}, ${amount}, ${text}, ${closed})`;
  }
}

export async function compiled(
  connection: DuckDBConnection,
  sql: string,
  { late = 'drop', hasOutput = false, outOfOrdernessMs = 1000 }: StreamRunOptions = {},
): Promise<StreamPlan> {
  const stream: KnownRelation = {
    ...{ kind: 'stream', topic: 'events', columns: COLUMNS },
    ...{ eventTime: 'kafka_timestamp', outOfOrdernessMs },
  };
  const known: Record<string, KnownRelation> = {
    events: stream,
    others: { ...stream, topic: 'others' },
    users: { kind: 'table', columns: ['id', 'name'] },
    names: { kind: 'table', columns: ['id', 'name', 'since'] },
  };
  const catalog: StreamCatalog = { find: (name) => known[name.toLowerCase()] };
  const query = liftStreamingClauses(sql);
  const select = await parseStreamQuery(connection, query);
  const printer = new EngineSyntaxPrinter(connection);
  return compileStream({
    ...{ query, select, catalog, printer, late, hasOutput },
    ...{ stream: 'test', schema: 'main' },
  });
}

export async function memoryConnection(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  return instance.connect();
}

export async function run(
  connection: DuckDBConnection,
  { sql, parameters }: PlanStatement,
): Promise<void> {
  try {
    await connection.run(sql, [...parameters]);
  } catch (error) {
    throw new Error(`${(error as Error).message}\nin ${sql}`);
  }
}

export async function rowsOf(
  connection: DuckDBConnection,
  { sql, parameters }: PlanStatement,
): Promise<Record<string, Json>[]> {
  try {
    const result = await connection.runAndReadAll(sql, [...parameters]);
    return result.getRowObjectsJson();
  } catch (error) {
    throw new Error(`${(error as Error).message}\nin ${sql}`);
  }
}

function relations(plan: StreamPlan): string[] {
  return plan.sources.map(({ topic }) => topic);
}
