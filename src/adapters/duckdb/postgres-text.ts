import type {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBTimeTZValue,
  DuckDBTimeValue,
  DuckDBType,
  DuckDBValue,
} from '@duckdb/node-api';
import type { PostgresColumnType, PostgresTypeName } from '../../domain/postgres/postgres-types.ts';
import {
  dateText,
  intervalText,
  timestampText,
  timeText,
  zoneText,
} from '../../domain/postgres/time-text.ts';
import { arrayText, byteaText, float32Text, floatText } from '../../domain/postgres/value-text.ts';
import { jsonConverter } from './json-values.ts';
import { microsecondsOf } from './timestamp-microseconds.ts';

/** The text of a value that is not NULL, as PostgreSQL writes it. */
export type TextOf = (value: DuckDBValue) => string;

const TEXT_OF: Partial<Record<PostgresTypeName, TextOf>> = {
  bool: (value) => (value === true ? 't' : 'f'),
  bytea: (value) => byteaText((value as DuckDBBlobValue).bytes),
  float4: (value) => float32Text(value as number),
  float8: (value) => floatText(value as number),
  date: (value) => dateText((value as DuckDBDateValue).days),
  time: (value) => timeText(Number((value as DuckDBTimeValue).micros)),
  timetz: (value) => {
    const { micros, offset } = value as DuckDBTimeTZValue;
    return timeText(Number(micros)) + zoneText(offset);
  },
  timestamp: (value) => timestampText(microsecondsOf(value)),
  timestamptz: (value) => timestampText(microsecondsOf(value), '+00'),
  interval: (value) => {
    const { months, days, micros } = value as DuckDBIntervalValue;
    return intervalText(months, days, micros);
  },
};

export function textOfColumn(type: DuckDBType, columnType: PostgresColumnType): TextOf {
  const name = columnType.type.name as PostgresTypeName;
  const textOf = TEXT_OF[name] ?? String;
  if (columnType.isArray) {
    return (value) =>
      arrayText(
        (value as DuckDBListValue | DuckDBArrayValue).items.map((item) =>
          item === null ? undefined : textOf(item),
        ),
      );
  }
  // What is JSON already is text.
  if (name !== 'json' || type.alias === 'JSON') return textOf;
  return (value) => JSON.stringify(jsonConverter(value, type, jsonConverter));
}
