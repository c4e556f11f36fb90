import { combineStateBatches, type StateBatch } from '../share/state-batch.ts';
import type { Offset } from '../topic-partition.ts';

/** The start offset of a share-partition that nobody read yet: it follows from the group's share.auto.offset.reset. */
export const UNINITIALIZED_START_OFFSET = -1n;
export const UNKNOWN_DELIVERY_COMPLETE_COUNT = -1;

/** What is stored of a share-partition (Kafka's ShareGroupOffset). */
export interface ShareGroupState {
  readonly snapshotEpoch: number;
  readonly stateEpoch: number;
  readonly leaderEpoch: number;
  readonly startOffset: Offset;
  readonly deliveryCompleteCount: number;
  readonly createTimestampMs: bigint;
  readonly writeTimestampMs: bigint;
  readonly stateBatches: readonly StateBatch[];
}

/** A change of a state, as a ShareUpdate record has it. */
export interface ShareStateUpdate {
  readonly snapshotEpoch: number;
  readonly leaderEpoch: number;
  readonly startOffset: Offset;
  readonly deliveryCompleteCount: number;
  readonly stateBatches: readonly StateBatch[];
}

export function withUpdate(state: ShareGroupState, update: ShareStateUpdate): ShareGroupState {
  const startOffset =
    update.startOffset === UNINITIALIZED_START_OFFSET ? state.startOffset : update.startOffset;
  return {
    ...state,
    startOffset,
    leaderEpoch: update.leaderEpoch === -1 ? state.leaderEpoch : update.leaderEpoch,
    deliveryCompleteCount: update.deliveryCompleteCount,
    stateBatches: combineStateBatches(state.stateBatches, update.stateBatches, startOffset),
  };
}

/** What an update alone tells, where its snapshot is missing. */
export function stateOfUpdate(update: ShareStateUpdate): ShareGroupState {
  return { ...update, stateEpoch: 0, createTimestampMs: 0n, writeTimestampMs: 0n };
}
