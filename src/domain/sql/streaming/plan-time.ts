import type { PlanStatement } from './stream-plan.ts';

/** Windows count from 1970, as Kafka Streams and Flink have it; the engine's own buckets begin elsewhere. */
export const EPOCH = `TIMESTAMP '1970-01-01'`;

/** Before any time that is counted with: the year 1. */
const ALWAYS_MS = -62_135_596_800_000;

export function interval(lengthMs: number): string {
  return `INTERVAL '${lengthMs} milliseconds'`;
}

/** The start of the bucket a time is in. */
export function bucket(lengthMs: number, time: string): string {
  return `time_bucket(${interval(lengthMs)}, ${time}, ${EPOCH})`;
}

/** A statement whose times, in ms, are bound: `$1` is the first of them, as `at(1)` writes it. */
export function timed(sql: string, ...timesMs: readonly (number | undefined)[]): PlanStatement {
  return { sql, parameters: timesMs.map(microseconds) };
}

export function at(parameter: number): string {
  return `make_timestamp($${parameter}::BIGINT)`;
}

export function microseconds(timeMs: number | undefined): bigint {
  return BigInt(timeMs === undefined ? ALWAYS_MS : Math.max(timeMs, ALWAYS_MS)) * 1000n;
}
