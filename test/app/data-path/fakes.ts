import type { LogReadOptions } from '../../../src/app/services/log/log-types.ts';
import type { LedLog } from '../../../src/app/services/partition/led-log.ts';
import { PartitionFinder } from '../../../src/app/services/partition/partition-finder.ts';
import { KafkaError } from '../../../src/domain/kafka-error.ts';
import { emptyClusterMetadata } from '../../../src/domain/topic/cluster-metadata.ts';
import type { TopicMetadata } from '../../../src/ports/catalog.ts';
import type { Timer } from '../../../src/ports/clock.ts';

export const NODE_ID = 1;
export const LEADER_EPOCH = 5;

function deferred() {
  let settle: { resolve: () => void; reject: (error: Error) => void };
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle! };
}

/** A log whose batches are one offset each; they become visible with `commit`. */
export class FakeLog implements LedLog {
  readonly config: { minInSyncReplicas: number; cleanupPolicy: readonly ('delete' | 'compact')[] } =
    { minInSyncReplicas: 1, cleanupPolicy: ['delete'] };
  readonly batches: Uint8Array[] = [];
  logStartOffset = 0n;
  highWatermark = 0n;
  borrowed = 0;
  reads = 0;
  /** Answers reads with promises, as an engine does for what is not at hand. */
  readsLater = false;
  appendError: Error | undefined;
  readonly listeners = new Set<() => void>();
  #committed = deferred();

  get logEndOffset(): bigint {
    return BigInt(this.batches.length);
  }

  get lastStableOffset(): bigint {
    return this.highWatermark;
  }

  get sizeBytes(): number {
    return this.batches.reduce((sum, { length }) => sum + length, 0);
  }

  hasOngoingTransaction(): boolean {
    return false;
  }

  activeProducers(): [] {
    return [];
  }

  async closedSegments(): Promise<[]> {
    return [];
  }

  append(records: Uint8Array) {
    if (this.appendError !== undefined) throw this.appendError;
    const baseOffset = this.logEndOffset;
    this.batches.push(records);
    const { logStartOffset } = this;
    const { promise: committed } = this.#committed;
    const common = { logAppendTimeMs: -1n, logStartOffset, duplicate: false, committed };
    return { baseOffset, lastOffset: baseOffset, ...common };
  }

  commit(error?: Error): void {
    const { resolve, reject } = this.#committed;
    this.#committed = deferred();
    if (error !== undefined) {
      reject(error);
      return;
    }
    this.highWatermark = this.logEndOffset;
    for (const listener of [...this.listeners]) listener();
    resolve();
  }

  read(fromOffset: bigint, { maxBytes, minOneMessage }: LogReadOptions) {
    this.reads += 1;
    if (fromOffset < this.logStartOffset || fromOffset > this.logEndOffset) {
      throw new KafkaError('OFFSET_OUT_OF_RANGE');
    }
    const slices: Uint8Array[] = [];
    let sizeBytes = 0;
    for (const batch of this.batches.slice(Number(fromOffset), Number(this.highWatermark))) {
      const first = slices.length === 0 && minOneMessage;
      if (!first && sizeBytes + batch.length > maxBytes) break;
      slices.push(batch);
      sizeBytes += batch.length;
    }
    this.borrowed += 1;
    const info = {
      slices,
      sizeBytes,
      highWatermark: this.highWatermark,
      lastStableOffset: this.lastStableOffset,
      logStartOffset: this.logStartOffset,
      abortedTransactions: null,
      release: () => {
        this.borrowed -= 1;
      },
    };
    return this.readsLater ? Promise.resolve(info) : info;
  }

  fetchOffsetByTimestamp(timestampMs: bigint) {
    if (timestampMs === -1n) {
      return Promise.resolve({ offset: this.highWatermark, timestampMs: -1n, leaderEpoch: 5 });
    }
    return Promise.resolve(undefined);
  }

  endOffsetForEpoch(epoch: number) {
    if (epoch > LEADER_EPOCH) return { leaderEpoch: -1, endOffset: -1n };
    return { leaderEpoch: epoch, endOffset: epoch === LEADER_EPOCH ? this.logEndOffset : 2n };
  }

  deleteRecords(beforeOffset: bigint): Promise<bigint> {
    this.logStartOffset = beforeOffset;
    return Promise.resolve(beforeOffset);
  }

  onHighWatermarkAdvance(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

export interface FakeTopic {
  readonly metadata: TopicMetadata;
  readonly logs: readonly FakeLog[];
}

export function topicOf(name: string, id: string, partitions: number, leader = NODE_ID): FakeTopic {
  const logs = Array.from({ length: partitions }, () => new FakeLog());
  const metadata = {
    id,
    name,
    partitions: logs.map((_, partition) => ({
      partition,
      leader,
      leaderEpoch: LEADER_EPOCH,
      replicas: [leader],
    })),
    configs: new Map(),
    internal: name.startsWith('__'),
  };
  return { metadata, logs };
}

export function finderOf(topics: readonly FakeTopic[]): PartitionFinder {
  const metadata = {
    ...emptyClusterMetadata('cluster'),
    topicsByName: new Map(topics.map((topic) => [topic.metadata.name, topic.metadata])),
    topicsById: new Map(topics.map((topic) => [topic.metadata.id, topic.metadata])),
  };
  const logs = {
    get: (topicId: string, partition: number) =>
      topics.find(({ metadata: { id } }) => id === topicId)?.logs[partition],
  };
  return new PartitionFinder({ metadata }, logs, () => NODE_ID);
}

/** Timers that run when told to. */
export class ManualTimer implements Timer {
  readonly pending = new Set<{ delayMs: number; callback: () => void }>();

  schedule(delayMs: number, callback: () => void): () => void {
    const entry = { delayMs, callback };
    this.pending.add(entry);
    return () => this.pending.delete(entry);
  }

  afterTurn(callback: () => void): void {
    setImmediate(callback);
  }

  fire(): void {
    for (const entry of [...this.pending]) {
      this.pending.delete(entry);
      entry.callback();
    }
  }
}
