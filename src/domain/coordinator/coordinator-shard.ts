import type { KafkaError } from '../kafka-error.ts';
import type { ScannedRecord } from '../record/records-scan.ts';
import type { Offset } from '../topic-partition.ts';

/** Whose open transaction a record belongs to. */
export interface RecordProducer {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** One record of a coordinator's topic; a null value is a tombstone. */
export interface CoordinatorRecord {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

export interface AppendOptions {
  /** The records are part of this producer's transaction. */
  readonly producer?: RecordProducer | undefined;
  /**
   * Appends that build on one another have one name: when one of them cannot be stored, those that were made after it and
   * before it was told fail as well, so that the log never holds a change without the one it was made upon.
   */
  readonly sequence?: string | undefined;
}

/**
 * What a coordinator's state machine may ask of the world: it never reads a clock, waits or stores
 * by itself (Kafka's CoordinatorTimer and CoordinatorResult in one).
 */
export interface CoordinatorContext {
  nowMs(): number;
  uuid(): string;
  /**
   * Appends the records, all or none. Once they are committed they are replayed and `stored` is
   * called without an error; when they could not be stored, nothing is replayed and `stored` is
   * told why.
   */
  append(
    records: readonly CoordinatorRecord[],
    stored: (error: KafkaError | undefined) => void,
    options?: AppendOptions,
  ): void;
  /** Calls `fire` once after `delayMs`; an earlier timer of the same key is replaced. */
  schedule(key: string, delayMs: number, fire: () => void): void;
  cancel(key: string): void;
}

/** The state kept by one partition of a coordinator's topic. */
export interface CoordinatorShard {
  /**
   * Applies a record of the log, at start and after each commit. Unknown records are passed over. A
   * record of a transaction comes with its producer and counts once the transaction is committed.
   */
  replay(
    record: CoordinatorRecord,
    phase: 'loading' | 'committed',
    producerId: bigint | undefined,
    offset: Offset,
  ): void;
  /**
   * As `replay` while the log is loaded, of a record outside of transactions that is still among the bytes of its batch. False:
   * it was not looked at, and has to be replayed.
   */
  load?(bytes: Uint8Array, view: DataView, record: ScannedRecord): boolean;
  /** The marker that ends a producer's transaction is in the log. */
  replayEndOfTransaction(producerId: bigint, committed: boolean): void;
  /** The log was replayed to its end: timers may start. */
  loaded(): void;
  /** The partition is given up: whoever waits must look for another coordinator. */
  unloaded(): void;
}

/** Gives one answer to a waiting request. */
export type Reply<Answer> = (answer: Answer) => void;
