import { quoteIdentifier } from '../quote.ts';
import { at, interval, timed } from './plan-time.ts';
import type { StagedSource } from './staged-sources.ts';
import type { StreamNames } from './stream-operator.ts';
import type { ClosedRange, PlanStatement } from './stream-plan.ts';

/** Stand in the texts of the join for the relations of its sides. */
export const LEFT_SIDE = 'kawa_left_side';
export const RIGHT_SIDE = 'kawa_right_side';

export interface IntervalJoinParts {
  readonly names: StreamNames;
  readonly left: StagedSource;
  readonly right: StagedSource;
  /** Right time less left time, both bounds in it. */
  readonly fromMs: number;
  readonly toMs: number;
  /** What stands after FROM, with the names of the sides in place of the streams. */
  readonly inner: string;
  /** The same as a left join, where rows of the left one stay that have no match. */
  readonly outer: string | undefined;
  /** A condition that the rows of an inner join have to fulfil beside. */
  readonly where: string | undefined;
}

/**
 * Joins two streams whose rows are no further apart in time than an interval. Rows wait in the state for those of the other
 * side until none can come any more; all older than what is closed are late. The joined rows of a batch are a table that has
 * each side's row as a struct under its alias, so that `alias.column` means in it what it means in the query.
 */
export class IntervalJoin {
  readonly #parts: IntervalJoinParts;

  constructor(parts: IntervalJoinParts) {
    this.#parts = parts;
  }

  /** Where joined rows are read from, and their time: that of the later row. */
  get joined(): string {
    return this.#parts.names.temporary('joined');
  }

  get tables(): readonly string[] {
    return [this.#stored('left'), this.#stored('right')];
  }

  get explanation(): readonly string[] {
    const { left, right, fromMs, toMs } = this.#parts;
    return [
      `join: rows of ${left.alias} and ${right.alias} wait until ${Math.max(-fromMs, toMs, 0)} ms after them are closed`,
    ];
  }

  setUp(): readonly PlanStatement[] {
    const { left, right } = this.#parts;
    const empty = (source: StagedSource, side: string): PlanStatement =>
      timed(
        `CREATE TABLE IF NOT EXISTS ${this.#stored(side)} AS SELECT * FROM ${source.table} WITH NO DATA`,
      );
    const create = `CREATE OR REPLACE TEMP TABLE ${this.joined} AS`;
    return [
      empty(left, 'left'),
      empty(right, 'right'),
      timed(`${create} ${this.#select(left.table, right.table, this.#parts.inner)}`),
    ];
  }

  /**
   * A row of the left stream without a match is told when it is certain, by then as late as the interval is long: so long
   * what reads the joined rows has to wait.
   */
  range({ before, after }: ClosedRange): ClosedRange {
    const { outer, toMs } = this.#parts;
    const delay = outer === undefined ? 0 : Math.max(toMs, 0);
    const delayed = (time: number | undefined): number | undefined =>
      time === undefined ? undefined : time - delay;
    return { before: delayed(before), after: delayed(after) };
  }

  apply({ before, after }: ClosedRange): readonly PlanStatement[] {
    const { left, right, inner, outer, fromMs, toMs } = this.#parts;
    const fresh = (source: StagedSource): string =>
      `SELECT * FROM ${source.table} WHERE kawa_time >= ${at(1)}`;
    const both = (source: StagedSource, side: string): string =>
      `(SELECT * FROM ${this.#stored(side)} UNION ALL ${fresh(source)})`;
    const pairs = [
      this.#select(`(${fresh(left)})`, both(right, 'right'), inner),
      this.#select(this.#stored('left'), `(${fresh(right)})`, inner),
    ];
    const times: (number | undefined)[] = [before];
    if (outer !== undefined && after !== undefined) {
      const expiring = `(SELECT * FROM ${both(left, 'left')} WHERE kawa_time < ${at(2)})`;
      const alone = this.#select(expiring, both(right, 'right'), outer);
      pairs.push(`SELECT * FROM (${alone}) WHERE kawa_unmatched`);
      times.push(after - toMs);
    }
    // A row of the right side has to outlast those of the left that it is a match of.
    const rightKeptMs = outer === undefined ? fromMs : fromMs - Math.max(toMs, 0);
    return [
      timed(
        `CREATE OR REPLACE TEMP TABLE ${this.joined} AS ${pairs.join(' UNION ALL ')}`,
        ...times,
      ),
      ...this.#keep(left, 'left', before, after, -toMs),
      ...this.#keep(right, 'right', before, after, rightKeptMs),
    ];
  }

  /** The joined rows of two relations, all at once. */
  query(leftRows: string, rightRows: string): string {
    const { inner, outer } = this.#parts;
    return this.#select(leftRows, rightRows, outer ?? inner);
  }

  /** Rows of the batch come to the state, and leave it once they are too old by the time and a shift of it. */
  #keep(
    { table }: StagedSource,
    side: string,
    before: number | undefined,
    after: number | undefined,
    shiftMs: number,
  ): PlanStatement[] {
    const stored = this.#stored(side);
    const oldest = after === undefined ? undefined : after + shiftMs;
    const insert = timed(
      `INSERT INTO ${stored} SELECT * FROM ${table} WHERE kawa_time >= ${at(1)} AND kawa_time >= ${at(2)}`,
      ...[before, oldest],
    );
    if (oldest === undefined || after === before) return [insert];
    return [insert, timed(`DELETE FROM ${stored} WHERE kawa_time < ${at(1)}`, oldest)];
  }

  #select(leftRows: string, rightRows: string, join: string): string {
    const { left, right, where, outer } = this.#parts;
    const isOuter = join === outer;
    const time = (source: StagedSource): string => `${quoteIdentifier(source.alias)}.kawa_time`;
    const columns = [
      ...[left, right].map((source) => `${rowOf(source)} AS ${quoteIdentifier(source.alias)}`),
      `greatest(${time(left)}, ${time(right)}) AS kawa_time`,
      `${time(right)} IS NULL AS kawa_unmatched`,
    ];
    const from = join.replace(LEFT_SIDE, () => leftRows).replace(RIGHT_SIDE, () => rightRows);
    const condition = where === undefined || isOuter ? '' : ` WHERE ${where}`;
    return `SELECT ${columns.join(', ')} FROM ${from}${condition}`;
  }

  #stored(side: string): string {
    return this.#parts.names.table(side);
  }
}

/** The condition that a WITHIN clause means. */
export function withinCondition(left: string, right: string, fromMs: number, toMs: number): string {
  const time = (alias: string): string => `${quoteIdentifier(alias)}.kawa_time`;
  return `${time(right)} BETWEEN ${time(left)} + ${interval(fromMs)} AND ${time(left)} + ${interval(toMs)}`;
}

function rowOf({ alias, columns }: StagedSource): string {
  const fields = columns.map(
    (column) =>
      `${quoteIdentifier(column)} := ${quoteIdentifier(alias)}.${quoteIdentifier(column)}`,
  );
  return fields.length === 0
    ? `${quoteIdentifier(alias)}.kafka_partition`
    : `struct_pack(${fields.join(', ')})`;
}
