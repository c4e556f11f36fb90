import { quoteIdentifier } from '../quote.ts';
import { at, interval, microseconds, timed } from './plan-time.ts';
import { sameColumns } from './same-columns.ts';
import type { OperatorParts, OperatorTables, StreamOperator } from './stream-operator.ts';
import type { ClosedRange, PlanStatement } from './stream-plan.ts';
import { trimmedResults } from './trimmed-results.ts';

/**
 * Sliding windows: one ends at the time of each event of a key and reaches back over its size, both ends in it. The state
 * is the rows that a window may yet need. A window is closed once all rows up to its end are there.
 */
export class SlidingWindow implements StreamOperator {
  readonly usesTime = true;
  readonly #parts: OperatorParts;
  readonly #sizeMs: number;

  constructor(parts: OperatorParts, sizeMs: number) {
    this.#parts = parts;
    this.#sizeMs = sizeMs;
  }

  get explanation(): readonly string[] {
    return [
      `state: the rows of the last ${this.#sizeMs} ms before the watermark, and all after it`,
    ];
  }

  get tables(): readonly string[] {
    return [this.#tables.state, this.#tables.results, this.#tables.closed];
  }

  lateBefore(closedUntil: number | undefined): number | undefined {
    return closedUntil;
  }

  setUp(): readonly PlanStatement[] {
    const results = this.#parts.grouping.results(this.#windows(this.#tables.state, 'true'));
    return [
      `CREATE TABLE IF NOT EXISTS ${this.#tables.state} AS ${this.#intake('true')} WITH NO DATA`,
      `CREATE TABLE IF NOT EXISTS ${this.#tables.results} AS ${results} WITH NO DATA`,
      `CREATE TABLE IF NOT EXISTS ${this.#tables.closed} (kawa_until TIMESTAMP)`,
    ].map((sql) => timed(sql));
  }

  apply({ before, after }: ClosedRange): readonly PlanStatement[] {
    const { emit, hasOutput, time } = this.#parts;
    const intake = this.#intake(`${time} >= ${at(1)}`);
    const closes = after !== undefined && after !== before;
    if (!hasOutput || emit !== 'changes') {
      return [
        timed(`INSERT INTO ${this.#tables.state} ${intake}`, before),
        ...(closes ? this.#close(before, after) : []),
      ];
    }
    return [
      timed(`CREATE OR REPLACE TEMP TABLE ${this.#tables.partial} AS ${intake}`, before),
      timed(`INSERT INTO ${this.#tables.state} FROM ${this.#tables.partial}`),
      timed(this.#noteChanges(), before),
      ...(closes ? this.#close(before, after) : []),
    ];
  }

  emitted({ before, after }: ClosedRange): PlanStatement | undefined {
    if (this.#parts.emit === 'changes') return timed(`SELECT * FROM ${this.#tables.changed}`);
    if (after === undefined || after === before) return undefined;
    const end = quoteIdentifier(this.#parts.endName);
    return timed(
      `SELECT *, false AS kawa_deleted FROM ${this.#tables.results} WHERE ${end} >= ${at(1)} AND ${end} < ${at(2)}`,
      ...[before, after],
    );
  }

  trim(closed: ClosedRange): readonly PlanStatement[] {
    return closed.after === closed.before ? [] : trimmedResults(this.#parts, closed);
  }

  compact(): readonly PlanStatement[] {
    const last = `SELECT max(kawa_until) AS kawa_until FROM ${this.#tables.closed}`;
    return [timed(`CREATE OR REPLACE TABLE ${this.#tables.closed} AS ${last}`)];
  }

  get view(): string {
    const { grouping, emit } = this.#parts;
    const closed = `SELECT * FROM ${this.#tables.results}`;
    if (emit === 'final') return closed;
    const open = `kawa_end >= coalesce((SELECT max(kawa_until) FROM ${this.#tables.closed}), '-infinity')`;
    return `${closed} UNION ALL ${grouping.results(this.#windows(this.#tables.state, open))}`;
  }

  query(from: string): string {
    const { grouping, time } = this.#parts;
    const rows = this.#intake(`${time} IS NOT NULL`, from);
    return grouping.results(this.#windows(`(${rows})`, 'true'));
  }

  #intake(condition: string, from = this.#parts.from): string {
    const { grouping, time } = this.#parts;
    return grouping.intake(from, [{ name: 'kawa_end', text: time }], condition);
  }

  /** Finished windows for which a condition holds; windows reach back only, so rows after it are not needed. */
  #windows(rows: string, condition: string): string {
    const size = interval(this.#sizeMs);
    const framed = this.#parts.grouping.framed(rows, 'kawa_end', size);
    return `SELECT kawa_end - ${size} AS kawa_start, * FROM (${framed}) AS kawa_row WHERE ${condition}`;
  }

  #close(before: number | undefined, after: number): PlanStatement[] {
    const rows = `(SELECT * FROM ${this.#tables.state} WHERE kawa_end < ${at(2)})`;
    const results = this.#parts.grouping.results(this.#windows(rows, `kawa_end >= ${at(1)}`));
    return [
      timed(`INSERT INTO ${this.#tables.results} ${results}`, before, after),
      timed(`DELETE FROM ${this.#tables.state} WHERE kawa_end < ${at(1)}`, after - this.#sizeMs),
      {
        sql: `INSERT INTO ${this.#tables.closed} VALUES (${at(1)})`,
        parameters: [microseconds(after)],
      },
    ];
  }

  /** The open windows that a row of the batch is in. */
  #noteChanges(): string {
    const { grouping } = this.#parts;
    const same = sameColumns(grouping.keys, 'kawa_row', 'kawa_new');
    const within = `kawa_new.kawa_end BETWEEN kawa_row.kawa_end - ${interval(this.#sizeMs)} AND kawa_row.kawa_end`;
    const touched = `EXISTS (SELECT 1 FROM ${this.#tables.partial} AS kawa_new WHERE ${same} AND ${within})`;
    const open = this.#windows(this.#tables.state, `kawa_end >= ${at(1)} AND ${touched}`);
    return `CREATE OR REPLACE TEMP TABLE ${this.#tables.changed} AS ${grouping.changes(open)}`;
  }

  get #tables(): OperatorTables {
    return this.#parts.names.tables;
  }
}
