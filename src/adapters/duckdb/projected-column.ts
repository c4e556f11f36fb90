import type { ScanSpec } from '../../domain/sql/topic-schema.ts';
import { IntegerColumn, LongColumn } from './number-column.ts';
import { TextColumn } from './text-column.ts';
import type { ScannedRecord } from './topic-scan.ts';

type Column = LongColumn | IntegerColumn | TextColumn;

/** What a column of the engine takes of a record. */
export interface ProjectedColumn {
  readonly column: Column | undefined;
  readonly take: (row: number, record: ScannedRecord) => void;
}

/** The engine's own chunk size. */
export const CHUNK_ROWS = 2048;
const MICROSECONDS = 1000;
const TIMESTAMP_MS_MAX = Number.MAX_SAFE_INTEGER / MICROSECONDS;

/** The column at `index` of a topic's table, for a chunk. */
export function projected(index: number, spec: ScanSpec): ProjectedColumn {
  switch (index) {
    case 0: {
      const column = new IntegerColumn(CHUNK_ROWS);
      return { column, take: (row, { partition }) => column.set(row, partition) };
    }
    case 2: {
      const column = new LongColumn(CHUNK_ROWS);
      return { column, take: (row, { timestampMs }) => column.set(row, microseconds(timestampMs)) };
    }
    case 3: {
      const column = new TextColumn(CHUNK_ROWS, spec.binaryKey, spec.strict);
      return { column, take: (row, r) => column.set(row, r.bytes, r.keyStart, r.keyLength) };
    }
    case 4: {
      const column = new TextColumn(CHUNK_ROWS, spec.binaryValue, spec.strict);
      return { column, take: (row, r) => column.set(row, r.bytes, r.valueStart, r.valueLength) };
    }
    case 5: {
      const column = new TextColumn(CHUNK_ROWS, false);
      return {
        column,
        take: (row, { headers, bytes }) =>
          column.set(row, headers ?? bytes, 0, headers?.length ?? -1),
      };
    }
    case 1: {
      const column = new LongColumn(CHUNK_ROWS);
      return { column, take: (row, { offset }) => column.set(row, offset) };
    }
    default:
      // No column of ours: the engine only counts rows.
      return { column: undefined, take: () => undefined };
  }
}

function microseconds(timestampMs: number): number {
  return Math.max(-TIMESTAMP_MS_MAX, Math.min(TIMESTAMP_MS_MAX, timestampMs)) * MICROSECONDS;
}
