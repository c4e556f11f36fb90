import type { ErrorName } from '../domain/error-code.ts';
import type { Offset } from '../domain/topic-partition.ts';

/** Way in: where a leader epoch ended, for readers that check for truncation (KIP-320). */
export interface OffsetForLeaderEpoch {
  endOffsetForEpoch(query: LeaderEpochQuery): LeaderEpochEnd;
}

export interface LeaderEpochQuery {
  readonly topic: string;
  readonly partition: number;
  readonly currentLeaderEpoch: number;
  readonly leaderEpoch: number;
}

/** Epoch and offset are -1 when the epoch is not known. */
export interface LeaderEpochEnd {
  readonly error: ErrorName;
  readonly leaderEpoch: number;
  readonly endOffset: Offset;
}
