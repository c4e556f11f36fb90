import { plainLead } from './grouping.ts';
import { timed } from './plan-time.ts';
import { sameColumns } from './same-columns.ts';
import type { OperatorParts, OperatorTables, StreamOperator } from './stream-operator.ts';
import type { PlanStatement } from './stream-plan.ts';

/** Groups without a window: a table that is kept up to date for ever. Time plays no part in it, so nothing is late. */
export class RunningGroups implements StreamOperator {
  readonly usesTime = false;
  readonly #parts: OperatorParts;

  constructor(parts: OperatorParts) {
    this.#parts = parts;
  }

  get explanation(): readonly string[] {
    const kept = this.#parts.grouping.whole
      ? 'all rows, for ever'
      : 'one row of partial aggregates per key, for ever';
    return [`state: ${kept}`];
  }

  get tables(): readonly string[] {
    return [this.#tables.state];
  }

  lateBefore(): undefined {
    return undefined;
  }

  setUp(): readonly PlanStatement[] {
    return [
      timed(`CREATE TABLE IF NOT EXISTS ${this.#tables.state} AS ${this.#intake} WITH NO DATA`),
      // Types that the engine cannot finish are told now.
      timed(`EXPLAIN ${this.view}`),
    ];
  }

  apply(): readonly PlanStatement[] {
    const { grouping, emit, hasOutput } = this.#parts;
    if (!hasOutput || emit !== 'changes') {
      return [timed(`INSERT INTO ${this.#tables.state} ${this.#intake}`)];
    }
    const same = sameColumns(grouping.keys, 'kawa_row', 'kawa_new');
    const touched = `EXISTS (SELECT 1 FROM ${this.#tables.partial} AS kawa_new WHERE ${same})`;
    const rows = `${this.#tables.state} AS kawa_row WHERE ${touched}`;
    const changes = grouping.changes(grouping.finished(rows, plainLead()));
    return [
      timed(`CREATE OR REPLACE TEMP TABLE ${this.#tables.partial} AS ${this.#intake}`),
      timed(`INSERT INTO ${this.#tables.state} FROM ${this.#tables.partial}`),
      timed(`CREATE OR REPLACE TEMP TABLE ${this.#tables.changed} AS ${changes}`),
    ];
  }

  emitted(): PlanStatement {
    return timed(`SELECT * FROM ${this.#tables.changed}`);
  }

  /** Nothing of it is ever old. */
  trim(): readonly PlanStatement[] {
    return [];
  }

  compact(): readonly PlanStatement[] {
    const { grouping } = this.#parts;
    if (grouping.whole) return [];
    const merged = grouping.merged(this.#tables.state, plainLead());
    return [timed(`CREATE OR REPLACE TABLE ${this.#tables.state} AS ${merged}`)];
  }

  get view(): string {
    const { grouping } = this.#parts;
    return grouping.results(grouping.finished(this.#tables.state, plainLead()));
  }

  query(from: string): string {
    const { grouping } = this.#parts;
    const rows = grouping.intake(from, [], 'true');
    return grouping.results(grouping.finished(`(${rows})`, plainLead()));
  }

  get #intake(): string {
    const { grouping, from } = this.#parts;
    return grouping.intake(from, [], 'true');
  }

  get #tables(): OperatorTables {
    return this.#parts.names.tables;
  }
}
