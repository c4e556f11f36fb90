import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteIdentifier } from '../../../domain/sql/quote.ts';
import { SqlError } from '../../../domain/sql/sql-error.ts';
import { namesIn } from '../../../domain/sql/statements.ts';
import { compileStream } from '../../../domain/sql/streaming/compile-stream.ts';
import type { KnownRelation } from '../../../domain/sql/streaming/stream-catalog.ts';
import type { PlanStatement, StreamPlan } from '../../../domain/sql/streaming/stream-plan.ts';
import { liftStreamingClauses } from '../../../domain/sql/streaming/streaming-clauses.ts';
import {
  type CreateStream,
  streamingCommandOf,
} from '../../../domain/sql/streaming/streaming-ddl.ts';
import { Watermark } from '../../../domain/sql/streaming/watermark.ts';
import { type TopicSchema, topicColumns, topicSelect } from '../../../domain/sql/topic-schema.ts';
import type { StoredStream, ViewDefinition } from '../../../ports/stream-engine.ts';
import { TOPIC_CATALOG, USER_CATALOG } from '../database.ts';
import type { StreamRules } from '../engine-messages.ts';
import type { FileAccess } from '../file-access.ts';
import { EngineSyntaxPrinter, parseStreamQuery } from '../stream-syntax.ts';
import type { TopicCatalog } from '../topic-catalog.ts';
import { emptyRelation, withComputed } from './batch-relation.ts';
import { declaredStream } from './declared-stream.ts';
import type { OpenView, ViewSource } from './open-view.ts';
import {
  type FoundStream,
  SCHEMA,
  type ViewProgress,
  type ViewRow,
  type ViewSchemas,
} from './stream-store.ts';

export interface OpenedView {
  readonly view: OpenView;
  readonly schemas: ViewSchemas;
  /** Whether its tables have to be made. */
  readonly isNew: boolean;
  /** Whether its state is of another version of the engine, which reads no state but its own. */
  readonly isForeign: boolean;
  readonly setUp: readonly PlanStatement[];
}

const STREAM = 'stream';

/** Makes the plans of views, with what the sources' records look like. */
export class ViewCompiler {
  readonly #connection: DuckDBConnection;
  readonly #catalog: TopicCatalog;
  readonly #rules: StreamRules;
  readonly #files: FileAccess;

  constructor(
    connection: DuckDBConnection,
    catalog: TopicCatalog,
    { rules, files }: { readonly rules: StreamRules; readonly files: FileAccess },
  ) {
    this.#connection = connection;
    this.#catalog = catalog;
    this.#rules = rules;
    this.#files = files;
  }

  /** What a CREATE STREAM makes, and the SELECT that shows its records. */
  async streamOf(sql: string): Promise<{ readonly stream: StoredStream; readonly select: string }> {
    const { name, options } = streamingCommandOf(sql) as CreateStream;
    this.#files.check(sql, []);
    const topic = this.#catalog.tables.find(options.topic);
    if (topic === undefined) throw noTopic(options.topic);
    await this.#catalog.prepare(quoteIdentifier(topic));
    const { schema, computed } = await this.#declared(sql);
    const stream = { name, topic, sql };
    if (schema === undefined) {
      const view = `${TOPIC_CATALOG}.main.${quoteIdentifier(topic)}`;
      return { stream, select: withComputed(`SELECT * FROM ${view}`, computed) };
    }
    const { binaryKey, binaryValue } = schema;
    const select = topicSelect({ topic, binaryKey, binaryValue }, schema);
    return { stream, select: withComputed(select, computed) };
  }

  /** Topics the view's query may read, before it is known which of the names in it are topics to it. */
  topicsOf({ definition }: ViewRow, streams: readonly StoredStream[]): string[] {
    const topics = new Set<string>();
    const tables = this.#catalog.tables;
    for (const name of namesIn(definition.sql)) {
      const declared = streams.find((stream) => same(stream.name, name));
      const topic =
        name.toLowerCase() === STREAM
          ? definition.streamTopic
          : (declared?.topic ?? tables.find(name));
      if (topic !== undefined) topics.add(topic);
    }
    return [...topics];
  }

  /** Undefined while a topic has no record that tells what its columns are. Rejects with an SqlError. */
  async open(
    row: ViewRow,
    streams: readonly StoredStream[],
    nowMs: number,
  ): Promise<OpenedView | undefined> {
    const { definition } = row;
    this.#files.check(definition.sql, []);
    const lifted = liftStreamingClauses(definition.sql);
    const select = await parseStreamQuery(this.#connection, lifted);
    const tables = await this.#tables();
    const found = await this.#streamsIn(row, streams, tables);
    if (found === undefined) return undefined;
    const plan = await compileStream({
      ...{ query: lifted, select, schema: SCHEMA, stream: `v${row.id}` },
      catalog: { find: (name) => relationOf(name, found) ?? tables.get(name.toLowerCase()) },
      printer: new EngineSyntaxPrinter(this.#connection),
      late: definition.options.late ?? 'drop',
      retentionMs: definition.options.retentionMs,
      hasOutput: definition.options.topic !== undefined,
    });
    const sources = plan.sources.map((source): ViewSource => {
      const { topic, schema, computed, timeColumn } = found.get(source.topic) as FoundStream;
      const columns = [...source.columns, timeColumn];
      return { name: source.topic, topic, schema, computed, columns };
    });
    // The schemas may be those of an earlier run, of topics nobody has asked for in this one.
    for (const { schema } of sources) await this.#catalog.loadDecoders(schema);
    const { progress, schemas } = row;
    const engineVersion = await this.#version();
    return {
      view: {
        ...{ id: row.id, definition, plan, sources, progress },
        watermarks: watermarksOf(plan, found, progress, nowMs),
      },
      schemas: { engineVersion, streams: Object.fromEntries(found) },
      isNew: schemas === undefined,
      isForeign:
        plan.engineBound && schemas !== undefined && schemas.engineVersion !== engineVersion,
      setUp: plan.setUp(sources.map(emptyRelation)),
    };
  }

  /** The streams among the names in the query; undefined when one has no declared columns and no record to tell them. */
  async #streamsIn(
    { definition, schemas }: ViewRow,
    streams: readonly StoredStream[],
    tables: ReadonlyMap<string, KnownRelation>,
  ): Promise<ReadonlyMap<string, FoundStream> | undefined> {
    if (schemas !== undefined) return new Map(Object.entries(schemas.streams));
    const names = [...namesIn(definition.sql)];
    const declared = streams.filter(({ name }) => names.some((each) => same(each, name)));
    const topics = [definition.streamTopic ?? '', ...declared.map(({ topic }) => topic)];
    await this.#catalog.prepare([...topics, ...names].map(quoteIdentifier).join(' '));
    const found = new Map<string, FoundStream>();
    for (const name of names) {
      const stream = declared.find((each) => same(each.name, name));
      const known =
        stream === undefined
          ? this.#topicCalled(name, definition, tables)
          : await this.#streamOver(stream, definition);
      if (known === 'empty') return undefined;
      if (known !== undefined) found.set(name.toLowerCase(), known);
    }
    return found;
  }

  #topicCalled(
    name: string,
    { streamTopic, options }: ViewDefinition,
    tables: ReadonlyMap<string, KnownRelation>,
  ): FoundStream | 'empty' | undefined {
    const isStream = name.toLowerCase() === STREAM && streamTopic !== undefined;
    if (!isStream && tables.has(name.toLowerCase())) return undefined;
    const topic = this.#catalog.tables.find(isStream ? streamTopic : name);
    if (topic === undefined) {
      if (isStream) throw noTopic(streamTopic);
      return undefined;
    }
    const schema = this.#known(topic);
    if (schema === undefined) return 'empty';
    return {
      ...{ topic, schema, computed: [] },
      ...{ eventTime: 'kafka_timestamp', timeColumn: 'kafka_timestamp' },
      outOfOrdernessMs: options.outOfOrdernessMs ?? this.#rules.outOfOrdernessMs,
      idleMs: this.#idleMs(options.idleMs),
    };
  }

  async #streamOver(
    stream: StoredStream,
    { options }: ViewDefinition,
  ): Promise<FoundStream | 'empty'> {
    const declared = await this.#declared(stream.sql);
    const { schema, computed, eventTime, timeColumn } = declared;
    if (schema === undefined) return 'empty';
    return {
      ...{ topic: stream.topic, schema, computed, eventTime, timeColumn },
      outOfOrdernessMs:
        declared.outOfOrdernessMs ?? options.outOfOrdernessMs ?? this.#rules.outOfOrdernessMs,
      idleMs: this.#idleMs(declared.idleMs ?? options.idleMs),
    };
  }

  #declared(sql: string) {
    return declaredStream(this.#connection, sql, (name) => {
      const topic = this.#catalog.tables.find(name);
      return topic === undefined ? undefined : this.#known(topic);
    });
  }

  /** Undefined for a topic that has neither declared columns nor records that tell what they are. */
  #known(topic: string): TopicSchema | undefined {
    const schema = this.#catalog.schema(topic);
    const files = this.#catalog.history(topic)?.manifest.files ?? [];
    const isEmpty =
      this.#catalog.isEmpty(topic) && files.length === 0 && schema?.fields.length === 0;
    return isEmpty ? undefined : schema;
  }

  /** 0 stands for never. */
  #idleMs(given: number | undefined): number | undefined {
    const idleMs = given ?? this.#rules.idleMs;
    return idleMs === 0 ? undefined : idleMs;
  }

  async #tables(): Promise<ReadonlyMap<string, KnownRelation>> {
    const result = await this.#connection.runAndReadAll(
      `SELECT lower(table_name), list(column_name ORDER BY column_index) FROM duckdb_columns()
       WHERE database_name = '${USER_CATALOG}' AND schema_name = 'main' GROUP BY 1`,
    );
    const rows = result.getRowsJS() as unknown as [string, string[]][];
    return new Map(rows.map(([name, columns]) => [name, { kind: 'table', columns }]));
  }

  async #version(): Promise<string> {
    const result = await this.#connection.runAndReadAll('SELECT version()');
    return String(result.getRows()[0]?.[0]);
  }
}

function watermarksOf(
  plan: StreamPlan,
  found: ReadonlyMap<string, FoundStream>,
  progress: ViewProgress,
  nowMs: number,
): Watermark[] {
  return plan.sources.map(({ topic, outOfOrdernessMs }, index) => {
    const rules = { outOfOrdernessMs, idleMs: found.get(topic)?.idleMs };
    const stored = progress.watermarks[index];
    if (stored === undefined) return Watermark.start(rules, [], nowMs);
    const partitions = stored.partitions.map(({ partition, maxTimeMs }) => ({
      ...{ partition, maxTimeMs },
    }));
    return Watermark.restore(rules, partitions, stored.valueMs, nowMs);
  });
}

/** The plan names its sources by what the query calls them: two streams may be of one topic. */
function relationOf(
  name: string,
  found: ReadonlyMap<string, FoundStream>,
): KnownRelation | undefined {
  const known = found.get(name.toLowerCase());
  if (known === undefined) return undefined;
  const { schema, computed, eventTime, outOfOrdernessMs } = known;
  const columns = [...topicColumns(schema), ...computed.map((column) => column.name)];
  return { kind: 'stream', topic: name.toLowerCase(), columns, eventTime, outOfOrdernessMs };
}

function noTopic(topic: string): SqlError {
  const hint = 'create the topic first; SHOW TABLES lists those there are';
  return new SqlError('INVALID', `there is no topic ${topic}`, { hint });
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
