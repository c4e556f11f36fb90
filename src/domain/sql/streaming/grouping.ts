import { quoteIdentifier } from '../quote.ts';
import type { MergeableAggregate } from './aggregate-functions.ts';
import type { OutputColumn } from './stream-plan.ts';

export interface NamedExpression {
  readonly name: string;
  readonly text: string;
}

/** An aggregate of the query, by the name it has above the grouping. */
export interface GroupedAggregate {
  readonly name: string;
  /** Over the columns that whole rows are kept in. */
  readonly whole: string;
  readonly mergeable: MergeableAggregate | undefined;
  /** Whether OVER can stand behind `whole`. */
  readonly takesFrame: boolean;
}

export interface GroupingParts {
  readonly keys: readonly NamedExpression[];
  readonly aggregates: readonly GroupedAggregate[];
  /** Over keys and aggregates, by their names, and `kawa_start` and `kawa_end` of the window. */
  readonly outputs: readonly (NamedExpression & OutputColumn)[];
  readonly having: string | undefined;
  readonly where: string | undefined;
  /** Which columns the aggregates need of each row, where rows are kept whole. */
  readonly columns: readonly NamedExpression[];
  /** Keeps whole rows whatever the aggregates are. */
  readonly whole?: boolean;
  /** Whether keys and aggregates are computed of columns as they are, so that no row can make them fail. */
  readonly ofColumns: boolean;
}

/** What a row of state belongs to, beside its keys: the columns that tell it, and by what rows of the same are found. */
export interface Lead {
  readonly columns: readonly NamedExpression[];
  readonly groups: readonly string[];
}

/** Columns that are kept as they are and grouped by. */
export function plainLead(...names: readonly string[]): Lead {
  return { columns: names.map((name) => ({ name, text: name })), groups: names };
}

/**
 * A grouping that is computed in pieces: `intake` makes rows of state of a batch's rows, `merged` fewer rows of many, and
 * `finished` the aggregates' values. Where one of the aggregates cannot be merged, the rows themselves are the state.
 * `lead` names columns that come before the keys: the time or window a row of state belongs to.
 */
export class Grouping {
  readonly parts: GroupingParts;
  readonly whole: boolean;
  readonly #partials: readonly { name: string; partial: string; merge: string }[];

  constructor(parts: GroupingParts) {
    this.parts = parts;
    this.whole =
      parts.whole === true || parts.aggregates.some(({ mergeable }) => mergeable === undefined);
    this.#partials = this.whole ? [] : parts.aggregates.flatMap(partialsOf);
  }

  /** Whether only the engine's version that wrote the state can read it. */
  get engineBound(): boolean {
    return !this.whole && this.parts.aggregates.some(({ mergeable }) => mergeable?.engineBound);
  }

  get keys(): readonly string[] {
    return this.parts.keys.map(({ name }) => name);
  }

  /** The columns of state beside lead and keys. */
  get stateColumns(): readonly string[] {
    return (this.whole ? this.parts.columns : this.#partials).map(({ name }) => name);
  }

  /** `counted` are aggregates that come behind the state's columns. */
  intake(
    from: string,
    lead: readonly NamedExpression[],
    condition: string,
    counted: readonly NamedExpression[] = [],
  ): string {
    const { keys, where, columns } = this.parts;
    const groups = [...lead, ...keys].map(named);
    const kept = this.whole
      ? columns.map(named)
      : this.#partials.map(({ name, partial }) => `${partial} AS ${name}`);
    const rest = [...kept, ...counted.map(named)];
    const conditions = [condition, ...(where === undefined ? [] : [`(${where})`])].join(' AND ');
    const select = `SELECT ${list([...groups, ...rest])} FROM ${from} WHERE ${conditions}`;
    if (this.whole || groups.length === 0) return select;
    return `${select} GROUP BY ${groups.map((_, index) => index + 1).join(', ')}`;
  }

  merged(rows: string, lead: Lead): string {
    const columns = [...lead.columns.map(named), ...this.keys];
    if (this.whole) {
      return `SELECT ${list([...columns, ...this.stateColumns])} FROM ${rows}`;
    }
    const merges = this.#partials.map(({ name, merge }) => `${merge} AS ${name}`);
    return `SELECT ${list([...columns, ...merges])} FROM ${rows}${this.#groupBy(lead)}`;
  }

  /** Lead, keys and the aggregates under their names. */
  finished(rows: string, lead: Lead): string {
    const { aggregates } = this.parts;
    if (this.whole) {
      const values = aggregates.map(({ name, whole }) => `${whole} AS ${name}`);
      const columns = [...lead.columns.map(named), ...this.keys, ...values];
      return `SELECT ${list(columns)} FROM ${rows}${this.#groupBy(lead)}`;
    }
    const values = aggregates.map(({ name, mergeable }) => {
      const columns = mergeable?.columns.map((_, index) => `${name}_${index}`) ?? [];
      return `${mergeable?.value(columns)} AS ${name}`;
    });
    const columns = [...lead.columns.map(({ name }) => name), ...this.keys, ...values];
    return `SELECT ${list(columns)} FROM (${this.merged(rows, lead)})`;
  }

  /** The aggregates of each time and key over the rows that precede it, as far as that reaches. Of whole rows only. */
  framed(rows: string, time: string, preceding: string): string {
    const { keys } = this;
    const { aggregates } = this.parts;
    if (!aggregates.every(({ takesFrame }) => takesFrame)) {
      return this.#joinedFrames(rows, time, preceding);
    }
    const partition = keys.length === 0 ? '' : `PARTITION BY ${keys.join(', ')} `;
    const frame = `RANGE BETWEEN ${preceding} PRECEDING AND CURRENT ROW`;
    const values = aggregates.map(({ name, whole }) => `${whole} OVER kawa_frame AS ${name}`);
    const group = [time, ...keys];
    return `SELECT DISTINCT ON (${group.join(', ')}) ${[...group, ...values].join(', ')} FROM ${rows} WINDOW kawa_frame AS (${partition}ORDER BY ${time} ${frame})`;
  }

  #joinedFrames(rows: string, time: string, preceding: string): string {
    const { keys } = this;
    const ends = [
      `${time} AS kawa_until`,
      ...keys.map((key, index) => `${key} AS kawa_of${index}`),
    ];
    const same = keys.map((key, index) => `${key} IS NOT DISTINCT FROM kawa_of${index}`);
    const within = `${time} BETWEEN kawa_until - ${preceding} AND kawa_until`;
    const values = this.parts.aggregates.map(({ name, whole }) => `${whole} AS ${name}`);
    const columns = [`kawa_until AS ${time}`, ...keys, ...values];
    const groups = ['kawa_until', ...keys].join(', ');
    return `SELECT ${columns.join(', ')} FROM (SELECT DISTINCT ${ends.join(', ')} FROM ${rows}) JOIN ${rows} AS kawa_within ON ${[...same, within].join(' AND ')} GROUP BY ${groups}`;
  }

  /** The query's own columns of finished rows that have `kawa_start` and `kawa_end` where there is a window. */
  results(finished: string): string {
    const { having } = this.parts;
    const condition = having === undefined ? '' : ` WHERE ${having}`;
    return `SELECT ${this.#outputs().join(', ')} FROM (${finished})${condition}`;
  }

  /** The same with a row also for what HAVING leaves out, told by `kawa_deleted`. */
  changes(finished: string): string {
    const { having } = this.parts;
    const deleted = having === undefined ? 'false' : `(${having}) IS NOT TRUE`;
    return `SELECT ${[...this.#outputs(), `${deleted} AS kawa_deleted`].join(', ')} FROM (${finished})`;
  }

  #groupBy({ groups }: Lead): string {
    const all = [...groups, ...this.keys];
    return all.length === 0 ? '' : ` GROUP BY ${all.join(', ')}`;
  }

  #outputs(): string[] {
    return this.parts.outputs.map(({ name, text }) => `${text} AS ${quoteIdentifier(name)}`);
  }
}

function partialsOf({
  name,
  mergeable,
}: GroupedAggregate): { name: string; partial: string; merge: string }[] {
  return (mergeable?.columns ?? []).map(({ partial, merge }, index) => {
    const column = `${name}_${index}`;
    return { name: column, partial, merge: merge(column) };
  });
}

function named({ name, text }: NamedExpression): string {
  return `${text} AS ${name}`;
}

/** A SELECT has to have a column. */
function list(columns: readonly string[]): string {
  return columns.length === 0 ? 'true AS kawa_any' : columns.join(', ');
}
