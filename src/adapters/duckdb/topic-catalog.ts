import { isUtf8 } from 'node:buffer';
import { type DuckDBConnection, LIST, listValue, VARCHAR } from '@duckdb/node-api';
import { coveredOffsets } from '../../domain/sql/history/history-manifest.ts';
import { historySelects, type TopicHistoryPlace } from '../../domain/sql/history/history-select.ts';
import { quoteIdentifier } from '../../domain/sql/quote.ts';
import { namesIn } from '../../domain/sql/statements.ts';
import {
  declaredFields,
  decoderSpecOf,
  fieldsOf,
  type KeySchema,
  type TopicSchema,
  topicSelect,
} from '../../domain/sql/topic-schema.ts';
import { TopicTables, tableNameOf } from '../../domain/sql/topic-tables.ts';
import type { RecordDecoders } from '../../ports/record-decoder.ts';
import type { PartitionRange } from '../../ports/topic-source.ts';
import { TOPIC_CATALOG, USER_CATALOG } from './database.ts';
import type { SchemasAnswer } from './log-bridge.ts';
import type { TopicFunctionParts } from './topic-function.ts';
import { TopicScan } from './topic-scan.ts';

/** Values looked at of the first records of a topic, and as many of its last ones. */
const SAMPLED = 500;
/** How long the columns of a topic that is written to are taken to be what they were. */
const SCHEMA_AGE_MS = 5000;

export interface TopicCatalogParts extends TopicFunctionParts {
  readonly decoders: RecordDecoders;
}

interface KnownTopic {
  readonly schema: TopicSchema;
  /** The declared schemas it was made of. */
  readonly declared: string;
  readonly history: TopicHistoryPlace | undefined;
  /** Where the partitions ended when it was looked at. */
  readonly ends: string;
  readonly lookedAtMs: number;
  /** What its views are. */
  readonly select: string;
  /** Which change of all views made them. */
  readonly revision: number;
}

/** A view of a topic, as it was made last. */
export interface TopicView {
  readonly name: string;
  readonly select: string;
  readonly revision: number;
}

export interface PreparedTopics {
  readonly views: readonly TopicView[];
  readonly userTables: ReadonlyMap<string, string>;
}

/**
 * The topics as views, made when a statement names one: a view finds its columns by looking at the topic's records, and
 * a broker has more topics than anyone asks for.
 */
export class TopicCatalog {
  readonly #own: DuckDBConnection;
  readonly #parts: TopicCatalogParts;
  readonly #known = new Map<string, KnownTopic>();
  #last: Promise<unknown> = Promise.resolve();
  #revision = 0;

  constructor(own: DuckDBConnection, parts: TopicCatalogParts) {
    this.#own = own;
    this.#parts = parts;
  }

  get tables(): TopicTables {
    return new TopicTables(this.#parts.bridge.topics());
  }

  /** Counts the changes of views. */
  get revision(): number {
    return this.#revision;
  }

  schema(topic: string): TopicSchema | undefined {
    return this.#known.get(topic)?.schema;
  }

  /** Loads what the decoding of a topic's records needs, which cannot be done while they are decoded. */
  async loadDecoders({ decoder, key }: TopicSchema): Promise<void> {
    for (const spec of [decoder, key?.decoder]) {
      if (spec !== undefined) await this.#parts.decoders.load(spec.format);
    }
  }

  history(topic: string): TopicHistoryPlace | undefined {
    return this.#known.get(topic)?.history;
  }

  /** Whether a topic had no records when it was looked at. */
  isEmpty(topic: string): boolean {
    return this.#known.get(topic)?.ends === '';
  }

  /** Tables and views of users, as a connection sees them: they go before topics of the same name. */
  userTables(connection?: DuckDBConnection): Promise<ReadonlyMap<string, string>> {
    if (connection !== undefined) return userTablesOf(connection);
    return this.inTurn(userTablesOf);
  }

  /** Makes the views of the topics a statement may read, be it through views of users that a connection sees. */
  prepare(sql: string, connection?: DuckDBConnection): Promise<PreparedTopics> {
    return this.inTurn((own) => this.#prepare(sql, connection ?? own));
  }

  /** Makes the views of topics. */
  refresh(topics: readonly string[]): Promise<void> {
    return this.inTurn(async () => {
      for (const topic of topics) await this.#refresh(topic);
    });
  }

  /** The engine's own connection runs one thing at a time, whoever asks. */
  inTurn<T>(work: (own: DuckDBConnection) => Promise<T>): Promise<T> {
    const done = this.#last.then(() => work(this.#own));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #prepare(sql: string, connection: DuckDBConnection): Promise<PreparedTopics> {
    const tables = this.tables;
    const topics = new Set<string>();
    const views = await userTablesOf(connection);
    const pending = [sql];
    const seen = new Set<string>();
    for (let text = pending.pop(); text !== undefined; text = pending.pop()) {
      for (const name of namesIn(text)) {
        const topic = tables.find(name);
        if (topic !== undefined) topics.add(topic);
        const view = views.get(name.toLowerCase());
        if (view === undefined || seen.has(name)) continue;
        seen.add(name);
        pending.push(view);
      }
    }
    for (const topic of topics) await this.#refresh(topic);
    await this.#forget(new Set(tables.topics));
    return { views: [...topics].flatMap((topic) => this.#viewsOf(topic)), userTables: views };
  }

  #viewsOf(topic: string): TopicView[] {
    const known = this.#known.get(topic);
    if (known === undefined) return [];
    const { select, revision } = known;
    return this.#namesOf(topic).map((name) => ({ name, select, revision }));
  }

  /** A name that is another topic's own belongs to that one. */
  #namesOf(topic: string): string[] {
    const names = [...new Set([topic, tableNameOf(topic)])];
    return names.filter((name) => this.tables.find(name) === topic);
  }

  async #refresh(topic: string): Promise<void> {
    const { bridge } = this.#parts;
    const asked = bridge.ask({ type: 'schemas', topic });
    const known = this.#known.get(topic);
    const askedHistory = bridge.ask({ type: 'history', topic, known: known?.history?.revision });
    const ranges = bridge.ranges(topic, {});
    const schemas = bridge.take(asked) as SchemasAnswer;
    const answer = bridge.take(askedHistory) as TopicHistoryPlace | 'same' | undefined;
    const history = answer === 'same' ? known?.history : answer;
    const declared = JSON.stringify(schemas);
    const ends = ranges.map(({ endOffset }) => endOffset).join();
    const nowMs = performance.now();
    if (known?.declared === declared && known.history?.revision === history?.revision) {
      const isNew = nowMs - known.lookedAtMs < SCHEMA_AGE_MS && known.ends !== '';
      if (known.ends === ends || isNew) return;
    }
    const found = await this.#look(topic, ranges, schemas);
    const schema = schemas.value === undefined ? withHistory(found, history) : found;
    const { binaryKey, binaryValue } = schema;
    const covered = history && coveredOffsets(history.manifest);
    const select = [
      ...(history ? historySelects(history, history.manifest.files, schema) : []),
      topicSelect({ topic, binaryKey, binaryValue, ...(covered && { covered }) }, schema),
    ].join(' UNION ALL ');
    if (known?.select !== select) this.#revision += 1;
    const revision = known?.select === select ? known.revision : this.#revision;
    const looked = { schema, declared, history, ends, select, revision, lookedAtMs: nowMs };
    this.#known.set(topic, looked);
    for (const name of this.#namesOf(topic)) {
      const view = `${TOPIC_CATALOG}.main.${quoteIdentifier(name)}`;
      await this.#own.run(`CREATE OR REPLACE VIEW ${view} AS ${select}`);
    }
  }

  async #forget(topics: ReadonlySet<string>): Promise<void> {
    for (const topic of this.#known.keys()) {
      if (topics.has(topic)) continue;
      this.#known.delete(topic);
      for (const name of new Set([topic, tableNameOf(topic)])) {
        await this.#own.run(`DROP VIEW IF EXISTS ${TOPIC_CATALOG}.main.${quoteIdentifier(name)}`);
      }
    }
  }

  async #look(
    topic: string,
    ranges: readonly PartitionRange[],
    { key, value }: SchemasAnswer,
  ): Promise<TopicSchema> {
    const sample = { values: [] as string[], binaryKey: false, binaryValue: false };
    const half = BigInt(SAMPLED);
    const heads = ranges.map((range) => ({
      ...range,
      endOffset: lesser(range.endOffset, range.startOffset + half),
    }));
    const tails = ranges.map((range, index) => ({
      ...range,
      startOffset: greater(range.endOffset - half, heads[index]?.endOffset ?? 0n),
    }));
    for (const part of [heads, tails]) this.#sample(topic, part, sample);
    const { decoders } = this.#parts;
    for (const schema of [key, value]) if (schema !== undefined) await decoders.load(schema.format);
    const keySchema: KeySchema | undefined = key && {
      fields: declaredFields(key),
      decoder: decoderSpecOf(key),
    };
    const binaryKey = sample.binaryKey || keySchema?.decoder !== undefined;
    if (value !== undefined) {
      const decoder = decoderSpecOf(value);
      const binaryValue = decoder !== undefined;
      return { fields: declaredFields(value), binaryKey, binaryValue, decoder, key: keySchema };
    }
    const { values, binaryValue } = sample;
    const fields = binaryValue ? [] : fieldsOf(await this.#structure(values));
    return { fields, binaryKey, binaryValue, key: keySchema };
  }

  #sample(
    topic: string,
    ranges: readonly PartitionRange[],
    sample: { values: string[]; binaryKey: boolean; binaryValue: boolean },
  ): void {
    const spec = { topic, binaryKey: false, binaryValue: false };
    const some = ranges.filter(({ startOffset, endOffset }) => startOffset < endOffset);
    const scan = new TopicScan(this.#parts.bridge, spec, some, {
      compression: this.#parts.compression,
      withHeaders: false,
    });
    for (let count = 0; count < SAMPLED && scan.advance(); count++) {
      const { bytes, keyStart, keyLength, valueStart, valueLength } = scan.record;
      if (keyLength > 0) {
        sample.binaryKey ||= !isUtf8(copyOf(bytes, keyStart, keyLength));
      }
      if (valueLength <= 0) continue;
      const value = copyOf(bytes, valueStart, valueLength);
      if (isUtf8(value)) sample.values.push(value.toString());
      else sample.binaryValue = true;
    }
  }

  async #structure(values: readonly string[]): Promise<unknown> {
    if (!values.some((value) => value.trimStart().startsWith('{'))) return undefined;
    const result = await this.#own.runAndReadAll(
      `SELECT json_group_structure(v) FROM (SELECT try_cast(unnest($1) AS JSON) AS v)
       WHERE json_type(v) = 'OBJECT'`,
      [listValue([...values])],
      [LIST(VARCHAR)],
    );
    const [[structure] = [null]] = result.getRows();
    return structure === null || structure === undefined
      ? undefined
      : JSON.parse(String(structure));
  }
}

async function userTablesOf(connection: DuckDBConnection): Promise<ReadonlyMap<string, string>> {
  const result = await connection.runAndReadAll(
    `SELECT lower(table_name), '' FROM duckdb_tables()
     WHERE database_name = '${USER_CATALOG}' AND schema_name = 'main'
     UNION ALL SELECT lower(view_name), sql FROM duckdb_views()
     WHERE database_name = '${USER_CATALOG}' AND NOT internal`,
  );
  return new Map(result.getRows() as [string, string][]);
}

/** A sample of the log does not show what only history has any more. */
function withHistory(schema: TopicSchema, history: TopicHistoryPlace | undefined): TopicSchema {
  const columns = history?.manifest.files.at(-1)?.columns;
  if (columns === undefined || columns.decoder !== undefined || schema.binaryValue) return schema;
  const names = new Set(schema.fields.map(({ name }) => name.toLowerCase()));
  const gone = columns.fields.filter(({ name, type }) => {
    return type === undefined && !names.has(name.toLowerCase());
  });
  return { ...schema, fields: [...schema.fields, ...gone] };
}

/** Out of memory that threads share. */
function copyOf(bytes: Uint8Array, start: number, length: number): Buffer {
  return Buffer.from(bytes.subarray(start, start + length));
}

function lesser(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function greater(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
