import { quoteIdentifier } from '../../../domain/sql/quote.ts';
import { readableCondition } from '../../../domain/sql/rejected-records.ts';
import {
  type ColumnsOptions,
  type ScanSpec,
  type TopicField,
  topicSelect,
} from '../../../domain/sql/topic-schema.ts';
import type { SourceRange } from '../../../ports/stream-engine.ts';
import type { BatchHistory } from './batch-history.ts';
import type { ViewSource } from './open-view.ts';
import type { ComputedColumn } from './stream-store.ts';

export interface BatchScan {
  readonly token: string;
  readonly tally: string;
  /** Which source of the view it is. */
  readonly index: number;
  readonly ranges: readonly SourceRange[];
  readonly history: BatchHistory;
}

/** What stands after FROM for the records of a batch: those of the ranges that can be read, the others are noted. */
export function batchRelation(source: ViewSource, scan: BatchScan): string {
  const { schema } = source;
  const spec = {
    ...{ ...specOf(source), unordered: true, tally: scan.tally },
    ranges: scan.ranges
      .filter(({ kept }) => kept !== 'history')
      .map(({ partition, fromOffset, toOffset }) => ({
        ...{ partition, fromOffset: String(fromOffset), toOffset: String(toOffset) },
      })),
  };
  const reject = { token: scan.token, source: scan.index };
  const condition = (fields: readonly TopicField[]): string =>
    readableCondition(reject, schema, fields);
  const rows = relation(source, spec, { condition, history: scan.history });
  const partitions = scan.ranges.map(({ partition }) => `(${partition}::INTEGER)`);
  if (partitions.length === 0) return rows;
  return `(SELECT * FROM ${rows} SEMI JOIN (VALUES ${partitions.join(', ')}) AS kawa_read(kawa_partition) ON kafka_partition = kawa_partition)`;
}

/** The same without records and without notes. */
export function emptyRelation(source: ViewSource): string {
  return relation(source, { ...specOf(source), ranges: [] });
}

/** The columns of a stream that are computed beside those of its topic. */
export function withComputed(select: string, computed: readonly ComputedColumn[]): string {
  if (computed.length === 0) return select;
  const columns = computed.map(
    ({ name, expression }) => `${expression} AS ${quoteIdentifier(name)}`,
  );
  return `SELECT *, ${columns.join(', ')} FROM (${select})`;
}

function relation(
  { schema, columns, computed }: ViewSource,
  spec: ScanSpec,
  {
    condition,
    history,
  }: Partial<Pick<ColumnsOptions, 'condition'> & Pick<BatchScan, 'history'>> = {},
): string {
  const used = new Set(columns.map((name) => name.toLowerCase()));
  // What computed columns are made of is not looked into.
  const isUsed = (field: string): boolean => computed.length > 0 || used.has(field.toLowerCase());
  const selects = [
    topicSelect(spec, schema, isUsed, condition),
    ...(history?.selects(spec.topic, schema, { used: isUsed, condition }) ?? []),
  ];
  return `(${withComputed(selects.join(' UNION ALL '), computed)})`;
}

function specOf({ topic, schema: { binaryKey, binaryValue } }: ViewSource): ScanSpec {
  return { topic, binaryKey, binaryValue };
}
