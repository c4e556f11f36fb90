import type { ErrorName } from '../domain/error-code.ts';
import type { Offset, TopicId } from '../domain/topic-partition.ts';
import type { TransactionSupport } from '../domain/transaction/transaction-support.ts';

/** Way in: appends batches of a producer. */
export interface Produce {
  /**
   * Offsets are given, and batches of one partition are appended, in the order of calls, before this returns. The
   * answer comes at once where nothing was appended, else once the batches are stored as durably as their topics ask;
   * until then the records must stay untouched. It does not reject: errors are told per partition.
   */
  produce(command: ProduceCommand): ProduceResult | Promise<ProduceResult>;
}

export interface ProduceCommand {
  readonly transactionalId: string | null;
  /** How the producer's transactions work; the oldest way where it is not told. */
  readonly transactionSupport?: TransactionSupport;
  /** 0, 1 or -1; anything else is refused per partition. */
  readonly acks: number;
  /** Whether topics are named by id (Produce 13) or by name. */
  readonly byTopicId: boolean;
  /** False for a version whose readers did not know zstd (before 7, KIP-110). */
  readonly zstd?: boolean;
  readonly topicData: readonly {
    readonly name: string;
    readonly topicId: TopicId;
    readonly partitionData: readonly {
      readonly index: number;
      readonly records: Uint8Array | null;
    }[];
  }[];
}

/** Topics and partitions in the command's order. */
export interface ProduceResult {
  readonly failed: boolean;
  readonly topics: readonly {
    readonly name: string;
    readonly topicId: TopicId;
    readonly partitions: readonly ProducedPartition[];
  }[];
}

export interface ProducedPartition {
  readonly index: number;
  readonly error: ErrorName;
  readonly errorMessage: string | null;
  readonly recordErrors: readonly { readonly batchIndex: number; readonly message: string }[];
  readonly baseOffset: Offset;
  readonly logAppendTimeMs: bigint;
  readonly logStartOffset: Offset;
  /** Told when the partition is led elsewhere (KIP-951). */
  readonly currentLeader: PartitionLeader | undefined;
}

export interface PartitionLeader {
  readonly leaderId: number;
  readonly leaderEpoch: number;
}
