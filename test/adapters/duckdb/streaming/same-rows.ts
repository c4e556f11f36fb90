import { expect } from 'vitest';

type Row = Record<string, unknown>;

/** Compares rows without regard to order; numbers with a fraction to nine digits. */
export function expectSameRows(actual: readonly Row[], expected: readonly Row[]): void {
  expect(sorted(actual)).toEqual(sorted(expected));
}

function sorted(rows: readonly Row[]): string[] {
  return rows
    .map((row) => JSON.stringify(Object.values(row).map((value) => rounded(value))))
    .sort((a, b) => (a < b ? -1 : 1));
}

function rounded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value === 'number') return Math.abs(value) < 1e-9 ? 0 : Number(value.toPrecision(9));
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).map(([name, each]) => [name, rounded(each)]);
  }
  return value;
}
