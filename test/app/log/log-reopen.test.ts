import { describe, expect, it } from 'vitest';
import { MemoryLogStore } from '../../../src/adapters/memory/memory-log-store.ts';
import { loadLog, SNAPSHOT_NAMES } from '../../../src/app/services/log/log-loader.ts';
import type { LogManager } from '../../../src/app/services/log/log-manager.ts';
import type { UnifiedLog } from '../../../src/app/services/log/unified-log.ts';
import { DEFAULT_LOG_CONFIG } from '../../../src/domain/log/log-config.ts';
import { quiet } from './failing-store.ts';
import { batchOf, compression, logManager, ManualTime, ORDERS } from './log-fixture.ts';

const CLIENT = { origin: 'client' } as const;

async function opened(store: MemoryLogStore, snapshotIntervalBytes = 1 << 30): Promise<LogManager> {
  const manager = logManager(store, new ManualTime(), { snapshotIntervalBytes });
  await manager.open();
  return manager;
}

async function write(log: UnifiedLog, sequences: readonly number[]): Promise<void> {
  for (const baseSequence of sequences) {
    const batch = batchOf(1, { producerId: 9n, producerEpoch: 0, baseSequence });
    await log.append(batch, { ...CLIENT, leaderEpoch: baseSequence }).committed;
  }
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

describe('a log that is opened again', () => {
  it('replays nothing after a clean stop', async () => {
    const store = new MemoryLogStore();
    const manager = await opened(store);
    const log = await manager.create(ORDERS, DEFAULT_LOG_CONFIG);
    await write(log, numbers(0, 8));
    await manager.close();
    const loaded = await loadLog(log.stored, compression);
    expect(loaded.replayedBytes).toBe(0);
    expect(loaded.snapshotOffset).toBe(8n);
    const again = (await opened(store)).get(ORDERS.topicId, 0)!;
    expect(again.highWatermark).toBe(8n);
    expect(again.leaderEpoch).toBe(7);
    expect(again.endOffsetForEpoch(3)).toEqual({ leaderEpoch: 3, endOffset: 4n });
    const retry = batchOf(1, { producerId: 9n, producerEpoch: 0, baseSequence: 4 });
    expect(again.append(retry, CLIENT)).toMatchObject({ duplicate: true, baseOffset: 4n });
  });

  it('replays from the last snapshot after an unclean one, and misses nothing', async () => {
    const store = new MemoryLogStore();
    const manager = await opened(store, 500);
    const log = await manager.create(ORDERS, DEFAULT_LOG_CONFIG);
    await write(log, numbers(0, 40));
    await quiet();
    const loaded = await loadLog(log.stored, compression);
    expect(loaded.snapshotOffset).toBeGreaterThan(20n);
    expect(loaded.replayedBytes).toBeLessThan(log.sizeBytes / 2);
    const again = (await opened(store)).get(ORDERS.topicId, 0)!;
    expect(again.activeProducers()).toEqual(log.activeProducers());
    expect(again.endOffsetForEpoch(17)).toEqual({ leaderEpoch: 17, endOffset: 18n });
  });

  it('falls back to the older snapshot, or to none, when one is damaged', async () => {
    const store = new MemoryLogStore();
    const manager = await opened(store, 500);
    const log = await manager.create(ORDERS, DEFAULT_LOG_CONFIG);
    await write(log, numbers(0, 40));
    await quiet();
    const newest = await loadLog(log.stored, compression);
    const used = SNAPSHOT_NAMES[newest.nextSnapshot === 0 ? 1 : 0];
    await log.stored.writeSnapshot(used, new Uint8Array(100));
    const older = await loadLog(log.stored, compression);
    expect(older.snapshotOffset).toBeLessThan(newest.snapshotOffset!);
    await log.stored.writeSnapshot(SNAPSHOT_NAMES[newest.nextSnapshot], new Uint8Array(100));
    const none = await loadLog(log.stored, compression);
    expect(none.snapshotOffset).toBeUndefined();
    for (const { state } of [newest, older, none]) {
      expect([...state.producers.producers][0]?.lastSequence).toBe(39);
      expect(state.leaderEpochs.entries).toHaveLength(40);
    }
  });

  it('does not believe a snapshot that knows more than the log', async () => {
    const store = new MemoryLogStore();
    const manager = await opened(store);
    const log = await manager.create(ORDERS, DEFAULT_LOG_CONFIG);
    await write(log, numbers(0, 8));
    await manager.close();
    await log.stored.truncate(3n);
    const again = await opened(store);
    const shorter = again.get(ORDERS.topicId, 0)!;
    expect(shorter.activeProducers()[0]?.lastSequence).toBe(2);
    await write(shorter, [3]);
    for (let i = 0; i < 6; i++) await shorter.append(batchOf(1), CLIENT).committed;
    // Without a clean stop: the old snapshot would fit the new end.
    const crashed = (await opened(store)).get(ORDERS.topicId, 0)!;
    expect(crashed.activeProducers()[0]?.lastSequence).toBe(3);
  });

  it('knows the producers whose batches were deleted', async () => {
    const store = new MemoryLogStore();
    const manager = await opened(store);
    const log = await manager.create(ORDERS, DEFAULT_LOG_CONFIG);
    await write(log, numbers(0, 8));
    await log.deleteRecords(8n);
    // Without a clean stop: no batch is left that tells of the producer.
    const crashed = (await opened(store)).get(ORDERS.topicId, 0)!;
    expect(crashed.activeProducers()[0]?.lastSequence).toBe(7);
    await write(crashed, [8]);
  });

  it('leaves the metadata log alone', async () => {
    const store = new MemoryLogStore();
    await store.open();
    const id = { topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', topic: '__cluster_metadata', partition: 0 };
    await store.create(id, DEFAULT_LOG_CONFIG);
    expect([...(await opened(store)).logs()]).toEqual([]);
  });
});
