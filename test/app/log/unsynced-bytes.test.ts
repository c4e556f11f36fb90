import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UnsyncedBytes, type UnsyncedLog } from '../../../src/app/services/log/unsynced-bytes.ts';
import { DEFAULT_LOG_CONFIG } from '../../../src/domain/log/log-config.ts';
import type { Logger } from '../../../src/ports/logger.ts';
import { silentLogger } from '../../support/silent-logger.ts';
import { HeldStore, quiet } from './failing-store.ts';
import { batchOf, logManager, ManualTime, ORDERS } from './log-fixture.ts';

/** A log whose syncs end when the test says so. */
class SyncedByHand implements UnsyncedLog {
  unsyncedBytes = 0;
  syncingBytes = 0;
  syncs = 0;
  readonly #all: UnsyncedBytes;

  constructor(all: UnsyncedBytes) {
    this.#all = all;
  }

  write(bytes: number): void {
    this.unsyncedBytes += bytes;
    this.#all.written(this, bytes);
  }

  sync(): void {
    if (this.syncingBytes > 0) return;
    this.syncs += 1;
    this.syncingBytes = this.unsyncedBytes;
    this.unsyncedBytes = 0;
    this.#all.syncBegins();
  }

  endSync(): void {
    const bytes = this.syncingBytes;
    if (bytes === 0) return;
    this.syncingBytes = 0;
    this.#all.syncEnded(this, bytes);
  }

  delete(): void {
    const bytes = this.unsyncedBytes;
    this.unsyncedBytes = 0;
    this.#all.discarded(this, bytes);
  }
}

function unsyncedBytes(limitBytes: number, logger: Logger = silentLogger): UnsyncedBytes {
  return new UnsyncedBytes({ limitBytes, clock: { nowMs: () => 0 }, logger });
}

describe('bytes that are written and not synced', () => {
  it('let nothing wait below the limit, and are synced from its half on, the largest log first', () => {
    const all = unsyncedBytes(100);
    const [small, large] = [new SyncedByHand(all), new SyncedByHand(all)];
    small.write(10);
    all.syncIfMuch();
    expect(small.syncs).toBe(0);
    large.write(40);
    expect(all.gate).toBeUndefined();
    all.syncIfMuch();
    expect([small.syncs, large.syncs]).toEqual([1, 1]);
    large.write(49);
    expect(all.gate).toBeUndefined();
  });

  it('close the gate at the limit, with a word about it, and open it when enough is synced', async () => {
    const warnings: string[] = [];
    const logger = {
      ...silentLogger,
      warn: (_fields: object, message: string) => warnings.push(message),
    };
    const all = unsyncedBytes(100, logger as unknown as Logger);
    const log = new SyncedByHand(all);
    log.write(100);
    let opened = false;
    const gate = all.gate;
    void gate?.then(() => {
      opened = true;
    });
    expect(gate).toBeDefined();
    expect(all.gate).toBe(gate);
    expect(log.syncs).toBe(1);
    await quiet();
    expect(opened).toBe(false);
    log.endSync();
    await quiet();
    expect(opened).toBe(true);
    expect(all.bytes).toBe(0);
    expect(warnings).toHaveLength(1);
  });

  it('never forget who waits, whatever is written, synced and deleted', () => {
    const step = fc.record({
      log: fc.nat({ max: 4 }),
      what: fc.constantFrom('write', 'write', 'ask', 'end', 'delete'),
      bytes: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const all = unsyncedBytes(100);
        const logs = Array.from({ length: 5 }, () => new SyncedByHand(all));
        let waiting = 0;
        for (const { log: at, what, bytes } of steps) {
          const log = logs[at]!;
          if (what === 'write') log.write(bytes);
          if (what === 'end') log.endSync();
          if (what === 'delete') log.delete();
          if (what === 'ask' && all.gate !== undefined) {
            waiting += 1;
            void all.gate.then(() => {
              waiting -= 1;
            });
          }
          const total = logs.reduce((sum, l) => sum + l.unsyncedBytes + l.syncingBytes, 0);
          expect(all.bytes).toBe(total);
        }
        void all.gate;
        // Whatever syncs are under way end, and those they bring about.
        for (let round = 0; round < 20; round++) for (const log of logs) log.endSync();
        await quiet();
        expect(waiting).toBe(0);
        expect(all.gate).toBeUndefined();
      }),
    );
  });
});

describe('appends that are synced later', () => {
  it('are acknowledged once the device is no further behind than it may be', async () => {
    const store = new HeldStore();
    const time = new ManualTime();
    const manager = logManager(store, time, { unsyncedBytesMax: 1 });
    await manager.open();
    const config = { ...DEFAULT_LOG_CONFIG, flushMessages: 1e9 };
    const log = await manager.create(ORDERS, config);
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { sync } = store;
    store.sync = async (stored) => {
      await held;
      return sync.call(store, stored);
    };
    let acknowledged = false;
    void log.append(batchOf(3), { origin: 'client' }).committed.then(() => {
      acknowledged = true;
    });
    await quiet();
    expect([acknowledged, log.highWatermark]).toEqual([false, 0n]);
    release();
    await quiet();
    expect([acknowledged, log.highWatermark]).toEqual([true, 3n]);
    await manager.close();
  });
});
