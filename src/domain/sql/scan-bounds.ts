import { isNode, nodesOf, type SyntaxNode, textsOf } from './syntax-tree.ts';

export type BoundColumn = 'kafka_partition' | 'kafka_offset' | 'kafka_timestamp';
export type BoundKind = 'from' | 'to' | 'in';

/** What a condition says of a column that a scan can be cut by; the operands are constant expressions. */
export interface ScanBound {
  readonly column: BoundColumn;
  readonly kind: BoundKind;
  readonly operands: readonly SyntaxNode[];
}

const COLUMNS: ReadonlySet<string> = new Set([
  'kafka_partition',
  'kafka_offset',
  'kafka_timestamp',
]);

const COMPARISONS: Readonly<Record<string, readonly BoundKind[]>> = {
  COMPARE_EQUAL: ['in'],
  COMPARE_GREATERTHAN: ['from'],
  COMPARE_GREATERTHANOREQUALTO: ['from'],
  COMPARE_LESSTHAN: ['to'],
  COMPARE_LESSTHANOREQUALTO: ['to'],
};

/** Functions whose result is the same whenever it is computed, and those of the current time. */
const CONSTANT_FUNCTIONS = new Set([
  ...['+', '-', '*', '/', '%', 'trunc', 'abs', 'epoch_ms', 'make_timestamp', 'to_timestamp'],
  ...['to_years', 'to_months', 'to_weeks', 'to_days', 'to_hours', 'to_minutes', 'to_seconds'],
  ...['to_milliseconds', 'to_microseconds', 'date_trunc', 'strptime'],
]);
const CURRENT_TIME = new Set(['now', 'get_current_timestamp', 'current_localtimestamp', 'today']);
const CONSTANT_CLASSES = new Set(['CONSTANT', 'CAST', 'FUNCTION', 'PARAMETER', 'OPERATOR']);

/**
 * The bounds a WHERE clause gives for one table: its conjuncts that compare one of the columns with a constant. The clause
 * itself stays, so a bound only has to be no narrower than what the condition lets through.
 */
export function scanBounds(where: unknown, alias: string, onlyTable: boolean): ScanBound[] {
  return conjunctsOf(where).flatMap((condition) => boundsOfOne(condition, alias, onlyTable));
}

function conjunctsOf(where: unknown): SyntaxNode[] {
  if (!isNode(where)) return [];
  if (where.type !== 'CONJUNCTION_AND' || !Array.isArray(where.children)) return [where];
  return where.children.flatMap(conjunctsOf);
}

function boundsOfOne(condition: SyntaxNode, alias: string, onlyTable: boolean): ScanBound[] {
  const columnOf = (node: unknown): BoundColumn | undefined => boundColumn(node, alias, onlyTable);
  const { type, left, right } = condition;
  const kinds = COMPARISONS[String(type)];
  if (kinds !== undefined) {
    const column = columnOf(left);
    if (column !== undefined) return bounds(column, kinds, right);
    const turned = columnOf(right);
    return turned === undefined
      ? []
      : bounds(
          turned,
          kinds.map((kind) => TURNED[kind]),
          left,
        );
  }
  if (type === 'COMPARE_BETWEEN') {
    const column = columnOf(condition.input);
    if (column === undefined) return [];
    return [
      ...bounds(column, ['from'], condition.lower),
      ...bounds(column, ['to'], condition.upper),
    ];
  }
  if (type !== 'COMPARE_IN' || !Array.isArray(condition.children)) return [];
  const [first, ...operands] = condition.children as SyntaxNode[];
  const column = columnOf(first);
  if (column === undefined || !operands.every((each) => isConstant(each, false))) return [];
  return [{ column, kind: 'in', operands }];
}

/** `5 < x` bounds x as `x > 5` does. */
const TURNED: Readonly<Record<BoundKind, BoundKind>> = { from: 'to', to: 'from', in: 'in' };

function bounds(column: BoundColumn, kinds: readonly BoundKind[], operand: unknown): ScanBound[] {
  if (!isNode(operand)) return [];
  return kinds
    .filter((kind) => isConstant(operand, kind === 'from'))
    .map((kind) => ({ column, kind, operands: [operand] }));
}

function boundColumn(node: unknown, alias: string, onlyTable: boolean): BoundColumn | undefined {
  if (!isNode(node) || node.class !== 'COLUMN_REF') return undefined;
  const names = textsOf(node.column_names).map((name) => name.toLowerCase());
  const column = names.at(-1) ?? '';
  if (!COLUMNS.has(column)) return undefined;
  const ofTable = names.length === 2 ? names[0] === alias.toLowerCase() : onlyTable;
  return ofTable && names.length <= 2 ? (column as BoundColumn) : undefined;
}

/** The current time is later when the query runs: it may bound from below only. */
function isConstant(expression: unknown, currentTime: boolean): boolean {
  for (const node of nodesOf(expression)) {
    if (typeof node.class !== 'string') continue;
    if (!CONSTANT_CLASSES.has(node.class)) return false;
    if (node.class !== 'FUNCTION') continue;
    const name = String(node.function_name);
    if (!CONSTANT_FUNCTIONS.has(name) && !(currentTime && CURRENT_TIME.has(name))) return false;
  }
  return true;
}
