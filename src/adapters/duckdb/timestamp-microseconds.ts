import {
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  type DuckDBTimestampTZValue,
  type DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';

const INFINITY = 2n ** 63n - 1n;

/** Of a timestamp of any unit since 1970; those without end stay as they are. */
export function microsecondsOf(value: DuckDBValue): bigint {
  if (value instanceof DuckDBTimestampSecondsValue) return scaled(value.seconds, 1_000_000n);
  if (value instanceof DuckDBTimestampMillisecondsValue) return scaled(value.millis, 1000n);
  if (value instanceof DuckDBTimestampNanosecondsValue) {
    return value.isFinite ? value.nanos / 1000n : value.nanos;
  }
  return (value as DuckDBTimestampValue | DuckDBTimestampTZValue).micros;
}

function scaled(value: bigint, factor: bigint): bigint {
  return value === INFINITY || value === -INFINITY ? value : value * factor;
}
