import { quoteIdentifier } from '../quote.ts';
import type { SyntaxNode } from '../syntax-tree.ts';
import type { ColumnResolver } from './column-resolver.ts';
import type { FromSource } from './from-clause.ts';
import { at, timed } from './plan-time.ts';
import type { StreamNames } from './stream-operator.ts';
import type { LatePolicy, PlanStatement, StreamSource } from './stream-plan.ts';
import type { SyntaxPrinter } from './syntax-printer.ts';

/** A stream of the query, as the batch's rows of it are kept while the batch is worked on. */
export interface StagedSource extends StreamSource {
  readonly table: string;
  /** Columns that are kept beside those the query uses. */
  readonly place: readonly string[];
}

/** Beyond these a time is none: such a one would overflow what is computed with it, or close all windows for ever. */
const FIRST_TIME = `TIMESTAMP '0001-01-01'`;
const LAST_TIME = `TIMESTAMP '9999-12-31'`;
const FIRST_MS = -62_135_596_800_000;
const LAST_MS = 253_402_214_400_000;
/** It is a timestamp whatever the topic. */
const RECORD_TIME = 'kafka_timestamp';

export async function stagedSources(
  sources: readonly FromSource[],
  resolver: ColumnResolver,
  names: StreamNames,
  printer: SyntaxPrinter,
  late: LatePolicy,
): Promise<readonly StagedSource[]> {
  const streams = sources.filter(({ stream }) => stream !== undefined);
  return Promise.all(
    streams.map(async (source, index) => {
      const { topic = '', eventTime = '', outOfOrdernessMs = 0 } = source.stream ?? {};
      const { window } = source;
      const used = resolver.usedColumns(source);
      return {
        ...{ topic, outOfOrdernessMs, alias: source.alias },
        columns: used,
        eventTime: window === undefined ? eventTime : await printer.expression(window.time),
        table: names.temporary(`batch${index}`),
        place: ['kafka_partition', ...(late === 'topic' ? ['kafka_offset'] : [])],
      };
    }),
  );
}

export function stageStatements(
  sources: readonly StagedSource[],
  relations: readonly string[],
): readonly PlanStatement[] {
  return sources.map((source, index) => {
    const rows = stagedRows(source, relations[index] ?? '');
    return timed(`CREATE OR REPLACE TEMP TABLE ${source.table} AS ${rows}`);
  });
}

/** A SELECT of what is staged of a relation. */
export function stagedRows({ columns, place, eventTime }: StagedSource, relation: string): string {
  const kept = [...new Set([...place, ...columns])].map(quoteIdentifier);
  const rows = `SELECT ${[...kept, `${timeOf(eventTime)} AS kawa_time`].join(', ')} FROM ${relation}`;
  const inRange = `CASE WHEN kawa_time BETWEEN ${FIRST_TIME} AND ${LAST_TIME} THEN kawa_time END`;
  return `SELECT ${[...kept, `${inRange} AS kawa_time`].join(', ')} FROM (${rows})`;
}

/** Numbers are milliseconds since 1970. The engine's TRY_CAST makes NULL of them, as of all that it has no cast for. */
function timeOf(eventTime: string): string {
  const time = `TRY_CAST(${eventTime} AS TIMESTAMP)`;
  if (eventTime === RECORD_TIME) return time;
  const milliseconds = `TRY_CAST(${eventTime} AS BIGINT)`;
  const inRange = `CASE WHEN ${milliseconds} BETWEEN ${FIRST_MS} AND ${LAST_MS} THEN ${milliseconds} END`;
  return `coalesce(${time}, make_timestamp(1000 * ${inRange}))`;
}

export function measureStatement(
  sources: readonly StagedSource[],
  lateBefore: number | undefined,
  usesTime: boolean,
): PlanStatement {
  const untimed = usesTime ? 'count(*) - count(kawa_time)' : '0::BIGINT';
  const selects = sources.map(
    ({ table }, index) =>
      `SELECT ${index}::INTEGER AS source, kafka_partition, count(*) AS row_count, ${untimed} AS untimed, count(*) FILTER (WHERE kawa_time < ${at(1)}) AS late, epoch_ms(max(kawa_time)) AS max_time_ms FROM ${table} GROUP BY kafka_partition`,
  );
  return timed(selects.join(' UNION ALL '), lateBefore);
}

export function lateStatement(
  sources: readonly StagedSource[],
  lateBefore: number | undefined,
): PlanStatement {
  const selects = sources.map(
    ({ table }, index) =>
      `SELECT ${index}::INTEGER AS source, kafka_partition, kafka_offset FROM ${table} WHERE kawa_time < ${at(1)}`,
  );
  return timed(selects.join(' UNION ALL '), lateBefore);
}

/** Puts a table of a name in a node's place. */
export function replaceSource(node: SyntaxNode, table: string, alias: string): void {
  for (const name of Object.keys(node)) delete node[name];
  Object.assign(node, {
    ...{ type: 'BASE_TABLE', alias, sample: null, query_location: 0 },
    ...{ catalog_name: '', schema_name: '', table_name: table },
    ...{ column_name_alias: [], at_clause: null },
  });
}
