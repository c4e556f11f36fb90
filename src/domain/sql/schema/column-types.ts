import { quoteIdentifier } from '../quote.ts';
import type { SchemaColumn } from './declared-schema.ts';

/** What has no type of its own stays the JSON it is. */
export const ANY_TYPE = 'JSON';
/** Types nest no deeper than this: what is below stays JSON. */
export const DEPTH_MAX = 16;

export function structType(columns: readonly SchemaColumn[]): string {
  if (columns.length === 0) return ANY_TYPE;
  return `STRUCT(${columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`).join(', ')})`;
}

export function listType(element: string): string {
  return `${element}[]`;
}

export function mapType(value: string): string {
  return `MAP(VARCHAR, ${value})`;
}

/** SQL does not tell upper and lower case apart: the first of several names has the column. */
export function distinctColumns(columns: readonly SchemaColumn[]): SchemaColumn[] {
  const names = new Set<string>();
  return columns.filter(({ name }) => {
    const lower = name.toLowerCase();
    if (name === '' || names.has(lower)) return false;
    names.add(lower);
    return true;
  });
}
