import type { ErrorName } from '../domain/error-code.ts';
import type {
  AcknowledgementBatch,
  AcquiredRecords,
  AcquireMode,
} from '../domain/share/share-partition-messages.ts';
import type { TopicId } from '../domain/topic-partition.ts';
import type { FetchQuota } from './fetch.ts';
import type { PartitionLeader } from './produce.ts';

export interface ShareTopicPartition {
  readonly topicId: TopicId;
  readonly partition: number;
}

export interface ShareAcknowledgements extends ShareTopicPartition {
  readonly batches: readonly AcknowledgementBatch[];
}

/** The member of a group, and where its session is (KIP-932): 0 begins one, -1 ends it, else the next epoch. */
export interface ShareSessionRequest {
  readonly groupId: string;
  readonly memberId: string;
  readonly sessionEpoch: number;
}

export interface ShareFetchCommand extends ShareSessionRequest {
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly maxRecords: number;
  readonly batchSize: number;
  readonly mode: AcquireMode;
  readonly knowsRenew: boolean;
  /** The request only renews locks: nothing is read (KIP-1222). */
  readonly isRenew: boolean;
  /** Partitions to add to the session. */
  readonly partitions: readonly ShareTopicPartition[];
  readonly forgotten: readonly ShareTopicPartition[];
  readonly acknowledgements: readonly ShareAcknowledgements[];
  /** Undefined where the client has no quota. */
  readonly quota?: FetchQuota | undefined;
  /** Aborted when the client is gone, which ends its session. */
  readonly signal: AbortSignal | undefined;
}

export interface ShareFetchResult {
  /** Of the session; then there are no partitions. */
  readonly error: ErrorName;
  readonly acquisitionLockTimeoutMs: number;
  readonly partitions: readonly ShareFetchedPartition[];
  /** Gives the records back. */
  release(): void;
}

export interface ShareFetchedPartition extends ShareTopicPartition {
  readonly error: ErrorName;
  readonly acknowledgeError: ErrorName;
  readonly acknowledgeMessage: string | null;
  readonly currentLeader: PartitionLeader | undefined;
  /** Runs of whole batches; more than was acquired may be in them. */
  readonly slices: readonly Uint8Array[];
  readonly acquired: readonly AcquiredRecords[];
}

export interface ShareAcknowledgeCommand extends ShareSessionRequest {
  readonly knowsRenew: boolean;
  readonly isRenew: boolean;
  readonly acknowledgements: readonly ShareAcknowledgements[];
}

export interface ShareAcknowledgeResult {
  readonly error: ErrorName;
  readonly acquisitionLockTimeoutMs: number;
  readonly partitions: readonly ShareAcknowledgedPartition[];
}

export interface ShareAcknowledgedPartition extends ShareTopicPartition {
  readonly error: ErrorName;
  readonly message: string | null;
  readonly currentLeader: PartitionLeader | undefined;
}

/** Way in: what members of share groups do with records. Nothing rejects but for faults of the broker. */
export interface ShareConsume {
  /**
   * Acknowledges, then gives the member records that nobody else holds, waiting for them if need be. What is answered
   * as acknowledged is stored.
   */
  fetch(command: ShareFetchCommand): Promise<ShareFetchResult>;
  acknowledge(command: ShareAcknowledgeCommand): Promise<ShareAcknowledgeResult>;
}
