import type { ErrorName } from '../error-code.ts';
import type { PersistedState } from '../share/share-partition-messages.ts';
import type { StateBatch } from '../share/state-batch.ts';
import type { Offset } from '../topic-partition.ts';

export interface InitializeStateCommand {
  readonly stateEpoch: number;
  /** -1 leaves it to share.auto.offset.reset. */
  readonly startOffset: Offset;
}

export interface WriteStateCommand {
  readonly stateEpoch: number;
  readonly leaderEpoch: number;
  readonly startOffset: Offset;
  readonly deliveryCompleteCount: number;
  readonly stateBatches: readonly StateBatch[];
}

export interface StateAnswer {
  readonly error: ErrorName;
  readonly message: string | null;
}

/** The state is there without an error only. */
export interface ReadStateAnswer extends StateAnswer {
  readonly state: PersistedState | undefined;
}

export interface StateSummary {
  readonly stateEpoch: number;
  readonly leaderEpoch: number;
  /** -1 where no member has read yet. */
  readonly startOffset: Offset;
  /** -1 where it is not known. */
  readonly deliveryCompleteCount: number;
}

export interface StateSummaryAnswer extends StateAnswer, StateSummary {}
