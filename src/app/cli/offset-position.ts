import type { ClusterClient } from '../../adapters/kafka-client/cluster-client.ts';
import {
  EARLIEST_TIMESTAMP,
  type Isolation,
  LATEST_TIMESTAMP,
  listOffsets,
} from '../../adapters/kafka-client/list-offsets.ts';
import { usageError } from './cli-error.ts';

/** A place in a log as people name it. */
export type OffsetPosition =
  | { readonly kind: 'earliest' | 'latest' }
  | { readonly kind: 'offset'; readonly offset: bigint }
  | { readonly kind: 'before-end'; readonly count: bigint }
  | { readonly kind: 'time'; readonly timestampMs: bigint };

export interface LogRange {
  readonly earliest: bigint;
  readonly latest: bigint;
}

const NAMES: Readonly<Record<string, 'earliest' | 'latest'>> = {
  beginning: 'earliest',
  earliest: 'earliest',
  end: 'latest',
  latest: 'latest',
};
const ISO_DATE = /^\d{4}-\d{2}(-\d{2}([T ]\d{2}:\d{2}.*)?)?$/;

export function parseOffsetPosition(text: string, option: string): OffsetPosition {
  const kind = Object.hasOwn(NAMES, text) ? NAMES[text] : undefined;
  if (kind !== undefined) return { kind };
  if (/^\d{1,19}$/.test(text)) return { kind: 'offset', offset: BigInt(text) };
  if (/^-\d{1,19}$/.test(text)) return { kind: 'before-end', count: -BigInt(text) };
  const timestampMs = ISO_DATE.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(timestampMs)) return { kind: 'time', timestampMs: BigInt(timestampMs) };
  throw usageError(
    `${option} ${text}: it must be beginning, end, an offset, -N for the last N, or a time such as 2026-01-31T12:00:00Z`,
  );
}

/** A position that is outside the log becomes its nearer end. */
export function clampOffset(offset: bigint, { earliest, latest }: LogRange): bigint {
  if (offset < earliest) return earliest;
  return offset > latest ? latest : offset;
}

export async function logRanges(
  cluster: ClusterClient,
  topic: string,
  partitions: readonly number[],
  isolation?: Isolation,
): Promise<ReadonlyMap<number, LogRange>> {
  const query = { partitions, ...(isolation === undefined ? {} : { isolation }) };
  const [earliest, latest] = await Promise.all([
    listOffsets(cluster, topic, { ...query, timestamp: EARLIEST_TIMESTAMP }),
    listOffsets(cluster, topic, { ...query, timestamp: LATEST_TIMESTAMP }),
  ]);
  return new Map(
    partitions.map((partition) => [
      partition,
      { earliest: earliest.get(partition) ?? 0n, latest: latest.get(partition) ?? 0n },
    ]),
  );
}

/** What a position means in each of the logs. */
export async function offsetsAt(
  cluster: ClusterClient,
  topic: string,
  position: OffsetPosition,
  ranges: ReadonlyMap<number, LogRange>,
): Promise<ReadonlyMap<number, bigint>> {
  const partitions = [...ranges.keys()];
  const byTime =
    position.kind === 'time'
      ? await listOffsets(cluster, topic, { partitions, timestamp: position.timestampMs })
      : undefined;
  return new Map(
    [...ranges].map(([partition, range]) => [
      partition,
      offsetIn(position, range, byTime?.get(partition)),
    ]),
  );
}

function offsetIn(position: OffsetPosition, range: LogRange, byTime: bigint | undefined): bigint {
  switch (position.kind) {
    case 'earliest':
      return range.earliest;
    case 'latest':
      return range.latest;
    case 'offset':
      return clampOffset(position.offset, range);
    case 'before-end':
      return clampOffset(range.latest - position.count, range);
    case 'time':
      return clampOffset(byTime ?? range.latest, range);
  }
}
