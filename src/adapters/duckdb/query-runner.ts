import {
  type DuckDBConnection,
  type DuckDBPreparedStatement,
  type DuckDBResult,
  StatementType,
} from '@duckdb/node-api';
import type { SqlColumn, SqlParameter, SqlValue } from '../../ports/sql-engine.ts';
import { columnTypeText } from './column-type-text.ts';
import { descriptionOf } from './describe-statement.ts';
import { failureOf } from './engine-failure.ts';
import type { EngineEvent, EngineFailure, ExecuteCommand } from './engine-messages.ts';
import type { StatementPlace } from './open-transactions.ts';
import { HISTORY_MOVED } from './outside-of-history.ts';
import { columnValues, type ResultEncoder, resultEncoderOf } from './result-encoders.ts';
import type { StatementPlanner } from './statement-planner.ts';
import { refusalOf, streams } from './statement-rules.ts';
import { threadPoolShare } from './thread-pool-share.ts';

/** Chunks that are on their way to the reader at a time. */
const CHUNKS_AHEAD = 4;
const ATTEMPTS = 3;
const pool = threadPoolShare();

export class FailedStatement extends Error {
  readonly failure: EngineFailure;

  constructor(failure: EngineFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Runs one statement on a connection of its own, or on that of its transaction, and sends what comes of it, no faster than it is read. */
export class QueryRunner {
  readonly #place: StatementPlace;
  readonly #connection: DuckDBConnection;
  readonly #planner: StatementPlanner;
  readonly #command: ExecuteCommand;
  readonly #send: (event: EngineEvent, transfer?: ArrayBuffer[]) => void;
  #credit = CHUNKS_AHEAD;
  #chunksSent = 0;
  #cancelled = false;
  readonly #cancelling = new AbortController();
  #wake: (() => void) | undefined;

  constructor(
    place: StatementPlace,
    planner: StatementPlanner,
    command: ExecuteCommand,
    send: (event: EngineEvent, transfer?: ArrayBuffer[]) => void,
  ) {
    this.#place = place;
    this.#connection = place.transaction?.connection ?? place.connection;
    this.#planner = planner;
    this.#command = command;
    this.#send = send;
  }

  more(): void {
    this.#credit += 1;
    this.#wake?.();
  }

  cancel(): void {
    this.#cancelled = true;
    this.#cancelling.abort(cancelled());
    this.#connection.interrupt();
    this.#wake?.();
  }

  /** As `cancel`, without breaking off what the engine does just now. */
  leave(): void {
    this.#cancelled = true;
    this.#wake?.();
  }

  async run(): Promise<void> {
    const { id, sql } = this.#command;
    try {
      await this.#executeOverHistory();
      this.#send({ type: 'end', id });
    } catch (error) {
      const failure = error instanceof FailedStatement ? error.failure : failureOf(error, sql);
      this.#send({ type: 'error', id, failure });
    }
  }

  /** Again where records went from the log to history meanwhile, as long as nobody has seen a row. */
  async #executeOverHistory(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#execute();
      } catch (error) {
        const moved = error instanceof Error && error.message.includes(HISTORY_MOVED);
        if (!moved || this.#chunksSent > 0 || attempt === ATTEMPTS) throw error;
      }
    }
  }

  async #execute(): Promise<void> {
    const { id, sql, encoding } = this.#command;
    const planned = await this.#inPool(() =>
      this.#planner.plan(this.#place, this.#command, () => this.#cancelled),
    );
    if (planned.failure !== undefined) throw new FailedStatement(planned.failure);
    this.#check();
    const prepared = await this.#inPool(() => this.#connection.prepare(planned.sql));
    try {
      const exports = planned.exports === true && prepared.statementType === StatementType.COPY;
      const refusal = exports ? undefined : refusalOf(prepared.statementType);
      if (refusal !== undefined) throw new FailedStatement(refusal);
      if (this.#command.describe === true) {
        this.#send({ type: 'description', id, description: descriptionOf(prepared) });
        return;
      }
      bind(prepared, this.#command.parameters, sql);
      this.#check();
      const guard = this.#planner.guardOf(planned);
      const result = await this.#inPool(() => this.#result(prepared, planned.explained, guard));
      this.#send({ type: 'columns', id, columns: columnsOf(result) });
      const encoder = encoding === undefined ? undefined : await resultEncoderOf(encoding, result);
      await this.#sendChunks(result, encoder, guard);
    } finally {
      prepared.destroySync();
    }
  }

  async #result(
    prepared: DuckDBPreparedStatement,
    explained: string | undefined,
    guard: (() => void) | undefined,
  ): Promise<DuckDBResult> {
    if (streams(prepared.statementType)) return prepared.stream();
    const result =
      guard === undefined ? await prepared.run() : await this.#guarded(prepared, guard);
    if (explained === undefined) return result;
    const rows = (await result.getRows()).map((row) => row.map(String));
    const all = [['topic_scans', explained], ...rows];
    const values = all.map((_, index) => `($${index * 2 + 1}, $${index * 2 + 2})`);
    return this.#connection.run(
      `SELECT * FROM (VALUES ${values.join(', ')}) t(explain_key, explain_value)`,
      all.flat(),
    );
  }

  /** Runs it, and takes it back when the guard throws. */
  async #guarded(prepared: DuckDBPreparedStatement, guard: () => void): Promise<DuckDBResult> {
    const isOwn = this.#place.transaction === undefined;
    if (isOwn) await this.#connection.run('BEGIN TRANSACTION');
    try {
      const result = await prepared.run();
      guard();
      if (isOwn) await this.#connection.run('COMMIT');
      return result;
    } catch (error) {
      if (isOwn) await this.#connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  async #sendChunks(
    result: DuckDBResult,
    encoder: ResultEncoder | undefined,
    guard: (() => void) | undefined,
  ): Promise<void> {
    let rows = 0;
    for (;;) {
      while (this.#credit === 0 && !this.#cancelled) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      this.#check();
      const chunk = await this.#inPool(() => result.fetchChunk());
      guard?.();
      if (chunk === null || chunk.rowCount === 0) break;
      rows += chunk.rowCount;
      const data = encoder === undefined ? columnValues(chunk) : encoder.chunk(chunk);
      if (data === undefined) continue;
      this.#sendChunk(rows, data);
      rows = 0;
    }
    const rest = encoder?.end();
    if (rest !== undefined) this.#sendChunk(rows, rest);
  }

  #sendChunk(rowCount: number, data: Uint8Array | readonly (readonly SqlValue[])[]): void {
    this.#credit -= 1;
    this.#chunksSent += 1;
    const { id } = this.#command;
    const whole = data instanceof Uint8Array && data.byteLength === data.buffer.byteLength;
    this.#send(
      { type: 'chunk', id, rowCount, data },
      whole ? [(data as Uint8Array<ArrayBuffer>).buffer] : [],
    );
  }

  #inPool<T>(work: () => Promise<T>): Promise<T> {
    return pool.run(work, this.#cancelling.signal);
  }

  #check(): void {
    if (this.#cancelled) throw cancelled();
  }
}

function cancelled(): FailedStatement {
  return new FailedStatement({ kind: 'CANCELLED', message: 'the query was cancelled' });
}

function columnsOf(result: DuckDBResult): SqlColumn[] {
  const names = result.deduplicatedColumnNames();
  return names.map((name, index) => ({ name, type: columnTypeText(result.columnType(index)) }));
}

function bind(
  prepared: DuckDBPreparedStatement,
  parameters: readonly SqlParameter[],
  sql: string,
): void {
  const { parameterCount } = prepared;
  if (parameterCount !== parameters.length) {
    const message = `the statement has ${parameterCount} parameters, and ${parameters.length} were given`;
    throw new FailedStatement({ kind: 'INVALID', message, hint: hintOfParameters(sql) });
  }
  for (const [index, value] of parameters.entries()) bindOne(prepared, index + 1, value);
}

function hintOfParameters(sql: string): string | undefined {
  return /\$\d|\?/.test(sql) ? undefined : 'parameters stand in a statement as $1, $2 or ?';
}

function bindOne(prepared: DuckDBPreparedStatement, index: number, value: SqlParameter): void {
  if (value === null) prepared.bindNull(index);
  else if (typeof value === 'boolean') prepared.bindBoolean(index, value);
  else if (typeof value === 'bigint') prepared.bindBigInt(index, value);
  else if (typeof value === 'string') prepared.bindVarchar(index, value);
  else if (typeof value !== 'number') prepared.bindBlob(index, value);
  else if (Number.isSafeInteger(value)) prepared.bindBigInt(index, BigInt(value));
  else prepared.bindDouble(index, value);
}
