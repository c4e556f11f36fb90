import type { Offset } from '../domain/topic-partition.ts';

/** The log of one partition of a coordinator's topic, as far as a coordinator needs it. */
export interface CoordinatorLog {
  readonly logStartOffset: Offset;
  readonly logEndOffset: Offset;
  /** Of the partition's leadership: a coordinator's epoch. */
  readonly leaderEpoch: number;
  /** Checks and queues a batch; `committed` settles once it is stored. Throws a KafkaError. */
  append(
    records: Uint8Array,
    options: { readonly origin: 'coordinator'; readonly transactionVersion?: number },
  ): { readonly baseOffset: Offset; readonly committed: Promise<void> };
  read(
    fromOffset: Offset,
    options: {
      readonly maxBytes: number;
      readonly minOneMessage: boolean;
      readonly isolation: 'log_end';
    },
  ): CoordinatorLogRead | Promise<CoordinatorLogRead>;
}

export interface PrunableLog extends CoordinatorLog {
  /** Gives up the records before an offset. Rejects with a KafkaError. */
  deleteRecords(beforeOffset: Offset): Promise<Offset>;
}

export interface CoordinatorLogRead {
  readonly slices: readonly Uint8Array[];
  release(): void;
}

/** An internal topic that a coordinator keeps its state in. */
export interface CoordinatorTopic {
  /** How many partitions the topic has; undefined while it does not exist. */
  partitionCount(): number | undefined;
  /** Creates the topic if it is not there; the answer is its number of partitions. */
  ensure(): Promise<number>;
  /** The partition's log, if this broker leads it. */
  log(partition: number): CoordinatorLog | undefined;
}

/** A coordinator's topic whose state is pruned instead of compacted. */
export interface PrunedCoordinatorTopic extends CoordinatorTopic {
  /** Gives up the records of a partition before an offset. Rejects with a KafkaError. */
  deleteRecordsBefore(partition: number, offset: Offset): Promise<void>;
}
