import { beforeEach, describe, expect, it } from 'vitest';
import type { LogManager } from '../../../src/app/services/log/log-manager.ts';
import type { UnifiedLog } from '../../../src/app/services/log/unified-log.ts';
import { DEFAULT_LOG_CONFIG } from '../../../src/domain/log/log-config.ts';
import { readBaseOffset, viewOf } from '../../../src/domain/record/record-batch-header.ts';
import { batchesOf } from '../../../src/domain/record/record-batches.ts';
import { HeldStore, quiet } from './failing-store.ts';
import { batchOf, joined, logManager, ManualTime, ORDERS } from './log-fixture.ts';

const CLIENT = { origin: 'client' } as const;
const READ = { maxBytes: 1 << 20, minOneMessage: true, isolation: 'read_uncommitted' } as const;

let store: HeldStore;
let time: ManualTime;
let manager: LogManager;
let log: UnifiedLog;

beforeEach(async () => {
  store = new HeldStore();
  time = new ManualTime();
  manager = logManager(store, time);
  await manager.open();
  log = await manager.create(ORDERS, DEFAULT_LOG_CONFIG);
});

async function baseOffsets(of = log): Promise<bigint[]> {
  const data = await of.read(of.logStartOffset, READ);
  return [...batchesOf(joined(data.slices))].map(({ bytes }) => readBaseOffset(viewOf(bytes), 0));
}

function idempotent(baseSequence: number, count = 1): Uint8Array {
  return batchOf(count, { producerId: 9n, producerEpoch: 0, baseSequence });
}

describe('appends of one turn', () => {
  it('go to the store in one call and share one promise', async () => {
    const other = await manager.create({ ...ORDERS, partition: 1 }, DEFAULT_LOG_CONFIG);
    const first = log.append(batchOf(2), CLIENT);
    const second = log.append(batchOf(3), CLIENT);
    const third = other.append(batchOf(1), CLIENT);
    expect([first.baseOffset, second.baseOffset, third.baseOffset]).toEqual([0n, 2n, 0n]);
    expect(second.committed).toBe(first.committed);
    expect(third.committed).toBe(first.committed);
    await first.committed;
    expect(store.calls).toHaveLength(1);
    expect(store.calls[0]?.durability).toBe('synced');
    expect(store.calls[0]?.entries).toHaveLength(3);
  });

  it('move the high watermark and wake listeners once, when they are stored', async () => {
    store.held = true;
    let woken = 0;
    const stop = log.onHighWatermarkAdvance(() => woken++);
    const { committed } = log.append(batchOf(2), CLIENT);
    log.append(batchOf(2), CLIENT);
    await quiet();
    expect([log.highWatermark, log.logEndOffset, woken]).toEqual([0n, 4n, 0]);
    const before = await log.read(0n, READ);
    expect(before.sizeBytes).toBe(0);
    store.release();
    await committed;
    expect([log.highWatermark, log.lastStableOffset, woken]).toEqual([4n, 4n, 1]);
    stop();
    store.held = false;
    await log.append(batchOf(1), CLIENT).committed;
    expect(woken).toBe(1);
  });

  it('of further turns do not wait for those in flight', async () => {
    store.held = true;
    const first = log.append(batchOf(1), CLIENT);
    await quiet();
    const second = log.append(batchOf(1), CLIENT);
    await quiet();
    expect(store.calls).toHaveLength(2);
    store.release();
    await first.committed;
    expect(log.highWatermark).toBe(1n);
    store.release();
    await second.committed;
    expect(log.highWatermark).toBe(2n);
  });

  it('are as durable as the topic asks, and synced in the background', async () => {
    log.updateConfig({ ...DEFAULT_LOG_CONFIG, flushMessages: 3, flushMs: 1000 });
    await log.append(batchOf(2), CLIENT).committed;
    expect(store.calls[0]?.durability).toBe('written');
    expect(store.synced).toHaveLength(0);
    await log.append(batchOf(1), CLIENT).committed;
    expect(store.synced).toHaveLength(1);
    await log.append(batchOf(1), CLIENT).committed;
    time.advance(999);
    expect(store.synced).toHaveLength(1);
    time.advance(1);
    expect(store.synced).toHaveLength(2);
  });

  it('answer a retry only when what it repeats is stored', async () => {
    store.held = true;
    const first = log.append(idempotent(0), CLIENT);
    await quiet();
    const retry = log.append(idempotent(0), CLIENT);
    expect(retry).toMatchObject({ duplicate: true, baseOffset: 0n });
    expect(retry.committed).toBe(first.committed);
    store.release();
    await retry.committed;
    await quiet();
    expect(store.calls).toHaveLength(1);
  });
});

describe('an append the store refuses', () => {
  it('is forgotten, with its producer state and leader epoch', async () => {
    await log.append(idempotent(0), CLIENT).committed;
    store.failing = true;
    const lost = log.append(idempotent(1), { ...CLIENT, leaderEpoch: 4 });
    await expect(lost.committed).rejects.toMatchObject({ errorName: 'KAFKA_STORAGE_ERROR' });
    await quiet();
    expect([log.logEndOffset, log.highWatermark]).toEqual([1n, 1n]);
    expect(log.endOffsetForEpoch(4)).toEqual({ leaderEpoch: -1, endOffset: -1n });
    expect(log.activeProducers()[0]?.lastSequence).toBe(0);
    store.failing = false;
    const again = log.append(idempotent(1), CLIENT);
    await again.committed;
    expect(again).toMatchObject({ duplicate: false, baseOffset: 1n });
    expect(await baseOffsets()).toEqual([0n, 1n]);
  });

  it('takes those queued and in flight behind it along, and leaves no gap', async () => {
    store.held = true;
    store.failing = true;
    const first = log.append(batchOf(2), CLIENT);
    await quiet();
    store.failing = false;
    const second = log.append(batchOf(1), CLIENT);
    await quiet();
    const third = log.append(batchOf(1), CLIENT);
    store.release();
    const refused = { errorName: 'KAFKA_STORAGE_ERROR' };
    await expect(first.committed).rejects.toMatchObject(refused);
    expect(() => log.append(batchOf(1), CLIENT)).toThrow(expect.objectContaining(refused));
    store.held = false;
    store.release();
    await expect(second.committed).rejects.toMatchObject(refused);
    await expect(third.committed).rejects.toMatchObject(refused);
    await quiet();
    expect([log.logEndOffset, log.highWatermark]).toEqual([0n, 0n]);
    await log.append(batchOf(1), CLIENT).committed;
    expect(await baseOffsets()).toEqual([0n]);
  });

  it('does not take what was stored before it along', async () => {
    store.held = true;
    const good = log.append(batchOf(1), CLIENT);
    await quiet();
    store.failing = true;
    const bad = log.append(batchOf(1), CLIENT);
    await quiet();
    store.release();
    await good.committed;
    store.release();
    await expect(bad.committed).rejects.toMatchObject({ errorName: 'KAFKA_STORAGE_ERROR' });
    await quiet();
    expect([log.logEndOffset, log.highWatermark]).toEqual([1n, 1n]);
  });

  it('lets the log wait before it tries again and again', async () => {
    store.failing = true;
    for (let i = 0; i < 2; i++) {
      await expect(log.append(batchOf(1), CLIENT).committed).rejects.toThrow();
      await quiet();
    }
    expect(() => log.append(batchOf(1), CLIENT)).toThrow('the last appends failed');
    expect(store.calls).toHaveLength(2);
    store.failing = false;
    time.advance(1000);
    await log.append(batchOf(1), CLIENT).committed;
    expect(log.highWatermark).toBe(1n);
  });

  it('has what the store kept synced before it counts as committed', async () => {
    store.failing = true;
    await expect(log.append(batchOf(1), CLIENT).committed).rejects.toThrow();
    await quiet();
    expect(store.synced).toContain(log.stored);
  });

  it('leaves other logs of the turn usable', async () => {
    const other = await manager.create({ ...ORDERS, partition: 1 }, DEFAULT_LOG_CONFIG);
    store.failing = true;
    log.append(batchOf(1), CLIENT);
    await expect(other.append(batchOf(1), CLIENT).committed).rejects.toThrow();
    await quiet();
    store.failing = false;
    await other.append(batchOf(1), CLIENT).committed;
    expect(await baseOffsets(other)).toEqual([0n]);
  });
});

describe('deleting', () => {
  it('records moves the start of the log', async () => {
    for (let i = 0; i < 3; i++) log.append(batchOf(2), CLIENT);
    await quiet();
    expect(await log.deleteRecords(3n)).toBe(3n);
    expect(await log.deleteRecords(1n)).toBe(3n);
    expect(log.logStartOffset).toBe(3n);
    expect(() => log.read(2n, READ)).toThrow(expect.objectContaining({ code: 1 }));
    await expect(log.deleteRecords(7n)).rejects.toMatchObject({ errorName: 'OFFSET_OUT_OF_RANGE' });
    const found = await log.fetchOffsetByTimestamp(0n, 'read_uncommitted');
    expect(found?.offset).toBe(3n);
    expect(await log.deleteRecords(-1n)).toBe(6n);
    log.updateConfig({ ...DEFAULT_LOG_CONFIG, cleanupPolicy: ['compact'] });
    await expect(log.deleteRecords(-1n)).rejects.toMatchObject({ errorName: 'POLICY_VIOLATION' });
  });

  it('old segments is done by the timer', async () => {
    log.updateConfig({ ...DEFAULT_LOG_CONFIG, segmentBytes: 200, retentionMs: 1000 });
    for (let i = 0; i < 4; i++) log.append(batchOf(2), CLIENT);
    await quiet();
    time.advance(300_000);
    await quiet();
    expect(log.logStartOffset).toBe(8n);
    await log.append(batchOf(1), CLIENT).committed;
    expect(await baseOffsets()).toEqual([8n]);
  });

  it('a topic lets its last appends through and refuses the next', async () => {
    const last = log.append(batchOf(1), CLIENT);
    let woken = 0;
    log.onHighWatermarkAdvance(() => woken++);
    await manager.deleteTopic(ORDERS.topicId);
    await last.committed;
    expect(woken).toBeGreaterThan(0);
    const gone = expect.objectContaining({ errorName: 'UNKNOWN_TOPIC_OR_PARTITION' });
    expect(() => log.append(batchOf(1), CLIENT)).toThrow(gone);
    expect(() => log.read(0n, READ)).toThrow(gone);
    expect(manager.get(ORDERS.topicId, 0)).toBeUndefined();
    const again = { ...ORDERS, topicId: 'b3JkZXJzLW9yZGVycy0yMg' };
    expect((await manager.create(again, DEFAULT_LOG_CONFIG)).logEndOffset).toBe(0n);
  });

  it('producers that were silent for long', async () => {
    await log.append(idempotent(0), CLIENT).committed;
    manager.removeExpiredProducers();
    expect(log.activeProducers()).toHaveLength(1);
    time.advance(86_400_000);
    await quiet();
    expect(log.activeProducers()).toHaveLength(0);
  });
});

describe('a read while a prefix is being dropped', () => {
  it('is out of range as soon as the store has begun to drop it', async () => {
    for (let i = 0; i < 3; i++) await log.append(batchOf(2), CLIENT).committed;
    const { stored } = log;
    const drop = stored.dropPrefix.bind(stored);
    let finish = (): void => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    stored.dropPrefix = async (offset) => {
      await drop(offset);
      await finished;
    };
    const deleted = log.deleteRecords(4n);
    await quiet();
    await expect((async () => log.read(0n, READ))()).rejects.toThrow(
      'offset 0 is not within 4 and 6',
    );
    finish();
    expect(await deleted).toBe(4n);
  });
});
