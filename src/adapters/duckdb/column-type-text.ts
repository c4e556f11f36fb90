import type { DuckDBType } from '@duckdb/node-api';

/** The name of a type; JSON is text to the engine's interface, and only the alias tells it. */
export function columnTypeText(type: DuckDBType): string {
  return type.alias === 'JSON' ? 'JSON' : String(type);
}
