const SIZE_UNITS: Readonly<Record<string, number>> = {
  b: 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
};
const MS_PER_UNIT: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const SIZE = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i;
const DURATION = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)$/i;

/** How many milliseconds one unit of a key is worth, by the end of its name. */
const UNIT_BY_ENDING: readonly (readonly [RegExp, number])[] = [
  [/[._]ms$/, 1],
  [/[._](seconds|secs)$/, 1000],
  [/[._]minutes$/, 60_000],
  [/[._]hours$/, 3_600_000],
];

/**
 * "1GB" or "7d" as the number Kafka's key of that name takes; undefined when the text is no such quantity or does not
 * come out even. Sizes count in 1024s.
 */
export function quantityOf(name: string, text: string): string | undefined {
  const trimmed = text.trim();
  const unitMs = UNIT_BY_ENDING.find(([ending]) => ending.test(name))?.[1];
  if (unitMs !== undefined) {
    const [, amount, unit] = DURATION.exec(trimmed) ?? [];
    if (amount === undefined || unit === undefined) return undefined;
    return whole((Number(amount) * (MS_PER_UNIT[unit.toLowerCase()] as number)) / unitMs);
  }
  if (!/bytes|size/.test(name)) return undefined;
  const [, amount, unit] = SIZE.exec(trimmed) ?? [];
  if (amount === undefined || unit === undefined) return undefined;
  return whole(Number(amount) * (SIZE_UNITS[unit.toLowerCase() || 'b'] as number));
}

function whole(value: number): string | undefined {
  return Number.isSafeInteger(value) ? String(value) : undefined;
}
