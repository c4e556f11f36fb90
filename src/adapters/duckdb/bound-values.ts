import type { DuckDBConnection } from '@duckdb/node-api';
import type { ScanBound } from '../../domain/sql/scan-bounds.ts';
import { isNode, type SyntaxNode } from '../../domain/sql/syntax-tree.ts';
import type { ScanSpec } from '../../domain/sql/topic-schema.ts';
import type { SqlParameter } from '../../ports/sql-engine.ts';
import { parseSelect, queryNode, sqlText } from './syntax-json.ts';

type Bounds = Pick<
  ScanSpec,
  'partitions' | 'fromOffset' | 'toOffset' | 'fromTimestampMs' | 'toTimestampMs'
>;

const CAST: Readonly<Record<ScanBound['column'], (name: string) => string>> = {
  kafka_partition: (name) => `CAST(${name} AS BIGINT)`,
  kafka_offset: (name) => `CAST(${name} AS BIGINT)`,
  kafka_timestamp: (name) => `epoch_ms(CAST(${name} AS TIMESTAMP))`,
};

/** Computes the constants of bounds in the engine itself, so that they mean what they mean in the query. */
export async function boundValues(
  connection: DuckDBConnection,
  bounds: readonly ScanBound[],
  parameters: readonly SqlParameter[],
): Promise<Bounds> {
  const known = bounds.flatMap((bound) => {
    const operands = bound.operands.map((operand) => withParameters(operand, parameters));
    return operands.includes(undefined) ? [] : [{ ...bound, operands }];
  });
  if (known.length === 0) return {};
  const tree = (await parseSelect(connection, 'SELECT 1')) as SyntaxNode;
  queryNode(tree).select_list = known.flatMap(({ operands }) => operands);
  const inner = (await sqlText(connection, tree)).replace(/;\s*$/, '');
  const columns = known.flatMap(({ column, operands }) => operands.map(() => column));
  const values = columns.map((column, index) => CAST[column](`c${index}`));
  const names = columns.map((_, index) => `c${index}`);
  const result = await connection.runAndReadAll(
    `SELECT ${values.join(', ')} FROM (${inner}) AS t(${names.join(', ')})`,
  );
  const row = (result.getRows()[0] ?? []) as (bigint | null)[];
  let at = 0;
  return known.reduce<Bounds>((found, { column, kind, operands }) => {
    const own = row.slice(at, at + operands.length);
    at += operands.length;
    return own.includes(null) ? found : narrowed(found, column, kind, own as bigint[]);
  }, {});
}

function narrowed(
  bounds: Bounds,
  column: ScanBound['column'],
  kind: ScanBound['kind'],
  values: readonly bigint[],
): Bounds {
  const sorted = [...values].sort((a, b) => (a < b ? -1 : 1));
  const least = sorted[0] as bigint;
  const greatest = sorted.at(-1) as bigint;
  const from = kind === 'to' ? undefined : least;
  const to = kind === 'from' ? undefined : greatest;
  switch (column) {
    case 'kafka_offset':
      return {
        ...bounds,
        ...(from !== undefined && { fromOffset: max(bounds.fromOffset, from) }),
        // Scans take the end exclusive.
        ...(to !== undefined && { toOffset: min(bounds.toOffset, to + 1n) }),
      };
    case 'kafka_timestamp':
      return {
        ...bounds,
        ...(from !== undefined && { fromTimestampMs: max(bounds.fromTimestampMs, from) }),
        ...(to !== undefined && { toTimestampMs: min(bounds.toTimestampMs, to) }),
      };
    default:
      // Other than equations and lists are not worth cutting partitions by.
      if (kind !== 'in') return bounds;
      return { ...bounds, partitions: sorted.map(Number) };
  }
}

function max(before: string | undefined, value: bigint): string {
  return String(before !== undefined && BigInt(before) > value ? before : value);
}

function min(before: string | undefined, value: bigint): string {
  return String(before !== undefined && BigInt(before) < value ? before : value);
}

/** The expression with its parameters replaced by their values; undefined when one has a type that bounds nothing. */
function withParameters(
  expression: SyntaxNode,
  parameters: readonly SqlParameter[],
): SyntaxNode | undefined {
  let known = true;
  const replaced = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(replaced);
    if (!isNode(value)) return value;
    if (value.class === 'PARAMETER') {
      const constant = constantOf(parameters[Number(value.identifier) - 1]);
      known &&= constant !== undefined;
      return constant;
    }
    if (Object.getPrototypeOf(value) === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, replaced(each)]));
  };
  const result = replaced(expression) as SyntaxNode;
  return known ? result : undefined;
}

function constantOf(parameter: SqlParameter | undefined): SyntaxNode | undefined {
  const integer = typeof parameter === 'bigint' || Number.isSafeInteger(parameter);
  if (!integer && typeof parameter !== 'string') return undefined;
  const value = integer ? Number(parameter) : parameter;
  if (integer && !Number.isSafeInteger(value)) return undefined;
  return {
    ...{ class: 'CONSTANT', type: 'VALUE_CONSTANT', alias: '', query_location: 0 },
    value: {
      type: { id: integer ? 'BIGINT' : 'VARCHAR', type_info: null },
      is_null: false,
      value,
    },
  };
}
