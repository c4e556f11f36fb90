import type {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBTimeTZValue,
  DuckDBTimeValue,
  DuckDBType,
  DuckDBUUIDValue,
  DuckDBValue,
} from '@duckdb/node-api';
import type { MessageWriter } from '../../domain/postgres/message-writer.ts';
import { writeNumeric } from '../../domain/postgres/numeric-binary.ts';
import type { PostgresColumnType, PostgresTypeName } from '../../domain/postgres/postgres-types.ts';
import { textOfColumn } from './postgres-text.ts';
import { microsecondsOf } from './timestamp-microseconds.ts';

type WriteBinary = (value: DuckDBValue, writer: MessageWriter) => void;

/** PostgreSQL counts from 2000-01-01. */
const EPOCH_DAYS = 10_957;
const EPOCH_MICROSECONDS = 946_684_800_000_000n;
const TIMESTAMP_INFINITY = 2n ** 63n - 1n;
const DATE_INFINITY = 2 ** 31 - 1;

const WRITE: Partial<Record<PostgresTypeName, WriteBinary>> = {
  bool: (value, writer) => void writer.int8(value === true ? 1 : 0),
  bytea: (value, writer) => void writer.bytes((value as DuckDBBlobValue).bytes),
  int2: (value, writer) => void writer.int16(Number(value)),
  int4: (value, writer) => void writer.int32(Number(value)),
  int8: (value, writer) => void writer.int64(BigInt(value as bigint | number)),
  float4: (value, writer) => void writer.float32(value as number),
  float8: (value, writer) => void writer.float64(value as number),
  numeric: (value, writer) => writeNumeric(writer, String(value)),
  date: (value, writer) => void writer.int32(daysOf(value as DuckDBDateValue)),
  time: (value, writer) => void writer.int64((value as DuckDBTimeValue).micros),
  // The offset counts west of Greenwich there.
  timetz: (value, writer) => {
    const { micros, offset } = value as DuckDBTimeTZValue;
    writer.int64(micros).int32(-offset);
  },
  timestamp: (value, writer) => void writer.int64(sinceEpoch(microsecondsOf(value))),
  timestamptz: (value, writer) => void writer.int64(sinceEpoch(microsecondsOf(value))),
  interval: (value, writer) => {
    const { months, days, micros } = value as DuckDBIntervalValue;
    writer.int64(micros).int32(days).int32(months);
  },
  uuid: (value, writer) => {
    const bits = (value as DuckDBUUIDValue).toUint128();
    writer.int64(BigInt.asIntN(64, bits >> 64n)).int64(BigInt.asIntN(64, bits));
  },
};

/** Undefined for types whose binary form is their text. */
export function binaryWriterOf(
  type: DuckDBType,
  columnType: PostgresColumnType,
): WriteBinary | undefined {
  const write = WRITE[columnType.type.name as PostgresTypeName];
  if (!columnType.isArray) return write;
  const element = { ...columnType, isArray: false };
  const textOf = textOfColumn(type, element);
  const elementWrite: WriteBinary = write ?? ((value, writer) => void writer.text(textOf(value)));
  return (value, writer) => writeArray(value, writer, columnType.type.oid, elementWrite);
}

function writeArray(
  value: DuckDBValue,
  writer: MessageWriter,
  elementOid: number,
  write: WriteBinary,
): void {
  const { items } = value as DuckDBListValue | DuckDBArrayValue;
  const dimensions = items.length === 0 ? 0 : 1;
  writer
    .int32(dimensions)
    .int32(items.includes(null) ? 1 : 0)
    .uint32(elementOid);
  if (dimensions === 0) return;
  // Length, and the index of the first element.
  writer.int32(items.length).int32(1);
  for (const item of items) {
    if (item === null) {
      writer.int32(-1);
      continue;
    }
    const mark = writer.beginSized();
    write(item, writer);
    writer.endSized(mark);
  }
}

function daysOf({ days }: DuckDBDateValue): number {
  if (Math.abs(days) === DATE_INFINITY) return days > 0 ? DATE_INFINITY : -DATE_INFINITY - 1;
  return days - EPOCH_DAYS;
}

function sinceEpoch(microseconds: bigint): bigint {
  if (microseconds === TIMESTAMP_INFINITY) return microseconds;
  if (microseconds === -TIMESTAMP_INFINITY) return microseconds - 1n;
  return BigInt.asIntN(64, microseconds - EPOCH_MICROSECONDS);
}
