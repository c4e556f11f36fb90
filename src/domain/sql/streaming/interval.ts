import { isNode, type SyntaxNode } from '../syntax-tree.ts';

const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(us|microseconds?|usecs?)$/, 0.001],
  [/^(ms|milliseconds?|msecs?)$/, 1],
  [/^(s|secs?|seconds?)$/, 1000],
  [/^(m|mins?|minutes?)$/, 60_000],
  [/^(h|hrs?|hours?)$/, 3_600_000],
  [/^(d|days?)$/, 86_400_000],
  [/^(w|weeks?)$/, 604_800_000],
];
/** As long as its month is, so nothing that windows could be aligned by. */
const CALENDAR = /^(mons?|months?|quarters?|y|years?|decades?|centur(y|ies))$/;

const PART = /\s*(?<sign>[-+]?)(?<count>\d+(?:\.\d+)?)\s*(?<unit>[a-z]+)\s*/gy;
const CLOCK = /^\s*(\d+):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?\s*$/;

export type IntervalFailure = 'calendar' | 'syntax';

/** The length of `INTERVAL 1 MINUTE`, `INTERVAL '1 minute'`, `INTERVAL '1' MINUTE`, `'1 minute'` or `1 MINUTE`, in ms. */
export function intervalMs(text: string): number | IntervalFailure {
  const bare = text
    .trim()
    .toLowerCase()
    .replace(/^interval\b/, '')
    .replaceAll("'", ' ')
    .replaceAll(/[()]/g, ' ');
  const clock = CLOCK.exec(bare);
  if (clock !== null) {
    const [hours = 0, minutes = 0, seconds = 0] = clock
      .slice(1, 4)
      .map((part) => Number(part ?? 0));
    const milliseconds = Number((clock[4] ?? '').padEnd(3, '0'));
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + milliseconds;
  }
  let total = 0;
  let end = 0;
  for (const match of bare.matchAll(PART)) {
    const { sign, count, unit = '' } = match.groups ?? {};
    const length = lengthOf(unit);
    if (typeof length === 'string') return length;
    total += Number(count) * length * (sign === '-' ? -1 : 1);
    end = match.index + match[0].length;
  }
  if (end === 0 || end !== bare.length) return 'syntax';
  return Number.isInteger(total) ? total : 'syntax';
}

function lengthOf(unit: string): number | IntervalFailure {
  const known = UNITS.find(([pattern]) => pattern.test(unit));
  if (known !== undefined) return known[1];
  return CALENDAR.test(unit) ? 'calendar' : 'syntax';
}

/** The same of an interval in the engine's tree, undefined for what is no constant interval. */
export function intervalOfNode(node: unknown): number | IntervalFailure | undefined {
  if (!isNode(node)) return undefined;
  if (node.class === 'CAST' && isInterval(node.cast_type)) {
    const text = constantOf(node.child);
    return text === undefined ? undefined : intervalMs(String(text));
  }
  if (node.class === 'CONSTANT' && typeof constantOf(node) === 'string') {
    return intervalMs(String(constantOf(node)));
  }
  if (node.class !== 'FUNCTION' || !Array.isArray(node.children)) return undefined;
  const [first] = node.children as SyntaxNode[];
  const name = String(node.function_name);
  if (name === '-' && node.children.length === 1) {
    const value = intervalOfNode(first);
    return typeof value === 'number' ? -value : value;
  }
  if (!name.startsWith('to_')) return undefined;
  const count = numberOf(first);
  return count === undefined ? undefined : intervalMs(`${count} ${name.slice(3)}`);
}

function isInterval(type: unknown): boolean {
  return isNode(type) && type.id === 'INTERVAL';
}

/** Of a number that the parser wrapped in casts and trunc. */
function numberOf(node: unknown): number | undefined {
  if (!isNode(node)) return undefined;
  if (node.class === 'CAST') return numberOf(node.child);
  if (node.class === 'FUNCTION' && Array.isArray(node.children) && node.children.length === 1) {
    const inner = numberOf(node.children[0]);
    if (inner === undefined) return undefined;
    if (node.function_name === 'trunc') return Math.trunc(inner);
    return node.function_name === '-' ? -inner : undefined;
  }
  const value = constantOf(node);
  if (value === undefined || value === '') return undefined;
  const number = decimalOf(node, Number(value));
  return Number.isFinite(number) ? number : undefined;
}

/** A decimal constant is its digits and how many of them stand behind the point. */
function decimalOf(node: SyntaxNode, value: number): number {
  const type = isNode(node.value) ? node.value.type : undefined;
  const information = isNode(type) && isNode(type.type_info) ? type.type_info : undefined;
  return typeof information?.scale === 'number' ? value / 10 ** information.scale : value;
}

function constantOf(node: unknown): string | number | undefined {
  if (!isNode(node) || node.class !== 'CONSTANT' || !isNode(node.value)) return undefined;
  const { value } = node.value;
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}
