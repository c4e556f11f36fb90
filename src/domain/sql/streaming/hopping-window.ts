import { quoteIdentifier } from '../quote.ts';
import { type Lead, plainLead } from './grouping.ts';
import { at, bucket, interval, microseconds, timed } from './plan-time.ts';
import { sameColumns } from './same-columns.ts';
import type { OperatorParts, OperatorTables, StreamOperator } from './stream-operator.ts';
import type { ClosedRange, PlanStatement } from './stream-plan.ts';
import { trimmedResults, trimmedUntil } from './trimmed-results.ts';

/**
 * Tumbling and hopping windows. Rows are aggregated once, into panes as long as the greatest common divisor of size and
 * advance; a window is the merge of its panes. A window is closed once its end is reached. Rows of windows that open and
 * close in one batch never come to the stored state.
 */
export class HoppingWindow implements StreamOperator {
  readonly usesTime = true;
  readonly #parts: OperatorParts;
  readonly #sizeMs: number;
  readonly #advanceMs: number;
  readonly #paneMs: number;

  constructor(parts: OperatorParts, sizeMs: number, advanceMs: number) {
    this.#parts = parts;
    this.#sizeMs = sizeMs;
    this.#advanceMs = advanceMs;
    this.#paneMs = paneMsOf(sizeMs, advanceMs);
  }

  get explanation(): readonly string[] {
    const { grouping } = this.#parts;
    const kept = grouping.whole ? 'the rows of open windows' : 'one row of partial aggregates';
    const panes = this.#overlaps ? `pane of ${this.#paneMs} ms` : `window of ${this.#sizeMs} ms`;
    return [`state: ${kept} per ${panes} and key, merged from time to time`];
  }

  get tables(): readonly string[] {
    const { state, results, closed } = this.#tables;
    return [state, results, closed];
  }

  lateBefore(closedUntil: number | undefined): number | undefined {
    const start = this.#lastClosed(closedUntil);
    return start === undefined ? undefined : start + this.#advanceMs;
  }

  setUp(): readonly PlanStatement[] {
    const { state, results, closed } = this.#tables;
    const { grouping, panes, from } = this.#parts;
    const finished = grouping.results(this.#windows(state, 'true'));
    return [
      `CREATE TABLE IF NOT EXISTS ${state} AS ${panes ? this.#ofPanes(from) : this.#intake('true')} WITH NO DATA`,
      `CREATE TABLE IF NOT EXISTS ${results} AS ${finished} WITH NO DATA`,
      `CREATE TABLE IF NOT EXISTS ${closed} (kawa_start TIMESTAMP)`,
    ].map((sql) => timed(sql));
  }

  apply(range: ClosedRange): readonly PlanStatement[] {
    const { state, partial } = this.#tables;
    const { late, emit, hasOutput } = this.#parts;
    const before = this.#lastClosed(range.before);
    const after = this.#lastClosed(range.after);
    const closes = after !== undefined && after !== before;
    const tracksChanges = hasOutput && emit === 'changes';
    const intake = this.#intakeOf(range.before);
    if (!closes && !tracksChanges && late !== 'reemit') {
      return [{ ...intake, sql: `INSERT INTO ${state} ${intake.sql}` }];
    }
    return [
      { ...intake, sql: `CREATE OR REPLACE TEMP TABLE ${partial} AS ${intake.sql}` },
      ...(tracksChanges || late === 'reemit' ? [this.#noteChanges(range, tracksChanges)] : []),
      ...(late === 'reemit' ? this.#correct(before) : []),
      ...(closes ? this.#close(before, after) : [timed(`INSERT INTO ${state} FROM ${partial}`)]),
    ];
  }

  emitted(range: ClosedRange): PlanStatement | undefined {
    const { emit, late } = this.#parts;
    const { results, changed } = this.#tables;
    if (emit === 'changes') return timed(`SELECT * FROM ${changed}`);
    const before = this.#lastClosed(range.before);
    const after = this.#lastClosed(range.after);
    const start = this.#startName;
    const closes = after !== undefined && after !== before;
    const news = `SELECT *, false AS kawa_deleted FROM ${results} WHERE ${start} > ${at(1)} AND ${start} <= ${at(2)}`;
    if (late !== 'reemit') return closes ? timed(news, before, after) : undefined;
    const corrected = `SELECT * FROM ${changed}`;
    return closes ? timed(`${news} UNION ALL ${corrected}`, before, after) : timed(corrected);
  }

  trim(range: ClosedRange): readonly PlanStatement[] {
    if (this.#parts.late !== 'reemit') {
      return range.after === range.before ? [] : trimmedResults(this.#parts, range);
    }
    const trimmed = this.#lastTrimmed(range.after);
    if (trimmed === undefined) return [];
    const oldest = trimmed + this.#advanceMs;
    return [
      ...trimmedResults(this.#parts, range),
      timed(`DELETE FROM ${this.#tables.state} WHERE kawa_pane < ${at(1)}`, oldest),
    ];
  }

  compact(): readonly PlanStatement[] {
    const { grouping, late } = this.#parts;
    const { state, closed } = this.#tables;
    const last = `SELECT max(kawa_start) AS kawa_start FROM ${closed}`;
    return [
      ...(grouping.whole
        ? []
        : [
            `CREATE OR REPLACE TABLE ${state} AS ${grouping.merged(state, plainLead('kawa_pane'))}`,
          ]),
      ...(this.#overlaps || late === 'reemit'
        ? [`CREATE OR REPLACE TABLE ${closed} AS ${last}`]
        : []),
    ].map((sql) => timed(sql));
  }

  get view(): string {
    const { grouping, emit } = this.#parts;
    const { state, results, closed } = this.#tables;
    if (emit === 'final') return `SELECT * FROM ${results}`;
    const open = `kawa_start > coalesce((SELECT max(kawa_start) FROM ${closed}), '-infinity')`;
    const current = grouping.results(this.#windows(state, open));
    return `SELECT * FROM ${results} UNION ALL ${current}`;
  }

  query(from: string): string {
    const { grouping, time } = this.#parts;
    const rows = this.#intake(`${time} IS NOT NULL`, from);
    return grouping.results(this.#windows(`(${rows})`, 'true'));
  }

  get #tables(): OperatorTables {
    return this.#parts.names.tables;
  }

  get #overlaps(): boolean {
    return this.#advanceMs < this.#sizeMs;
  }

  get #startName(): string {
    return quoteIdentifier(this.#parts.startName);
  }

  /** The start of the newest window that is closed. */
  #lastClosed(closedUntil: number | undefined): number | undefined {
    if (closedUntil === undefined) return undefined;
    return Math.floor((closedUntil - this.#sizeMs) / this.#advanceMs) * this.#advanceMs;
  }

  /** The start of the newest window whose result is kept no more. */
  #lastTrimmed(closedUntil: number | undefined): number | undefined {
    return this.#lastClosed(trimmedUntil(this.#parts.retentionMs, closedUntil));
  }

  #intake(condition: string, from = this.#parts.from): string {
    const { grouping, time } = this.#parts;
    return grouping.intake(
      from,
      [{ name: 'kawa_pane', text: bucket(this.#paneMs, time) }],
      condition,
    );
  }

  /** A pane and key that several partitions have rows for come in several rows, as from several batches. */
  #ofPanes(table: string): string {
    const { keys, stateColumns } = this.#parts.grouping;
    return `SELECT ${['kawa_pane', ...keys, ...stateColumns].join(', ')} FROM ${table}`;
  }

  #intakeOf(closedUntil: number | undefined): PlanStatement {
    const { time, late, panes, from } = this.#parts;
    if (panes) {
      const { sql, parameters } = timed(`kawa_pane >= ${at(1)}`, this.lateBefore(closedUntil));
      return { sql: `${this.#ofPanes(from)} WHERE ${sql}`, parameters };
    }
    const trimmed = this.#lastTrimmed(closedUntil);
    const kept = trimmed === undefined ? undefined : trimmed + this.#advanceMs;
    const oldest = late === 'reemit' ? kept : this.lateBefore(closedUntil);
    return timed(this.#intake(`${time} >= ${at(1)}`), oldest);
  }

  /** Finished windows of rows of state, those for which a condition holds: on `kawa_start`, or on a key. */
  #windows(rows: string, condition: string): string {
    const { grouping } = this.#parts;
    const windows = `${this.#expanded(rows)} AS kawa_row WHERE ${condition}`;
    return grouping.finished(windows, this.#lead);
  }

  get #lead(): Lead {
    const end = { name: 'kawa_end', text: `kawa_start + ${interval(this.#sizeMs)}` };
    return { columns: [{ name: 'kawa_start', text: 'kawa_start' }, end], groups: ['kawa_start'] };
  }

  /** Rows of state, once for each window they belong to. */
  #expanded(rows: string): string {
    if (!this.#overlaps) return `(SELECT kawa_pane AS kawa_start, * FROM ${rows})`;
    const advance = interval(this.#advanceMs);
    const steps = Math.ceil(this.#sizeMs / this.#advanceMs);
    const start = `${bucket(this.#advanceMs, 'kawa_pane')} - kawa_step * ${advance}`;
    const isWithin = `kawa_pane < kawa_start + ${interval(this.#sizeMs)}`;
    return `(SELECT ${start} AS kawa_start, * FROM ${rows}, range(${steps}) AS kawa_steps(kawa_step) WHERE ${isWithin})`;
  }

  #both(condition = 'true'): string {
    const { state, partial } = this.#tables;
    return `(SELECT * FROM ${state} WHERE ${condition} UNION ALL SELECT * FROM ${partial} WHERE ${condition})`;
  }

  #close(before: number | undefined, after: number): PlanStatement[] {
    const { grouping, late } = this.#parts;
    const { state, results, closed, partial } = this.#tables;
    const done = after + this.#advanceMs;
    // No window up to `after` reaches further than its size.
    const last = after + this.#sizeMs;
    const closing = this.#windows(
      this.#both(`kawa_pane < ${at(3)}`),
      `kawa_start > ${at(1)} AND kawa_start <= ${at(2)}`,
    );
    const statements = [
      timed(`INSERT INTO ${results} ${grouping.results(closing)}`, before, after, last),
    ];
    if (late === 'reemit') statements.push(timed(`INSERT INTO ${state} FROM ${partial}`));
    else {
      statements.push(
        timed(`DELETE FROM ${state} WHERE kawa_pane < ${at(1)}`, done),
        timed(`INSERT INTO ${state} FROM ${partial} WHERE kawa_pane >= ${at(1)}`, done),
      );
    }
    if (this.#overlaps || late === 'reemit') {
      statements.push({
        sql: `INSERT INTO ${closed} VALUES (${at(1)})`,
        parameters: [microseconds(after)],
      });
    }
    return statements;
  }

  /**
   * What the windows that the batch brought rows for are with them. Open ones where each change is told; those that are
   * closed already where late rows are taken in.
   */
  #noteChanges(range: ClosedRange, tellsAll: boolean): PlanStatement {
    const before = this.#lastClosed(range.before);
    if (this.#parts.late !== 'reemit') {
      return this.#note(`kawa_start > ${at(1)} AND ${this.#touched}`, before);
    }
    const kept = `kawa_start > ${at(1)} AND ${this.#touched}`;
    const trimmed = this.#lastTrimmed(range.before);
    return tellsAll
      ? this.#note(kept, trimmed)
      : this.#note(`kawa_start <= ${at(2)} AND ${kept}`, trimmed, before);
  }

  /** Puts what late rows made of windows that are closed already in place of their results. */
  #correct(before: number | undefined): PlanStatement[] {
    const { changed, results } = this.#tables;
    const { outputs } = this.#parts.grouping.parts;
    const keys = outputs.filter(({ key }) => key).map(({ name }) => quoteIdentifier(name));
    const same = sameColumns(keys, 'kawa_result', 'kawa_change');
    const closed = `kawa_change.${this.#startName} <= ${at(1)}`;
    const corrected = `EXISTS (SELECT 1 FROM ${changed} AS kawa_change WHERE ${closed} AND ${same})`;
    return [
      timed(`DELETE FROM ${results} AS kawa_result WHERE ${corrected}`, before),
      timed(
        `INSERT INTO ${results} SELECT * EXCLUDE (kawa_deleted) FROM ${changed} AS kawa_change WHERE NOT kawa_deleted AND ${closed}`,
        before,
      ),
    ];
  }

  #note(condition: string, ...timesMs: (number | undefined)[]): PlanStatement {
    const { grouping } = this.#parts;
    const changes = grouping.changes(this.#windows(this.#both(), condition));
    return timed(`CREATE OR REPLACE TEMP TABLE ${this.#tables.changed} AS ${changes}`, ...timesMs);
  }

  /** Whether the batch brought rows for a window and key. */
  get #touched(): string {
    const columns = ['kawa_start', ...this.#parts.grouping.keys];
    const same = sameColumns(columns, 'kawa_row', 'kawa_new');
    return `EXISTS (SELECT 1 FROM ${this.#expanded(this.#tables.partial)} AS kawa_new WHERE ${same})`;
  }
}

/** The length of the panes that windows are merged of. */
export function paneMsOf(sizeMs: number, advanceMs: number): number {
  return greatestCommonDivisor(sizeMs, advanceMs);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
