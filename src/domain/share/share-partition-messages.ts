import type { ErrorName } from '../error-code.ts';
import type { Offset } from '../topic-partition.ts';
import type { StateBatch } from './state-batch.ts';

/** The offsets of a record batch that was read from the log. */
export interface FetchedBatch {
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
}

/**
 * `batch_optimized` takes whole record batches and so may take more than was asked for; `record_limit` never does
 * (KIP-1206).
 */
export type AcquireMode = 'batch_optimized' | 'record_limit';

export interface AcquireCommand {
  readonly memberId: string;
  readonly mode: AcquireMode;
  /** How many records one entry of the answer should have, as far as record batches allow. */
  readonly batchSize: number;
  readonly maxRecords: number;
  /** What was asked of the log, and what it gave. */
  readonly fetchOffset: Offset;
  readonly batches: readonly FetchedBatch[];
  /** Those of the batches whose transaction was aborted; they are archived, not given to anyone. */
  readonly aborted: readonly FetchedBatch[];
  readonly nowMs: number;
}

export interface AcquiredRecords {
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
  readonly deliveryCount: number;
}

export interface AcknowledgementBatch {
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
  /** One for all offsets, or one for each. */
  readonly acknowledgeTypes: readonly number[];
}

/** Why an acknowledgement was refused; nothing of it counts then. */
export interface Refusal {
  readonly error: ErrorName;
  readonly message: string;
}

/** What the share coordinator keeps of a share-partition. */
export interface PersistedState {
  readonly startOffset: Offset;
  readonly stateEpoch: number;
  readonly stateBatches: readonly StateBatch[];
}
