import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type FileSystem, nodeFileSystem } from '../../src/adapters/data-folder/file-system.ts';
import { systemTimer } from '../../src/adapters/node/system-timer.ts';
import { SegmentLogStore } from '../../src/adapters/segment/segment-log-store.ts';
import { LogManager } from '../../src/app/services/log/log-manager.ts';
import { DEFAULT_LOG_CONFIG } from '../../src/domain/log/log-config.ts';
import { batchOf, checksum, compression, ORDERS } from '../app/log/log-fixture.ts';
import { silentLogger } from '../support/silent-logger.ts';

const MEBIBYTE = 1024 * 1024;
const LOGS = 8;

/** A device that takes so many bytes a second; what is written is in the page cache at once. */
class SlowDevice {
  readonly #bytesPerSecond: number;
  readonly #dirty = new Map<number, number>();
  #idleFromMs = 0;
  dirtyBytes = 0;
  dirtyBytesMax = 0;

  constructor(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond;
  }

  readonly files: FileSystem = {
    ...nodeFileSystem,
    writevSync: (fd, pieces, position) => {
      const count = nodeFileSystem.writevSync(fd, pieces, position);
      this.#dirty.set(fd, (this.#dirty.get(fd) ?? 0) + count);
      this.dirtyBytes += count;
      this.dirtyBytesMax = Math.max(this.dirtyBytesMax, this.dirtyBytes);
      return count;
    },
    fdatasync: async (fd) => {
      const bytes = this.#dirty.get(fd) ?? 0;
      this.#dirty.delete(fd);
      const nowMs = performance.now();
      this.#idleFromMs = Math.max(this.#idleFromMs, nowMs) + (bytes / this.#bytesPerSecond) * 1000;
      await new Promise((resolve) => setTimeout(resolve, this.#idleFromMs - nowMs));
      this.dirtyBytes -= bytes;
    },
  };
}

/** Eight logs, each with a producer that sends the next batch when the last but four was acknowledged. */
async function produce(
  device: SlowDevice,
  { flushMessages, totalBytes }: { flushMessages: number; totalBytes: number },
): Promise<{ acknowledgedBytes: number; turns: number }> {
  const directory = await mkdtemp(join(tmpdir(), 'kawadb-slow-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const store = new SegmentLogStore({
    directory,
    checksum,
    logger: silentLogger,
    files: device.files,
  });
  const manager = new LogManager({
    store,
    clock: { nowMs: Date.now },
    timer: systemTimer,
    checksum,
    compression,
    logger: silentLogger,
    unsyncedBytesMax: 4 * MEBIBYTE,
  });
  await manager.open();
  let acknowledgedBytes = 0;
  const value = new Uint8Array(64 * 1024).fill(7);
  const producers = Array.from({ length: LOGS }, async (_, partition) => {
    const config = { ...DEFAULT_LOG_CONFIG, flushMessages };
    const log = await manager.create({ ...ORDERS, partition }, config);
    const inFlight: Promise<void>[] = [];
    for (let sent = 0; sent < totalBytes / LOGS; sent += value.length) {
      const batch = batchOf([{ timestampMs: 1n, key: null, value }]);
      const { committed } = log.append(batch, { origin: 'client' });
      const acknowledged = committed.then(() => {
        acknowledgedBytes += batch.length;
      });
      inFlight.push(acknowledged);
      if (inFlight.length >= 4) await inFlight.shift();
    }
    await Promise.all(inFlight);
  });
  let turns = 0;
  const counter = setInterval(() => {
    turns += 1;
  }, 5);
  await Promise.all(producers);
  clearInterval(counter);
  await manager.close();
  return { acknowledgedBytes, turns };
}

describe('producers that are faster than the device', () => {
  it.each([
    ['synced later', 1e9],
    ['synced before they are acknowledged', 1],
  ])(
    'have no more written than may be, with appends that are %s',
    async (_name, flushMessages) => {
      const device = new SlowDevice(24 * MEBIBYTE);
      const totalBytes = 48 * MEBIBYTE;
      const { acknowledgedBytes, turns } = await produce(device, { flushMessages, totalBytes });
      expect(acknowledgedBytes).toBeGreaterThanOrEqual(totalBytes);
      // The limit, what the producers have in flight, and the journal's copy of that.
      expect(device.dirtyBytesMax).toBeLessThan((4 + 2 * 2 + 1) * MEBIBYTE);
      expect(device.dirtyBytes).toBe(0);
      // The device takes two seconds: who waited for it on the event loop would leave no turns to others.
      expect(turns).toBeGreaterThan(20);
    },
    60_000,
  );
});
