import {
  type DuckDBDataChunk,
  type DuckDBResult,
  type DuckDBValue,
  JSDuckDBValueConverter,
} from '@duckdb/node-api';
import type { SqlEncoding, SqlValue } from '../../ports/sql-engine.ts';
import { jsonConverter } from './json-values.ts';

/** Makes bytes of a result's chunks. */
export interface ResultEncoder {
  /** Undefined where it keeps the chunk to encode it with those that follow. */
  chunk(chunk: DuckDBDataChunk): Uint8Array | undefined;
  /** What follows the last chunk. */
  end(): Uint8Array | undefined;
}

export async function resultEncoderOf(
  encoding: SqlEncoding,
  result: DuckDBResult,
): Promise<ResultEncoder> {
  if (typeof encoding === 'object') {
    const { postgresEncoder } = await import('./postgres-encoder.ts');
    return postgresEncoder(encoding, result);
  }
  switch (encoding) {
    case 'ndjson':
      return ndjsonEncoder(result);
    case 'csv':
      return csvEncoder(result.columnNames());
    default: {
      const { arrowEncoder } = await import('./arrow-encoder.ts');
      return arrowEncoder(result);
    }
  }
}

/** The values of each column. */
export function columnValues(chunk: DuckDBDataChunk): SqlValue[][] {
  return chunk.convertColumns(JSDuckDBValueConverter) as unknown as SqlValue[][];
}

function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function ndjsonEncoder(result: DuckDBResult): ResultEncoder {
  const names = result.deduplicatedColumnNames();
  // Chunks do not tell JSON from other text.
  const json = names.map((_, index) => result.columnType(index).alias === 'JSON');
  const encoder = new TextEncoder();
  const keys = names.map((name) => `${JSON.stringify(name)}:`);
  return {
    chunk: (chunk) => {
      let text = '';
      for (const row of chunk.convertRows(jsonConverter)) {
        text += '{';
        for (let i = 0; i < keys.length; i++) {
          text += `${i === 0 ? '' : ','}${keys[i]}${JSON.stringify(json[i] === true ? parsed(row[i]) : (row[i] ?? null))}`;
        }
        text += '}\n';
      }
      return encoder.encode(text);
    },
    end: () => undefined,
  };
}

const NEEDS_QUOTES = /[",\r\n]/;

function csvEncoder(names: readonly string[]): ResultEncoder {
  const encoder = new TextEncoder();
  let header = `${names.map(csvText).join(',')}\n`;
  return {
    chunk: (chunk) => {
      let text = header;
      header = '';
      for (const row of chunk.getRows()) text += `${row.map(csvCell).join(',')}\n`;
      return encoder.encode(text);
    },
    end: () => (header === '' ? undefined : encoder.encode(header)),
  };
}

/** NULL is an empty cell, and an empty text is in quotes (RFC 4180 knows neither). */
function csvCell(value: DuckDBValue): string {
  if (value === null) return '';
  const text = String(value);
  return text === '' ? '""' : csvText(text);
}

function csvText(text: string): string {
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
