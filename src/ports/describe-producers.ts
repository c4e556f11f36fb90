import type { ErrorName } from '../domain/error-code.ts';

export interface DescribedProducer {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** -1 after a marker. */
  readonly lastSequence: number;
  readonly lastTimestampMs: bigint;
  /** Of the last marker; -1 before the first. */
  readonly coordinatorEpoch: number;
  /** -1 without an open transaction. */
  readonly currentTxnStartOffset: bigint;
}

/** Way in: who writes to a partition, and whose transactions are open there. */
export interface DescribeProducers {
  describe(
    topic: string,
    partition: number,
  ): {
    readonly error: ErrorName;
    readonly errorMessage: string | null;
    readonly producers: readonly DescribedProducer[];
  };
}
