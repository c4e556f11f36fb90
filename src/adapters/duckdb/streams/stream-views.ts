import type { DuckDBConnection } from '@duckdb/node-api';
import { STREAM_SCHEMA } from '../../../domain/sql/internal-names.ts';
import { quoteIdentifier } from '../../../domain/sql/quote.ts';
import { SqlError } from '../../../domain/sql/sql-error.ts';
import { Watermark } from '../../../domain/sql/streaming/watermark.ts';
import { tableNameOf } from '../../../domain/sql/topic-tables.ts';
import type {
  BatchCommand,
  BatchOutcome,
  OutputRecord,
  SourcePosition,
  SourceRange,
  StoredStream,
  StoredView,
  ViewDefinition,
} from '../../../ports/stream-engine.ts';
import { USER_CATALOG } from '../database.ts';
import { failureOf } from '../engine-failure.ts';
import type { LogBridge } from '../log-bridge.ts';
import type { SchemaLookups } from '../schema-lookups.ts';
import { RecordsMovedError } from './batch-history.ts';
import type { BatchNotes } from './batch-notes.ts';
import type { OpenView } from './open-view.ts';
import type { StreamCalls } from './stream-messages.ts';
import { StreamStore, type ViewProgress, type ViewRow } from './stream-store.ts';
import { RejectedRecordError, ViewBatch } from './view-batch.ts';
import type { ViewCompiler } from './view-compiler.ts';

export interface StreamViewsParts {
  readonly connection: DuckDBConnection;
  readonly notes: BatchNotes;
  readonly compiler: ViewCompiler;
  readonly bridge: LogBridge;
  readonly lookups: SchemaLookups;
}

/** Errors that a value causes. All others say nothing of the records: the batch is tried again as it is. */
const OF_RECORDS =
  /^(Conversion|Out of Range|Invalid Input|Constraint|Mismatch Type|Invalid Type|Divide by Zero) Error/;

const OF_SIZE = /^Out of Memory Error/;

function causeOf({ message }: Error): 'record' | 'size' | undefined {
  if (OF_SIZE.test(message)) return 'size';
  return OF_RECORDS.test(message) ? 'record' : undefined;
}

interface KnownView {
  row: ViewRow;
  open: OpenView | undefined;
  /** Records of the next batch at most: small after a failure, until the record is found that it is about. */
  rowsMax: number;
  pendingOutput: number;
}

/** The continuous queries in the engine's thread. One call runs at a time; the caller sees to that. */
export class StreamViews {
  readonly #connection: DuckDBConnection;
  readonly #parts: StreamViewsParts;
  readonly #store: StreamStore;
  readonly #views = new Map<number, KnownView>();
  #loaded = false;

  constructor(parts: StreamViewsParts) {
    this.#parts = parts;
    this.#connection = parts.connection;
    this.#store = new StreamStore(parts.connection);
  }

  async load(): Promise<ReturnType<StreamCalls['load']>> {
    if (!(await this.#store.exists())) return { streams: [], views: [] };
    await this.#load();
    const streams = await this.#store.streams();
    const views: StoredView[] = [];
    for (const known of this.#views.values()) views.push(await this.#stored(known));
    return { streams, views };
  }

  async createStream(sql: string): Promise<StoredStream> {
    const { stream, select } = await this.#parts.compiler.streamOf(sql);
    await this.#transaction(async () => {
      await this.#store.setUp();
      await this.#checkFree(stream.name);
      for (const name of viewNames(stream.name)) {
        await this.#connection.run(`CREATE VIEW ${name} AS ${select}`);
      }
      await this.#store.addStream(stream);
    });
    return stream;
  }

  async createView(definition: ViewDefinition): Promise<StoredView> {
    await this.#transaction(() => this.#store.setUp());
    await this.#load();
    const id = Math.max(0, ...this.#views.keys()) + 1;
    const progress: ViewProgress = {
      ...{ state: 'WAITING', message: undefined, positions: [], outputs: [], watermarks: [] },
      ...{ nextSequence: 0n, batches: 0 },
    };
    const known: KnownView = {
      row: { id, definition, schemas: undefined, progress },
      ...{ open: undefined, rowsMax: Number.POSITIVE_INFINITY, pendingOutput: 0 },
    };
    await this.#transaction(async () => {
      await this.#checkFree(definition.name);
      await this.#store.addView(known.row);
      await this.#open(known, Date.now());
    });
    this.#views.set(id, known);
    return this.#stored(known);
  }

  async setPaused(viewId: number, paused: boolean): Promise<undefined> {
    const known = this.#views.get(viewId);
    if (known === undefined) throw new SqlError('INVALID', 'the view was dropped');
    const { progress } = known.row;
    const state = paused ? 'PAUSED' : progress.batches === 0 ? 'WAITING' : 'RUNNING';
    await this.#store.saveProgress(viewId, { ...progress, state, message: undefined });
    known.row = { ...known.row, progress: { ...progress, state, message: undefined } };
    return undefined;
  }

  async drop(name: string): Promise<undefined> {
    const known = await this.#find(name);
    const streams = known === undefined ? await this.#store.streams() : [];
    const stream = streams.find((each) => same(each.name, name));
    if (known === undefined && stream === undefined) {
      throw new SqlError('INVALID', `there is no stream or materialized view ${name}`);
    }
    if (stream !== undefined) await this.#checkUnused(stream.name);
    await this.#transaction(async () => {
      for (const view of viewNames(known?.row.definition.name ?? name)) {
        await this.#connection.run(`DROP VIEW IF EXISTS ${view}`);
      }
      if (stream !== undefined) await this.#store.dropStream(stream.name);
      if (known === undefined) return;
      for (const table of await this.#tablesOf(known.row.id)) {
        await this.#connection.run(`DROP TABLE IF EXISTS ${table}`);
      }
      await this.#store.dropView(known.row.id);
    });
    if (known !== undefined) this.#views.delete(known.row.id);
    return undefined;
  }

  async runBatch(command: BatchCommand): Promise<BatchOutcome> {
    await this.#load();
    const known = this.#views.get(command.viewId);
    if (known === undefined) throw new SqlError('INVALID', 'the view was dropped');
    if (known.row.progress.batches !== command.afterBatch) return outcomeOf(known, undefined);
    try {
      if (known.open === undefined) {
        await this.#transaction(() => this.#open(known, command.nowMs));
        // Without a record there is nothing to take columns from.
        if (known.open === undefined) return outcomeOf(known, undefined);
        // It begins anew: the ranges are not what it reads next.
        if (known.row.progress.batches !== command.afterBatch) return outcomeOf(known, undefined);
      }
    } catch (error) {
      return failed(known, error);
    }
    return this.#attempt(known, command);
  }

  async pendingOutput(viewId: number, after: bigint, limit: number): Promise<OutputRecord[]> {
    const result = await this.#connection.runAndReadAll(
      `SELECT sequence, topic, key, partition_key, value, headers, time_ms
       FROM ${this.#store.outbox(viewId)} WHERE sequence > $1 ORDER BY sequence LIMIT ${Number(limit)}`,
      [after],
    );
    return result.getRowObjects().map((row) => ({
      sequence: row.sequence as bigint,
      topic: String(row.topic),
      key: bytesOf(row.key),
      partitionKey: bytesOf(row.partition_key),
      value: bytesOf(row.value),
      headers: headersOf(row.headers),
      timestampMs: Number(row.time_ms),
    }));
  }

  async #attempt(known: KnownView, command: BatchCommand): Promise<BatchOutcome> {
    const { progress: before } = known.row;
    const view = placed({ ...(known.open as OpenView), progress: before }, command);
    const ranges = limitedTo(known.rowsMax, command.ranges);
    const batch = new ViewBatch({ ...this.#parts, store: this.#store }, view, command);
    const records = ranges.reduce((sum, each) => sum + Number(each.toOffset - each.fromOffset), 0);
    try {
      const alone = known.rowsMax < 1;
      const poison = alone ? poisonOf(view, ranges, known.row.progress.message) : [];
      const { progress, watermarks, pendingOutput } = await batch.run(ranges, poison);
      known.row = { ...known.row, progress };
      known.open = { ...view, progress, watermarks };
      known.pendingOutput = pendingOutput;
      known.rowsMax = Math.max(known.rowsMax, 1) * 4;
      return { ...outcomeOf(known, this.#wakeAt(known.open, command.nowMs)), applied: true };
    } catch (error) {
      if (error instanceof RejectedRecordError) return failed(known, error);
      if (error instanceof RecordsMovedError) return outcomeOf(known, undefined);
      const { message } = failureOf(error, view.definition.sql);
      const causedBy = causeOf(error as Error);
      if (causedBy === undefined || records === 0) throw error;
      if (causedBy === 'size' && records === 1) throw error;
      // Half of it is tried next; of a single record it is known then that it is the one.
      known.rowsMax = records > 1 ? Math.floor(records / 2) : 0;
      known.row = { ...known.row, progress: { ...known.row.progress, message } };
      return this.#attempt(known, command);
    }
  }

  #wakeAt({ watermarks, plan }: OpenView, nowMs: number): number | undefined {
    const times = watermarks.flatMap(({ partitions, rules }) =>
      partitions.map(({ activeAtMs }) => activeAtMs + (rules.idleMs ?? Number.POSITIVE_INFINITY)),
    );
    const coming = times.filter((time) => time > nowMs && Number.isFinite(time));
    const isTimed = plan.window.kind !== 'none' || plan.sources.length > 1;
    return coming.length === 0 || !isTimed ? undefined : Math.min(...coming);
  }

  async #load(): Promise<void> {
    if (this.#loaded) return;
    if (await this.#store.exists()) {
      for (const row of await this.#store.views()) {
        const counted = await this.#connection.runAndReadAll(
          `SELECT count(*) FROM ${this.#store.outbox(row.id)}`,
        );
        const pendingOutput = Number(counted.getRows()[0]?.[0] ?? 0);
        const rowsMax = Number.POSITIVE_INFINITY;
        this.#views.set(row.id, { row, open: undefined, rowsMax, pendingOutput });
      }
    }
    this.#loaded = true;
  }

  /** Makes the plan of a view as soon as the columns of its sources are known. */
  async #open(known: KnownView, nowMs: number): Promise<void> {
    const opened = await this.#parts.compiler.open(known.row, await this.#store.streams(), nowMs);
    if (opened === undefined) return;
    const { view, schemas, isNew, isForeign } = opened;
    if (isNew || isForeign) {
      for (const { sql, parameters } of [...view.plan.tearDown, ...opened.setUp]) {
        await this.#connection.run(sql, [...parameters]);
      }
      for (const name of viewNames(view.definition.name)) {
        await this.#connection.run(`CREATE OR REPLACE VIEW ${name} AS ${view.plan.view}`);
      }
      await this.#store.fixSchemas(view.id, schemas);
    }
    const progress = isForeign ? begunAnew(view.progress) : view.progress;
    if (isForeign) await this.#store.saveProgress(view.id, progress);
    known.row = { ...known.row, schemas, progress };
    known.open = { ...view, watermarks: isForeign ? view.watermarks.map(begin) : view.watermarks };
  }

  async #stored({ row, open, pendingOutput }: KnownView): Promise<StoredView> {
    const { id, definition, progress } = row;
    const { state, message, positions, outputs, batches } = progress;
    const sources =
      open?.sources.map(({ topic }) => topic) ??
      (await this.#parts.compiler.topicsOf(row, await this.#store.streams()));
    const watermarkMs = watermarkOf(progress);
    return {
      ...{ id, definition, state, message, positions, outputs, batches, pendingOutput },
      ...{ sources, watermarkMs },
    };
  }

  async #find(name: string): Promise<KnownView | undefined> {
    if (!(await this.#store.exists())) {
      throw new SqlError('INVALID', `there is no stream or materialized view ${name}`);
    }
    await this.#load();
    const wanted = tableNameOf(name);
    return [...this.#views.values()].find(({ row }) =>
      same(tableNameOf(row.definition.name), wanted),
    );
  }

  async #checkFree(name: string): Promise<void> {
    const names = [name, tableNameOf(name)].map((each) => each.toLowerCase());
    const result = await this.#connection.runAndReadAll(
      `SELECT table_name FROM information_schema.tables
       WHERE table_catalog = '${USER_CATALOG}' AND table_schema = 'main' AND lower(table_name) IN ($1, $2)`,
      names as [string, string],
    );
    const taken =
      result.currentRowCount > 0 ||
      [...this.#views.values()].some(({ row }) =>
        names.includes(tableNameOf(row.definition.name).toLowerCase()),
      );
    if (!taken) return;
    throw new SqlError('INVALID', `there is a table, view or stream ${name} already`, {
      hint: `drop it first, or take another name`,
    });
  }

  async #checkUnused(stream: string): Promise<void> {
    const users = [...this.#views.values()].filter(({ open }) =>
      open?.sources.some(({ name }) => same(name, stream)),
    );
    if (users.length === 0) return;
    const names = users.map(({ row }) => row.definition.name).join(', ');
    throw new SqlError('INVALID', `stream ${stream} is read by ${names}`, {
      hint: 'drop what reads it first',
    });
  }

  /** Those it keeps, and its temporary ones. */
  async #tablesOf(id: number): Promise<string[]> {
    const result = await this.#connection.runAndReadAll(
      `SELECT database_name, schema_name, table_name FROM duckdb_tables()
       WHERE (database_name = 'temp' OR (database_name = '${USER_CATALOG}' AND schema_name = '${STREAM_SCHEMA}'))
       AND starts_with(table_name, $1)`,
      [`v${id}.`],
    );
    return result
      .getRows()
      .map((names) => names.map((name) => quoteIdentifier(String(name))).join('.'));
  }

  async #transaction(work: () => Promise<void>): Promise<void> {
    await this.#connection.run('BEGIN TRANSACTION');
    try {
      await work();
      await this.#connection.run('COMMIT');
    } catch (error) {
      await this.#connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }
}

function viewNames(name: string): string[] {
  return [...new Set([name, tableNameOf(name)])].map(
    (each) => `${USER_CATALOG}.main.${quoteIdentifier(each)}`,
  );
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** As after CREATE, but for what it appends to topics: that was appended before. */
function begunAnew(progress: ViewProgress): ViewProgress {
  const { origins = [], positions, closedUntilMs, replay } = progress;
  return {
    ...progress,
    ...{ batches: progress.batches + 1, watermarks: [], closedUntilMs: undefined },
    positions: origins.map((position) => ({
      ...{ ...position, maxEventTimeMs: undefined },
      ...{ rows: 0n, errors: 0n, late: 0n, lost: 0n },
    })),
    replay: replay ?? { until: positions, closedUntilMs },
  };
}

function begin({ rules }: Watermark): Watermark {
  return Watermark.start(rules, [], 0);
}

/** With the positions that begin anew, or were moved. */
function placed(view: OpenView, { moved }: BatchCommand): OpenView {
  if (moved.length === 0) return view;
  const isMoved = (position: SourcePosition): boolean =>
    moved.some(
      ({ topic, partition }) => topic === position.topic && partition === position.partition,
    );
  const positions = [...view.progress.positions.filter((each) => !isMoved(each)), ...moved];
  return { ...view, progress: { ...view.progress, positions } };
}

function limitedTo(rowsMax: number, ranges: readonly SourceRange[]): readonly SourceRange[] {
  const total = ranges.reduce((sum, each) => sum + Number(each.toOffset - each.fromOffset), 0);
  if (total <= rowsMax) return ranges;
  let left = BigInt(Math.max(1, rowsMax));
  return ranges.flatMap((range) => {
    const { fromOffset, toOffset } = range;
    const taken = toOffset - fromOffset < left ? toOffset - fromOffset : left;
    left -= taken;
    return taken === 0n ? [] : [{ ...range, toOffset: fromOffset + taken }];
  });
}

function poisonOf(view: OpenView, ranges: readonly SourceRange[], message: string | undefined) {
  return ranges.map(({ topic, partition, fromOffset }) => ({
    source: view.sources.findIndex((each) => each.topic === topic),
    ...{ partition, offset: fromOffset, reason: message ?? 'the query fails on it' },
  }));
}

function outcomeOf(
  { row, open, pendingOutput }: KnownView,
  wakeAtMs: number | undefined,
): BatchOutcome {
  const { batches, positions, state, message } = row.progress;
  const watermarkMs = watermarkOf(row.progress);
  const sources = open?.sources.map(({ topic }) => topic) ?? [];
  return {
    ...{ applied: false, batches, sources, positions, state, message },
    ...{ pendingOutput, watermarkMs, wakeAtMs },
  };
}

function failed(known: KnownView, error: unknown): BatchOutcome {
  const message = (error as Error).message;
  return { ...outcomeOf(known, undefined), state: 'FAILED', message };
}

function watermarkOf({ watermarks }: ViewProgress): number | undefined {
  const values = watermarks.map(({ valueMs }) => valueMs);
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 || known.length < values.length ? undefined : Math.min(...known);
}

function bytesOf(value: unknown): Uint8Array | null {
  if (value === null) return null;
  return (value as { readonly bytes: Uint8Array }).bytes;
}

function headersOf(value: unknown): OutputRecord['headers'] {
  if (typeof value !== 'string') return [];
  const { original, added } = JSON.parse(value) as {
    readonly original: Readonly<Record<string, unknown>> | null;
    readonly added: Readonly<Record<string, string>>;
  };
  const own = Object.entries(original ?? {}).flatMap(([key, each]) =>
    (Array.isArray(each) ? each : [each]).map((one) => ({ key, value: String(one) })),
  );
  return [...own, ...Object.entries(added).map(([key, each]) => ({ key, value: each }))];
}
