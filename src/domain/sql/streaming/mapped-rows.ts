import { quoteIdentifier } from '../quote.ts';
import type { NamedExpression } from './grouping.ts';
import { timed } from './plan-time.ts';
import type { OperatorTables, StreamNames, StreamOperator } from './stream-operator.ts';
import type { PlanStatement } from './stream-plan.ts';

export interface MappedRowsParts {
  readonly names: StreamNames;
  readonly from: string;
  readonly where: string | undefined;
  readonly outputs: readonly NamedExpression[];
  /** A column of each row. */
  readonly place: string;
  readonly hasOutput: boolean;
}

/** Rows that are filtered and mapped, each on its own, and appended to the results. */
export class MappedRows implements StreamOperator {
  readonly usesTime = false;
  readonly #parts: MappedRowsParts;

  constructor(parts: MappedRowsParts) {
    this.#parts = parts;
  }

  readonly explanation = ['state: none, each row is a result of its own'];

  get tables(): readonly string[] {
    return [this.#tables.results];
  }

  lateBefore(): undefined {
    return undefined;
  }

  setUp(): readonly PlanStatement[] {
    return [
      timed(`CREATE TABLE IF NOT EXISTS ${this.#tables.results} AS ${this.#rows} WITH NO DATA`),
    ];
  }

  apply(): readonly PlanStatement[] {
    if (!this.#parts.hasOutput) return [timed(`INSERT INTO ${this.#tables.results} ${this.#rows}`)];
    return [
      timed(`CREATE OR REPLACE TEMP TABLE ${this.#tables.changed} AS ${this.#rows}`),
      timed(`INSERT INTO ${this.#tables.results} FROM ${this.#tables.changed}`),
    ];
  }

  emitted(): PlanStatement {
    return timed(`SELECT *, false AS kawa_deleted FROM ${this.#tables.changed}`);
  }

  /** Nothing of it is ever old. */
  trim(): readonly PlanStatement[] {
    return [];
  }

  compact(): readonly PlanStatement[] {
    return [];
  }

  get view(): string {
    return `SELECT * FROM ${this.#tables.results}`;
  }

  query(from: string): string {
    return this.#rowsOf(from);
  }

  get #rows(): string {
    return this.#rowsOf(this.#parts.from);
  }

  /** The row's place beside its columns makes the engine refuse an aggregate that was not known as one. */
  #rowsOf(from: string): string {
    const { outputs, where, place } = this.#parts;
    const columns = outputs.map(({ name, text }) => `${text} AS ${quoteIdentifier(name)}`);
    const condition = where === undefined ? '' : ` WHERE ${where}`;
    return `SELECT * EXCLUDE (kawa_place) FROM (SELECT ${columns.join(', ')}, ${place} AS kawa_place FROM ${from}${condition})`;
  }

  get #tables(): OperatorTables {
    return this.#parts.names.tables;
  }
}
