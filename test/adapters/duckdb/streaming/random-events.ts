import fc from 'fast-check';
import type { EventRow } from './stream-run.ts';

const BATCH_MS = 15_000;

/** Batches whose times move on, with rows up to a minute out of order, of two partitions. */
export function randomBatches(rowsMax = 12): fc.Arbitrary<EventRow[][]> {
  const row = fc.record({
    partition: fc.nat(1),
    timeMs: fc.nat(60).map((seconds) => seconds * 1000),
    user: fc.option(fc.nat(3), { freq: 8 }),
    amount: fc.option(
      fc.nat(40).map((quarters) => quarters / 4),
      { freq: 6 },
    ),
    item: fc.option(fc.constantFrom('a', 'b', 'c', "it''s"), { freq: 6 }),
  });
  return fc
    .array(fc.array(row, { maxLength: rowsMax }), { minLength: 1, maxLength: 8 })
    .map((batches) =>
      batches.map((rows, index) =>
        rows.map((each) => ({ ...each, timeMs: each.timeMs + index * BATCH_MS })),
      ),
    );
}

/** Items of select lists, each a way in which an aggregate is kept. */
const AGGREGATES = [
  'count(*)',
  'count(amount)',
  'sum(amount)',
  'avg(amount)',
  "min(item) || max(item) || 'x'",
  'max(amount) - min(amount)',
  'count(*) FILTER (WHERE amount > 4)',
  "sum(amount) FILTER (WHERE item = 'a')",
  'avg(amount) FILTER (WHERE amount > 4 OR user_id = 1)',
  'sum(amount) / nullif(count(*), 0)',
  'bool_and(amount > 1)',
  'bool_or(amount > 9)',
  'bit_xor(kafka_offset)',
  'bit_and(kafka_offset)',
  'product(amount + 1)',
  'fsum(amount)',
  'count_if(amount > 2)',
  'approx_count_distinct(kafka_offset)',
  'stddev(amount)',
  'var_pop(amount) FILTER (WHERE amount < 8)',
  'corr(amount, kafka_offset)',
  'regr_slope(amount, kafka_offset)',
  'regr_count(amount, kafka_offset)',
  'kurtosis(amount)',
  'arg_max(amount, kafka_offset)',
  "min_by(item, kafka_offset) FILTER (WHERE item <> 'b')",
  'count(DISTINCT item)',
  'sum(DISTINCT amount)',
  'avg(DISTINCT amount) FILTER (WHERE amount > 2)',
  'max(DISTINCT amount)',
  'CASE WHEN count(*) > 2 THEN round(avg(amount), 3) END',
] as const;

/** Those for which the rows themselves are kept. */
const WHOLE_AGGREGATES = [
  'median(amount)',
  'quantile_cont(amount, 0.75)',
  "string_agg(item, '-' ORDER BY kafka_offset)",
  'list_sort(list(amount))',
  'list_sort(list(DISTINCT item))',
  'mode(kafka_offset) IS NULL',
  'first(amount ORDER BY kafka_offset DESC)',
  'histogram(item)',
  'mad(amount)',
  'entropy(item)',
  'max(amount, 2)',
  'list_transform(list(kafka_offset ORDER BY kafka_offset), lambda x: x + 1)',
  'weighted_avg(amount, kafka_offset)',
  'count(DISTINCT item) + count(*)',
] as const;

/** Those of columns as they are: a batch of them is aggregated while it is read. */
const COLUMN_AGGREGATES = AGGREGATES.filter((text) => /^\w+\((\*|\w+(, \w+)*)\)$/.test(text));

export interface RandomList {
  /** The select list's aggregates, `a0` and so on. */
  readonly text: string;
  readonly having: string;
  readonly where: string;
}

/** Without WHERE and without expressions. */
export function randomColumnLists(): fc.Arbitrary<RandomList> {
  const items = fc.subarray([...COLUMN_AGGREGATES], { minLength: 1, maxLength: 6 });
  return fc.record({
    text: items.map((texts) => texts.map((text, index) => `${text} AS a${index}`).join(', ')),
    having: fc.constantFrom('', '', 'HAVING count(*) > 1', 'HAVING sum(amount) > 3'),
    where: fc.constant(''),
  });
}

export function randomLists(kinds: 'mergeable' | 'whole' | 'both'): fc.Arbitrary<RandomList> {
  const merged = fc.subarray([...AGGREGATES], { minLength: 1, maxLength: 6 });
  const whole = fc.subarray([...WHOLE_AGGREGATES], { minLength: 1, maxLength: 4 });
  const all =
    kinds === 'mergeable'
      ? merged
      : fc.tuple(merged, whole).map(([first, second]) => [...first, ...second]);
  const items = kinds === 'both' ? fc.oneof(merged, all) : all;
  return fc.record({
    text: items.map((texts) => texts.map((text, index) => `${text} AS a${index}`).join(', ')),
    having: fc.constantFrom('', '', 'HAVING count(*) > 1', 'HAVING sum(amount) > 3'),
    where: fc.constantFrom('', '', "WHERE item IS DISTINCT FROM 'b'", 'WHERE amount > 1'),
  });
}

export const NUM_RUNS = Number(process.env.NUM_RUNS ?? (process.env.CI === 'true' ? 10 : 4));
