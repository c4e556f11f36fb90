import type { Compression } from '../../../src/domain/record/compression.ts';
import {
  patchBaseOffset,
  readLastOffset,
  viewOf,
} from '../../../src/domain/record/record-batch-header.ts';
import { batchesOf } from '../../../src/domain/record/record-batches.ts';
import type { CancelTimer, Clock, Timer } from '../../../src/ports/clock.ts';
import type { CoordinatorLog, CoordinatorTopic } from '../../../src/ports/coordinator-topic.ts';

/** A log in memory; batches are committed when the test says so, or at once. */
export class FakeLog implements CoordinatorLog {
  readonly logStartOffset = 0n;
  logEndOffset = 0n;
  leaderEpoch = 0;
  readonly batches: Uint8Array[] = [];
  failure: Error | undefined;
  gate: Promise<void> = Promise.resolve();

  append(records: Uint8Array): { baseOffset: bigint; committed: Promise<void> } {
    const baseOffset = this.logEndOffset;
    if (this.failure !== undefined) return { baseOffset, committed: Promise.reject(this.failure) };
    const [batch] = [...batchesOf(records)];
    if (batch === undefined || batch.sizeInBytes !== records.length) throw new Error('one batch');
    const view = viewOf(records);
    patchBaseOffset(view, 0, baseOffset);
    this.logEndOffset = readLastOffset(view, 0) + 1n;
    this.batches.push(records);
    return { baseOffset, committed: this.gate };
  }

  read(fromOffset: bigint) {
    const found = this.batches.find((batch) => readLastOffset(viewOf(batch), 0) >= fromOffset);
    return { slices: found === undefined ? [] : [found], release() {} };
  }
}

export class FakeTopic implements CoordinatorTopic {
  readonly logs: FakeLog[];
  exists: boolean;
  failure: Error | undefined;

  constructor(partitions: number, exists = false) {
    this.logs = Array.from({ length: partitions }, () => new FakeLog());
    this.exists = exists;
  }

  partitionCount(): number | undefined {
    return this.exists ? this.logs.length : undefined;
  }

  async ensure(): Promise<number> {
    if (this.failure !== undefined) throw this.failure;
    this.exists = true;
    return this.logs.length;
  }

  log(partition: number): FakeLog | undefined {
    return this.logs[partition];
  }
}

/** Time that stands still until it is moved. */
export class FakeTime implements Clock, Timer {
  private now = 1_000_000;
  private readonly timers = new Map<number, { atMs: number; callback: () => void }>();
  private nextId = 0;

  nowMs(): number {
    return this.now;
  }

  schedule(delayMs: number, callback: () => void): CancelTimer {
    const id = this.nextId++;
    this.timers.set(id, { atMs: this.now + delayMs, callback });
    return () => this.timers.delete(id);
  }

  afterTurn(callback: () => void): void {
    setImmediate(callback);
  }

  get pendingTimers(): number {
    return this.timers.size;
  }

  async advance(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      await turn();
      const [next] = [...this.timers]
        .filter(([, { atMs }]) => atMs <= end)
        .sort(([, a], [, b]) => a.atMs - b.atMs);
      if (next === undefined) break;
      const [id, { atMs, callback }] = next;
      this.timers.delete(id);
      this.now = Math.max(this.now, atMs);
      callback();
    }
    this.now = end;
  }
}

/** Lets everything that waits for nothing but this turn go on. */
export async function turn(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}

export const noCompression: Compression = {
  compress: (_, bytes) => bytes,
  decompress: (_, bytes) => bytes,
};
