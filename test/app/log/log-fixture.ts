import { NativeChecksum } from '../../../src/adapters/checksum/native-checksum.ts';
import { NodeCompression } from '../../../src/adapters/compression/node-compression.ts';
import { LogManager, type LogManagerOptions } from '../../../src/app/services/log/log-manager.ts';
import type { RecordInput } from '../../../src/domain/record/record.ts';
import {
  encodeRecordBatch,
  type RecordBatchInput,
} from '../../../src/domain/record/record-batch.ts';
import type { TopicIdPartition } from '../../../src/domain/topic-partition.ts';
import type { Timer } from '../../../src/ports/clock.ts';
import type { LogStore } from '../../../src/ports/log-store.ts';
import { silentLogger } from '../../support/silent-logger.ts';

export const checksum = new NativeChecksum();
export const compression = new NodeCompression();

export const ORDERS: TopicIdPartition = {
  topicId: 'b3JkZXJzLW9yZGVycy1vcg',
  topic: 'orders',
  partition: 0,
};

/** A clock and a timer that move only when they are told to. */
export class ManualTime implements Timer {
  ms = 1_700_000_060_000;
  readonly #scheduled: { atMs: number; callback: () => void }[] = [];

  nowMs(): number {
    return this.ms;
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const entry = { atMs: this.ms + delayMs, callback };
    this.#scheduled.push(entry);
    return () => {
      const at = this.#scheduled.indexOf(entry);
      if (at >= 0) this.#scheduled.splice(at, 1);
    };
  }

  afterTurn(callback: () => void): void {
    setImmediate(callback);
  }

  advance(ms: number): void {
    this.ms += ms;
    const due = this.#scheduled.filter(({ atMs }) => atMs <= this.ms);
    for (const entry of due) {
      const at = this.#scheduled.indexOf(entry);
      if (at < 0) continue;
      this.#scheduled.splice(at, 1);
      entry.callback();
    }
  }
}

export function logManager(
  store: LogStore,
  time: ManualTime,
  options: Partial<LogManagerOptions> = {},
): LogManager {
  return new LogManager({
    store,
    clock: time,
    timer: time,
    checksum,
    compression,
    logger: silentLogger,
    ...options,
  });
}

/** A batch of `count` records, or of those given, as a producer would send it. */
export function batchOf(
  records: number | readonly RecordInput[],
  input: Omit<RecordBatchInput, 'records'> = {},
): Uint8Array {
  const all =
    typeof records === 'number'
      ? Array.from({ length: records }, (_, i) => ({
          timestampMs: 1_700_000_000_000n + BigInt(i),
          key: null,
          value: new TextEncoder().encode(`value ${i}`),
        }))
      : records;
  return encodeRecordBatch({ ...input, records: all }, { checksum, compression });
}

export function joined(slices: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(slices));
}
