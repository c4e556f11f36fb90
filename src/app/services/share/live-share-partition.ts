import type { ErrorName } from '../../../domain/error-code.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import type { DeadLetter } from '../../../domain/share/dead-letter.ts';
import type { ShareGroupOptions } from '../../../domain/share/share-group-options.ts';
import { SharePartition } from '../../../domain/share/share-partition.ts';
import type {
  AcknowledgementBatch,
  Refusal,
} from '../../../domain/share/share-partition-messages.ts';
import type { StateBatch } from '../../../domain/share/state-batch.ts';
import { StateTransition } from '../../../domain/share/state-transition.ts';
import { UNINITIALIZED_START_OFFSET } from '../../../domain/share-coordinator/share-group-state.ts';
import type { SharePartitionKey } from '../../../domain/share-coordinator/share-partition-key.ts';
import type { StateAnswer } from '../../../domain/share-coordinator/share-state-messages.ts';
import type { Offset } from '../../../domain/topic-partition.ts';
import type { Clock, Timer } from '../../../ports/clock.ts';
import type { SharePersister } from '../../../ports/share-persister.ts';
import type { LedLog } from '../partition/led-log.ts';
import type { DeadLetterQueue } from './dead-letter-queue.ts';
import { RecordSizeEstimate } from './record-size-estimate.ts';

export interface LiveSharePartitionOptions {
  readonly key: SharePartitionKey;
  readonly log: LedLog;
  readonly leaderEpoch: number;
  readonly persister: SharePersister;
  readonly deadLetters: Pick<DeadLetterQueue, 'write'>;
  /** Whoever had the share-partition before may still have letters on their way, which would be written twice. */
  readonly after: Promise<void> | undefined;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly options: () => ShareGroupOptions;
  /** The partition or its state is not this broker's any more: it has to be loaded anew, if at all. */
  readonly onFenced: (partition: LiveSharePartition) => void;
}

const FENCING: ReadonlySet<ErrorName> = new Set([
  'NOT_LEADER_OR_FOLLOWER',
  'GROUP_ID_NOT_FOUND',
  'UNKNOWN_TOPIC_OR_PARTITION',
]);

/** A share-partition with its log, its stored state and its locks in time (the I/O of Kafka's SharePartition). */
export class LiveSharePartition {
  readonly key: SharePartitionKey;
  readonly log: LedLog;
  /** Loaded, unless that failed or is still going on. */
  partition: SharePartition | undefined;
  readonly loaded: Promise<KafkaError | undefined>;
  readonly recordSizes = new RecordSizeEstimate();
  readonly #options: LiveSharePartitionOptions;
  readonly #waiters = new Set<() => void>();
  readonly #unwatch: () => void;
  #lockTimer: { readonly atMs: number; readonly cancel: () => void } | undefined;
  #isClosed = false;
  #isFetching = false;
  #isAwaited = false;
  /** Dead letters on their way; undefined while there are none. */
  #writing: Promise<void> | undefined;

  constructor(options: LiveSharePartitionOptions) {
    this.key = options.key;
    this.log = options.log;
    this.#options = options;
    this.#unwatch = options.log.onHighWatermarkAdvance(() => this.wake());
    this.loaded = this.#load();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  async #load(): Promise<KafkaError | undefined> {
    const { persister, leaderEpoch, options, after } = this.#options;
    try {
      if (after !== undefined) await after;
      const { error, message, state } = await persister.read(this.key, leaderEpoch);
      if (state === undefined) throw toldAs(error, message);
      let { startOffset } = state;
      if (startOffset === UNINITIALIZED_START_OFFSET) startOffset = await this.#firstOffset();
      this.partition = new SharePartition({ ...state, startOffset }, options);
      if (state.startOffset === UNINITIALIZED_START_OFFSET) await this.#keepStart(this.partition);
      this.#writeDeadLetters(this.partition, this.partition.unwrittenDeadLetters);
      return undefined;
    } catch (error) {
      this.partition = undefined;
      return KafkaError.from(error);
    } finally {
      this.wake();
    }
  }

  /** Where a group begins that has not read the partition before. */
  async #firstOffset(): Promise<Offset> {
    const { log } = this;
    const { clock, options } = this.#options;
    const { offsetReset } = options();
    switch (offsetReset.kind) {
      case 'earliest':
        return log.logStartOffset;
      case 'latest':
        return log.highWatermark;
      case 'by_duration': {
        const since = BigInt(Math.floor(clock.nowMs() - offsetReset.durationMs));
        const found = await log.fetchOffsetByTimestamp(since, 'read_uncommitted');
        return found?.offset ?? log.highWatermark;
      }
    }
  }

  /**
   * Kafka stores the start offset with the first acknowledgement. A broker that dies before would begin at the end of
   * the log again, and pass over what was delivered meanwhile.
   */
  async #keepStart(partition: SharePartition): Promise<void> {
    const { error, message } = await this.#write(partition, []);
    if (error !== 'NONE') throw toldAs(error, message);
  }

  #write(partition: SharePartition, stateBatches: readonly StateBatch[]): Promise<StateAnswer> {
    const { persister, leaderEpoch } = this.#options;
    const { stateEpoch, startOffset, deliveryCompleteCount } = partition;
    return persister.write(this.key, {
      ...{ stateEpoch, leaderEpoch, startOffset, deliveryCompleteCount, stateBatches },
    });
  }

  /**
   * Holds the partition for one fetch: what it reads it acquires before another may look. False while another has it;
   * that one's `unlock` wakes who was refused.
   */
  tryLock(): boolean {
    if (this.#isFetching) {
      this.#isAwaited = true;
      return false;
    }
    this.#isFetching = true;
    return true;
  }

  /** The holder itself need not be woken, or two that find too little would wake each other for ever. */
  unlock(holder: () => void): void {
    this.#isFetching = false;
    if (!this.#isAwaited) return;
    this.#isAwaited = false;
    for (const waiter of [...this.#waiters]) if (waiter !== holder) waiter();
  }

  /** Calls whenever something changed that may give a waiting fetch records. */
  watch(waiter: () => void): () => void {
    this.#waiters.add(waiter);
    return () => this.#waiters.delete(waiter);
  }

  wake(): void {
    for (const waiter of [...this.#waiters]) waiter();
  }

  async acknowledge(
    memberId: string,
    batches: readonly AcknowledgementBatch[],
  ): Promise<Refusal | undefined> {
    const { partition } = this;
    if (partition === undefined) return { error: 'UNKNOWN_TOPIC_OR_PARTITION', message: '' };
    const answer = partition.acknowledge(memberId, batches, this.#options.clock.nowMs());
    if (!(answer instanceof StateTransition)) return answer;
    return this.#store(partition, answer);
  }

  /** The member's session is over: others may have what it holds. */
  async release(memberId: string): Promise<Refusal | undefined> {
    const { partition } = this;
    if (partition === undefined) return undefined;
    return this.#store(partition, partition.releaseAcquired(memberId));
  }

  async #store(
    partition: SharePartition,
    transition: StateTransition,
  ): Promise<Refusal | undefined> {
    if (transition.isEmpty) return undefined;
    const { error, message } = await this.#write(partition, transition.stateBatches);
    if (error === 'NONE') {
      if (partition.commit(transition)) this.wake();
      this.#writeDeadLetters(partition, transition.deadLetters);
      return undefined;
    }
    partition.rollBack(transition);
    this.watchLocks();
    const told = toldAs(error, message);
    if (FENCING.has(told.errorName)) this.#options.onFenced(this);
    return { error: told.errorName, message: told.message };
  }

  #writeDeadLetters(partition: SharePartition, letters: readonly DeadLetter[]): void {
    if (letters.length === 0) return;
    const written = this.#writeAndArchive(partition, letters);
    const writing = Promise.all([this.#writing, written]).then(() => {
      if (this.#writing === writing) this.#writing = undefined;
    });
    this.#writing = writing;
  }

  /** The group goes on meanwhile; only the start offset waits for them. */
  async #writeAndArchive(partition: SharePartition, letters: readonly DeadLetter[]): Promise<void> {
    const { key, log } = this;
    if (!(await this.#options.deadLetters.write({ key, log, letters }))) return;
    await this.#write(
      partition,
      letters.map((letter) => letter.archive()),
    );
    if (partition.moveStart()) this.wake();
  }

  /** Resolves once no dead letters are on their way; undefined when there are none. */
  get deadLettersWritten(): Promise<void> | undefined {
    return this.#writing;
  }

  /** Sets the timer for the lock that ends first. To be called after records were acquired. */
  watchLocks(): void {
    const endMs = this.partition?.nextLockEndMs();
    if (endMs === undefined || this.#isClosed) return;
    if (this.#lockTimer !== undefined) {
      if (this.#lockTimer.atMs <= endMs) return;
      this.#lockTimer.cancel();
    }
    const { clock, timer } = this.#options;
    const delayMs = Math.max(endMs - clock.nowMs(), 0);
    this.#lockTimer = {
      atMs: endMs,
      cancel: timer.schedule(delayMs, () => this.#expireLocks()),
    };
  }

  #expireLocks(): void {
    this.#lockTimer = undefined;
    const { partition } = this;
    if (partition === undefined || this.#isClosed) return;
    const { stateBatches, deadLetters } = partition.expireLocks(this.#options.clock.nowMs());
    if (stateBatches.length > 0) {
      void this.#write(partition, stateBatches).then(() => {
        if (partition.moveStart()) this.wake();
        this.#writeDeadLetters(partition, deadLetters);
      });
      this.wake();
    }
    this.watchLocks();
  }

  close(): void {
    this.#isClosed = true;
    this.#lockTimer?.cancel();
    this.#unwatch();
    this.wake();
  }
}

/** What a member is told of a failure of the coordinator (Kafka's fetchPersisterError). */
function toldAs(error: ErrorName, message: string | null): KafkaError {
  return new KafkaError(clientError(error), message ?? undefined);
}

function clientError(error: ErrorName): ErrorName {
  switch (error) {
    case 'NOT_COORDINATOR':
    case 'COORDINATOR_NOT_AVAILABLE':
    case 'COORDINATOR_LOAD_IN_PROGRESS':
      return 'COORDINATOR_NOT_AVAILABLE';
    case 'GROUP_ID_NOT_FOUND':
    case 'UNKNOWN_TOPIC_OR_PARTITION':
      return error;
    case 'FENCED_LEADER_EPOCH':
    case 'FENCED_STATE_EPOCH':
      return 'NOT_LEADER_OR_FOLLOWER';
    default:
      return 'UNKNOWN_SERVER_ERROR';
  }
}
