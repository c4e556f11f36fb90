import { quoteIdentifier } from '../quote.ts';
import { type Lead, plainLead } from './grouping.ts';
import { at, interval, timed } from './plan-time.ts';
import { sameColumns } from './same-columns.ts';
import type { OperatorParts, OperatorTables, StreamOperator } from './stream-operator.ts';
import type { ClosedRange, PlanStatement } from './stream-plan.ts';
import { trimmedResults } from './trimmed-results.ts';

/** A session as a row of state: from its first to its last event so far. */
const SPAN: readonly string[] = ['kawa_from', 'kawa_to'];

/**
 * Sessions: events of a key that follow each other within the gap. The state is stretches of them, appended by each batch;
 * which of them are one session is found when it is read. A session is closed once no event can come any more that would
 * extend it: all that is older than what is closed is late, so its last event and the gap have to lie before that.
 */
export class SessionWindow implements StreamOperator {
  readonly usesTime = true;
  readonly #parts: OperatorParts;
  readonly #gapMs: number;

  constructor(parts: OperatorParts, gapMs: number) {
    this.#parts = parts;
    this.#gapMs = gapMs;
  }

  get explanation(): readonly string[] {
    const kept = this.#parts.grouping.whole
      ? 'the rows'
      : 'first and last time, and partial aggregates,';
    return [`state: ${kept} of open sessions, per key`];
  }

  get tables(): readonly string[] {
    return [this.#tables.state, this.#tables.results];
  }

  lateBefore(closedUntil: number | undefined): number | undefined {
    return closedUntil;
  }

  setUp(): readonly PlanStatement[] {
    const results = this.#parts.grouping.results(this.#sessions(this.#tables.state));
    return [
      `CREATE TABLE IF NOT EXISTS ${this.#tables.state} AS ${this.#intake('true')} WITH NO DATA`,
      `CREATE TABLE IF NOT EXISTS ${this.#tables.results} AS ${results} WITH NO DATA`,
    ].map((sql) => timed(sql));
  }

  apply({ before, after }: ClosedRange): readonly PlanStatement[] {
    const { emit, hasOutput, time } = this.#parts;
    const intake = this.#intake(`${time} >= ${at(1)}`);
    const tracksChanges = hasOutput && emit === 'changes';
    return [
      timed(`CREATE OR REPLACE TEMP TABLE ${this.#tables.partial} AS ${intake}`, before),
      ...(tracksChanges ? [timed(this.#noteChanges())] : []),
      timed(`INSERT INTO ${this.#tables.state} FROM ${this.#tables.partial}`),
      ...(after !== undefined && after !== before ? this.#close(after) : []),
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
    if (this.#parts.grouping.whole) return [];
    const merged = this.#stretches(this.#tables.state);
    return [timed(`CREATE OR REPLACE TABLE ${this.#tables.state} AS ${merged}`)];
  }

  get view(): string {
    const { grouping, emit } = this.#parts;
    const closed = `SELECT * FROM ${this.#tables.results}`;
    if (emit === 'final') return closed;
    return `${closed} UNION ALL ${grouping.results(this.#sessions(this.#tables.state))}`;
  }

  query(from: string): string {
    const { grouping, time } = this.#parts;
    const rows = this.#intake(`${time} IS NOT NULL`, from);
    return grouping.results(this.#sessions(`(${rows})`));
  }

  /** The stretches of a batch: its rows first merged by time, then with their neighbours. */
  #intake(condition: string, from = this.#parts.from): string {
    const { grouping, time } = this.#parts;
    const lead = SPAN.map((name) => ({ name, text: time }));
    return this.#stretches(`(${grouping.intake(from, lead, condition)})`);
  }

  /** Rows of state, merged where they belong to one session. Rows that are kept whole stay as they are. */
  #stretches(rows: string): string {
    const { grouping } = this.#parts;
    if (grouping.whole) return grouping.merged(rows, plainLead(...SPAN));
    return grouping.merged(this.#numbered(rows), {
      columns: [
        { name: 'kawa_from', text: 'min(kawa_from)' },
        { name: 'kawa_to', text: 'max(kawa_to)' },
      ],
      groups: ['kawa_session'],
    });
  }

  /** Finished sessions of rows of state. */
  #sessions(rows: string): string {
    return this.#parts.grouping.finished(this.#numbered(rows), this.#lead);
  }

  get #lead(): Lead {
    return {
      columns: [
        { name: 'kawa_start', text: 'min(kawa_from)' },
        { name: 'kawa_end', text: `max(kawa_to) + ${interval(this.#gapMs)}` },
      ],
      groups: ['kawa_session'],
    };
  }

  /**
   * Rows of state with a number that those of one key have in common which are of one session. Rows with the same times have
   * no order among them that both passes would keep to, so the sum takes them together (RANGE, which is the default).
   */
  #numbered(rows: string, further = ''): string {
    const { keys } = this.#parts.grouping;
    const partition = keys.length === 0 ? '' : `PARTITION BY ${keys.join(', ')} `;
    const order = `${partition}ORDER BY kawa_from, kawa_to`;
    const reached = `max(kawa_to) OVER (${order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)`;
    const isFirst = `CASE WHEN kawa_from > ${reached} + ${interval(this.#gapMs)} THEN 1 ELSE 0 END`;
    const marked = `SELECT *${further}, ${isFirst} AS kawa_first FROM ${rows}`;
    return `(SELECT *, sum(kawa_first) OVER (${order}) AS kawa_session FROM (${marked}))`;
  }

  /** Only keys are looked at that have something old enough. */
  #close(after: number): PlanStatement[] {
    const { grouping } = this.#parts;
    const closing = this.#parts.names.temporary('closing');
    const partition = ['kawa_session', ...grouping.keys].join(', ');
    const same = sameColumns(grouping.keys, 'kawa_row', 'kawa_old');
    const old = `EXISTS (SELECT 1 FROM ${this.#tables.state} AS kawa_old WHERE kawa_old.kawa_to < ${at(1)} AND ${same})`;
    const candidates = `(SELECT rowid AS kawa_rowid, * FROM ${this.#tables.state} AS kawa_row WHERE ${old})`;
    const last = `max(kawa_to) OVER (PARTITION BY ${partition})`;
    const due = `SELECT * FROM (SELECT *, ${last} AS kawa_last FROM ${this.#numbered(candidates)}) WHERE kawa_last < ${at(1)}`;
    const results = grouping.results(grouping.finished(closing, this.#lead));
    return [
      timed(`CREATE OR REPLACE TEMP TABLE ${closing} AS ${due}`, after - this.#gapMs),
      timed(`INSERT INTO ${this.#tables.results} ${results}`),
      timed(`DELETE FROM ${this.#tables.state} WHERE rowid IN (SELECT kawa_rowid FROM ${closing})`),
    ];
  }

  /** A session that grew is another one by its end: the former is deleted, as in ksqlDB. */
  #noteChanges(): string {
    const { grouping } = this.#parts;
    const same = sameColumns(grouping.keys, 'kawa_row', 'kawa_new');
    const touched = `EXISTS (SELECT 1 FROM ${this.#tables.partial} AS kawa_new WHERE ${same})`;
    const former = `(SELECT * FROM ${this.#tables.state} AS kawa_row WHERE ${touched})`;
    const current = `(SELECT * FROM ${former} UNION ALL SELECT * FROM ${this.#tables.partial})`;
    const identity = grouping.parts.outputs
      .filter(({ key }) => key)
      .map(({ name }) => quoteIdentifier(name));
    const before = grouping.changes(this.#sessions(former));
    const after = grouping.changes(this.#sessions(current));
    const gone = `NOT EXISTS (SELECT 1 FROM kawa_after AS kawa_now WHERE ${sameColumns(identity, 'kawa_then', 'kawa_now')})`;
    return `CREATE OR REPLACE TEMP TABLE ${this.#tables.changed} AS WITH kawa_before AS MATERIALIZED (${before}), kawa_after AS MATERIALIZED (${after}) SELECT * REPLACE (true AS kawa_deleted) FROM kawa_before AS kawa_then WHERE NOT kawa_deleted AND ${gone} UNION ALL (SELECT * FROM kawa_after EXCEPT SELECT * FROM kawa_before)`;
  }

  get #tables(): OperatorTables {
    return this.#parts.names.tables;
  }
}
