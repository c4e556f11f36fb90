import type { Grouping } from './grouping.ts';
import { paneMsOf } from './hopping-window.ts';
import { at, bucket, timed } from './plan-time.ts';
import type { QueryShape } from './query-shape.ts';
import { type StagedSource, stagedRows } from './staged-sources.ts';
import type { StreamInput } from './stream-input.ts';
import type { LatePolicy, PlanStatement } from './stream-plan.ts';

/**
 * A batch that is aggregated while it is read, in place of being kept row by row first: into panes of each partition and key,
 * with counts that tell what `measure` tells of rows. Late rows and those without time are aggregated with the others, in
 * panes of their own, and left out later.
 */
export class BatchPanes {
  readonly #source: StagedSource;
  readonly #input: StreamInput;
  readonly #grouping: Grouping;
  readonly #paneMs: number;

  private constructor(
    source: StagedSource,
    input: StreamInput,
    grouping: Grouping,
    paneMs: number,
  ) {
    this.#source = source;
    this.#input = input;
    this.#grouping = grouping;
    this.#paneMs = paneMs;
  }

  /**
   * Undefined where rows are needed one by one: for what cannot be merged, for joins and conditions, where late rows are told
   * or taken in, and where a late row could make an expression fail.
   */
  static of(
    { from, window }: QueryShape,
    [source, ...others]: readonly StagedSource[],
    input: StreamInput,
    grouping: Grouping,
    late: LatePolicy,
  ): BatchPanes | undefined {
    if (source === undefined || others.length > 0 || from.sources.length > 1) return undefined;
    if (window?.kind !== 'hopping' || input.where !== undefined || late !== 'drop')
      return undefined;
    if (grouping.whole || !grouping.parts.ofColumns) return undefined;
    return new BatchPanes(source, input, grouping, paneMsOf(window.sizeMs, window.advanceMs));
  }

  get table(): string {
    return this.#source.table;
  }

  stage([relation = '']: readonly string[]): readonly PlanStatement[] {
    const { time, place, fromOf } = this.#input;
    const lead = [
      { name: 'kafka_partition', text: place },
      { name: 'kawa_pane', text: bucket(this.#paneMs, time) },
    ];
    const counted = [
      { name: 'kawa_count', text: 'count(*)' },
      { name: 'kawa_newest', text: `max(${time})` },
    ];
    const rows = fromOf([`(${stagedRows(this.#source, relation)})`]);
    const panes = this.#grouping.intake(rows, lead, 'true', counted);
    return [timed(`CREATE OR REPLACE TEMP TABLE ${this.table} AS ${panes}`)];
  }

  /** Rows become late by whole panes. */
  measure(lateBefore: number | undefined): PlanStatement {
    const columns = [
      '0::INTEGER AS source, kafka_partition',
      count('row_count', 'true'),
      count('untimed', 'kawa_pane IS NULL'),
      count('late', `kawa_pane < ${at(1)}`),
      'epoch_ms(max(kawa_newest)) AS max_time_ms',
    ];
    return timed(
      `SELECT ${columns.join(', ')} FROM ${this.table} GROUP BY kafka_partition`,
      lateBefore,
    );
  }
}

function count(name: string, condition: string): string {
  return `coalesce(sum(kawa_count) FILTER (WHERE ${condition}), 0)::BIGINT AS ${name}`;
}
