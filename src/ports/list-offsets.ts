import type { ErrorName } from '../domain/error-code.ts';
import type { Offset } from '../domain/topic-partition.ts';

/** Way in: offsets by time, and the ends of partitions. */
export interface ListOffsets {
  listOffsets(query: ListOffsetsQuery): Promise<readonly ListedOffset[]>;
}

export interface ListOffsetsQuery {
  readonly topic: string;
  readonly isolation: 'read_uncommitted' | 'read_committed';
  readonly partitions: readonly {
    readonly partition: number;
    readonly currentLeaderEpoch: number;
    /** Milliseconds, or one of Kafka's negative marks: latest -1, earliest -2, max timestamp -3, … */
    readonly timestamp: bigint;
  }[];
}

/** In the query's order. Offset, timestamp and epoch are -1 when there is no such record. */
export interface ListedOffset {
  readonly partition: number;
  readonly error: ErrorName;
  readonly offset: Offset;
  readonly timestampMs: bigint;
  readonly leaderEpoch: number;
}
