import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteIdentifier, quoteText } from '../../../domain/sql/quote.ts';
import type { OutputColumn, PlanStatement } from '../../../domain/sql/streaming/stream-plan.ts';
import { SCAN_FUNCTION, type ScanSpec } from '../../../domain/sql/topic-schema.ts';
import type { BatchHistory } from './batch-history.ts';
import type { RejectedRecord } from './batch-notes.ts';
import type { ViewSource } from './open-view.ts';

/** Columns of a window, which tell records of one key apart but do not decide on their partition. */
const WINDOW_COLUMNS: ReadonlySet<string> = new Set([
  ...['window_start', 'window_end', 'windowstart', 'windowend'],
]);

/** Writes the records a batch has for topics into the table they wait in, within the batch's transaction. */
export class OutboxWriter {
  readonly #connection: DuckDBConnection;
  readonly #table: string;
  readonly #nowMs: number;
  readonly #firstSequence: bigint;
  #nextSequence: bigint;

  constructor(
    connection: DuckDBConnection,
    table: string,
    { nextSequence, nowMs }: { readonly nextSequence: bigint; readonly nowMs: number },
  ) {
    this.#connection = connection;
    this.#table = table;
    this.#nowMs = nowMs;
    this.#firstSequence = nextSequence;
    this.#nextSequence = nextSequence;
  }

  get nextSequence(): bigint {
    return this.#nextSequence;
  }

  get added(): number {
    return Number(this.#nextSequence - this.#firstSequence);
  }

  /** All of it was appended. */
  async clear(): Promise<void> {
    await this.#connection.run(`DELETE FROM ${this.#table}`);
  }

  /** The results that changed; one that there is no more is a record without a value. */
  async addEmitted(
    topic: string,
    emitted: PlanStatement,
    outputColumns: readonly OutputColumn[],
  ): Promise<void> {
    const names = outputColumns.map(({ name }) => name);
    const keys = outputColumns.filter(({ key }) => key).map(({ name }) => name);
    const lasting = keys.filter((name) => !WINDOW_COLUMNS.has(name.toLowerCase()));
    await this.#insert(
      `${quoteText(topic)}, ${jsonBytes(keys)}, ${jsonBytes(lasting.length === 0 ? keys : lasting)},
       CASE WHEN NOT kawa_deleted THEN ${jsonBytes(names)} END, NULL, ${this.#nowMs} FROM (${emitted.sql})`,
      emitted.parameters,
    );
  }

  /** The records as they were, with headers that tell where they are from and what is wrong (as KIP-1034 names them). */
  async addRecords(
    topic: string,
    sources: readonly ViewSource[],
    records: readonly RejectedRecord[],
    history: BatchHistory,
  ): Promise<void> {
    const seen = new Set<string>();
    for (const [index, source] of sources.entries()) {
      // A topic that is read twice has each of its records once.
      const own = records.filter((record) => {
        const place = `${source.topic} ${record.partition} ${record.offset}`;
        if (record.source !== index || seen.has(place)) return false;
        seen.add(place);
        return true;
      });
      if (own.length === 0) continue;
      const values = own.map(
        ({ partition, offset, reason }) => `(${partition}, ${offset}, ${quoteText(reason)})`,
      );
      const headers = `to_json({original: kawa_headers::JSON, added: {
        '__streams.errors.topic': ${quoteText(source.topic)},
        '__streams.errors.partition': r.partition::VARCHAR,
        '__streams.errors.offset': r.position::VARCHAR,
        '__streams.errors.message': r.reason}})`;
      await this.#insert(
        `${quoteText(topic)}, kawa_key, kawa_key, kawa_value, ${headers}, epoch_ms(kafka_timestamp)
         FROM (${rowsOf(source.topic, own, history)}) t JOIN (VALUES ${values.join(', ')}) r(partition, position, reason)
         ON t.kafka_partition = r.partition AND t.kafka_offset = r.position`,
        [],
        'ORDER BY r.partition, r.position',
      );
    }
  }

  async #insert(selected: string, parameters: readonly bigint[], order = ''): Promise<void> {
    const before = this.#nextSequence - 1n;
    const result = await this.#connection.run(
      `INSERT INTO ${this.#table} SELECT ${before} + row_number() OVER (${order}), ${selected}`,
      [...parameters],
    );
    this.#nextSequence += BigInt(result.rowsChanged);
  }
}

function jsonBytes(names: readonly string[]): string {
  if (names.length === 0) return 'NULL';
  const fields = names.map((name) => `${quoteText(name)}, ${quoteIdentifier(name)}`);
  return `encode(json_object(${fields.join(', ')})::VARCHAR)`;
}

/** No more than where the records are, with keys and values as bytes, out of the log and out of history. */
function rowsOf(topic: string, records: readonly RejectedRecord[], history: BatchHistory): string {
  const offsets = new Map<number, bigint[]>();
  for (const { partition, offset } of records) {
    const own = offsets.get(partition) ?? [];
    own.push(offset);
    offsets.set(partition, own);
  }
  const ranges = [...offsets].map(([partition, own]) => {
    const sorted = own.toSorted((one, other) => Number(one - other));
    const [first = 0n, last = first] = [sorted[0], sorted.at(-1)];
    return { partition, fromOffset: String(first), toOffset: String(last + 1n) };
  });
  const spec: ScanSpec = { topic, binaryKey: true, binaryValue: true, ranges };
  const kept = history.rows(topic, ranges);
  // A partition's records are all in the one or the other.
  const scan = `${SCAN_FUNCTION}(${quoteText(JSON.stringify(spec))})`;
  return [scan, ...kept].map((rows) => `SELECT * FROM ${rows}`).join(' UNION ALL ');
}
