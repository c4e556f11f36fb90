import type { DeadLetter } from '../../../src/domain/share/dead-letter.ts';
import { SharePartition } from '../../../src/domain/share/share-partition.ts';
import type { SharePartitionConfig } from '../../../src/domain/share/share-partition-config.ts';
import type {
  AcknowledgementBatch,
  AcquireCommand,
  FetchedBatch,
  Refusal,
} from '../../../src/domain/share/share-partition-messages.ts';
import { combineStateBatches, type StateBatch } from '../../../src/domain/share/state-batch.ts';
import { StateTransition } from '../../../src/domain/share/state-transition.ts';

export const CONFIG: SharePartitionConfig = {
  maxInFlightRecords: 200,
  maxDeliveryCount: 5,
  recordLockDurationMs: 30_000,
  isRenewEnabled: true,
  hasDeadLetterQueue: false,
};

export const ACCEPT = 1;
export const RELEASE = 2;
export const REJECT = 3;
export const RENEW = 4;

export function batchesOf(...sizes: number[]): FetchedBatch[] {
  const batches: FetchedBatch[] = [];
  let next = 0n;
  for (const size of sizes) {
    batches.push({ baseOffset: next, lastOffset: next + BigInt(size) - 1n });
    next += BigInt(size);
  }
  return batches;
}

/** A share-partition over a log that is only offsets, and the state that was stored of it. */
export class SharePartitionHarness {
  readonly log: FetchedBatch[];
  readonly config: SharePartitionConfig;
  partition: SharePartition;
  stored: { startOffset: bigint; stateBatches: readonly StateBatch[] };
  now = 1_000;
  /** Dead letters that are to be written. */
  readonly letters: DeadLetter[] = [];

  constructor(
    log: FetchedBatch[],
    config: Partial<SharePartitionConfig> = {},
    stored: { startOffset: bigint; stateBatches: readonly StateBatch[] } = {
      startOffset: 0n,
      stateBatches: [],
    },
  ) {
    this.log = log;
    this.config = { ...CONFIG, ...config };
    this.stored = stored;
    this.partition = this.restored();
  }

  private restored(): SharePartition {
    return new SharePartition({ ...this.stored, stateEpoch: 0 }, () => this.config);
  }

  restart(): void {
    this.partition = this.restored();
    this.letters.splice(0, this.letters.length, ...this.partition.unwrittenDeadLetters);
  }

  /** The oldest dead letters are in their queue, as is stored. */
  buryFirst(): DeadLetter | undefined {
    const letter = this.letters.shift();
    if (letter === undefined) return undefined;
    this.store([letter.archive()]);
    this.partition.moveStart();
    return letter;
  }

  /** Reads from where the partition wants, and acquires. */
  fetch(
    memberId: string,
    options: Partial<AcquireCommand> & { readonly batchesRead?: number } = {},
  ): [bigint, bigint, number][] {
    const fetchOffset = this.partition.nextFetchOffset();
    const from = this.log.findIndex(({ lastOffset }) => lastOffset >= fetchOffset);
    const { batchesRead = 100, ...rest } = options;
    const batches = from < 0 ? [] : this.log.slice(from, from + batchesRead);
    const command: AcquireCommand = {
      memberId,
      mode: 'batch_optimized',
      batchSize: 500,
      maxRecords: 500,
      fetchOffset,
      batches,
      aborted: [],
      nowMs: this.now,
      ...rest,
    };
    const acquired = this.partition.canAcquire() ? this.partition.acquire(command) : [];
    return acquired.map((run) => [run.firstOffset, run.lastOffset, run.deliveryCount]);
  }

  start(memberId: string, ...batches: AcknowledgementBatch[]): StateTransition | Refusal {
    return this.partition.acknowledge(memberId, batches, this.now);
  }

  /** Acknowledges and stores; answers the error's name. */
  acknowledge(memberId: string, first: number, last: number, ...types: number[]): string {
    const batch = {
      firstOffset: BigInt(first),
      lastOffset: BigInt(last),
      acknowledgeTypes: types,
    };
    const answer = this.start(memberId, batch);
    if (!(answer instanceof StateTransition)) return answer.error;
    this.commit(answer);
    return 'NONE';
  }

  commit(transition: StateTransition): void {
    this.store(transition.stateBatches);
    this.partition.commit(transition);
    this.letters.push(...transition.deadLetters);
  }

  release(memberId: string): void {
    this.commit(this.partition.releaseAcquired(memberId));
  }

  expire(ms: number): void {
    this.now += ms;
    const expired = this.partition.expireLocks(this.now);
    this.store(expired.stateBatches);
    this.letters.push(...expired.deadLetters);
    this.partition.moveStart();
  }

  private store(batches: readonly StateBatch[]): void {
    if (batches.length === 0) return;
    const startOffset = maxOf(this.stored.startOffset, this.partition.startOffset);
    const stateBatches = combineStateBatches(this.stored.stateBatches, batches, startOffset);
    this.stored = { startOffset, stateBatches };
  }

  /** What is in flight, short: `0-9 acquired 1 a`. */
  inFlight(): string[] {
    return Array.from(this.partition.inFlight(), (run) =>
      `${run.firstOffset}-${run.lastOffset} ${run.state} ${run.deliveryCount} ${run.memberId}`.trim(),
    );
  }
}

function maxOf(a: bigint, b: bigint): bigint {
  return a < b ? b : a;
}
