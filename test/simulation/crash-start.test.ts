import { describe, expect, it } from 'vitest';
import type { SegmentLogStore } from '../../src/adapters/segment/segment-log-store.ts';
import type { StoredLog } from '../../src/ports/log-store.ts';
import { sampleBatch } from '../../src/testing/log-store/sample-batches.ts';
import { partition } from '../../src/testing/log-store/store-bench.ts';
import { CONFIG, entryOf, everything } from '../adapters/segment/segment-fixture.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { type OperationKind, SimulatedFiles } from './simulated-files.ts';
import { simulatedSegmentStore } from './simulated-segment-store.ts';

const LOGS = 100;
/** One with a journal that holds all of it. */
const SEED = 7;

function diskOf(seed: number): SimulatedDisk {
  const disk = new SimulatedDisk(new SeededRandom(seed));
  disk.makeDirectory('/data');
  disk.beginSync(disk.root)();
  return disk;
}

/** A process on the disk, and how often it did what. */
function processOn(disk: SimulatedDisk) {
  const counts = new Map<OperationKind, number>();
  const files = new SimulatedFiles({
    disk,
    random: new SeededRandom(SEED),
    faultAt(_operation, kind) {
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      return undefined;
    },
  });
  const count = (kind: OperationKind): number => counts.get(kind) ?? 0;
  return { files, count, store: simulatedSegmentStore(files, SEED) };
}

async function appendToAll(store: SegmentLogStore, logs: readonly StoredLog[]): Promise<void> {
  const entries = logs.map((log) => entryOf(log, sampleBatch({ baseOffset: log.endOffset }).bytes));
  await store.append(entries, 'synced');
}

async function openedLogs(store: SegmentLogStore): Promise<Map<number, StoredLog>> {
  const opened = await store.open();
  const busy = opened.filter(({ log }) => log.id.topic === 'busy');
  return new Map(busy.map(({ log }) => [log.id.partition, log]));
}

/** What a process that was killed leaves: all logs were written to a moment ago, and not synced but in the journal. */
async function killedWhileBusy(
  disk: SimulatedDisk,
  beforeLast: 'noted' | 'made',
): Promise<Buffer[]> {
  const { store, files } = processOn(disk);
  await store.open();
  await store.checkpoint();
  const logs: StoredLog[] = [];
  const extra = await store.create(partition('noted', 0), CONFIG);
  await appendToAll(store, [extra]);
  await store.checkpoint();
  for (let i = 0; i < LOGS; i++) logs.push(await store.create(partition('busy', i), CONFIG));
  await appendToAll(store, logs);
  if (beforeLast === 'noted') await store.checkpoint();
  await appendToAll(store, logs);
  const content = await Promise.all(logs.map(async (log) => Buffer.from(await everything(log))));
  files.die();
  return content;
}

describe.each(['noted', 'made'] as const)(
  'a start after kill -9 with all logs %s and written to',
  (beforeLast) => {
    it('costs no sync, no look into the folder and no file kept open for each log', async () => {
      const disk = diskOf(1);
      const content = await killedWhileBusy(disk, beforeLast);
      const { store, count } = processOn(disk);
      const logs = await openedLogs(store);
      expect(count('fdatasync') + count('syncDirectory') + count('writeFile')).toBeLessThan(
        LOGS / 4,
      );
      expect(count('names')).toBeLessThan(LOGS / 4);
      expect(count('openSync')).toBeLessThan(LOGS * 1.25);
      for (const [place, bytes] of content.entries()) {
        expect(Buffer.from(await everything(logs.get(place)!)).equals(bytes)).toBe(true);
      }
    });

    it('shows nothing that a power loss right after it would take', async () => {
      for (let seed = 1; seed <= 12; seed++) {
        const disk = diskOf(seed);
        const content = await killedWhileBusy(disk, beforeLast);
        const first = processOn(disk);
        const logs = await openedLogs(first.store);
        // One is written to before its own file was ever synced.
        await appendToAll(first.store, [...logs.values()].slice(0, 10));
        const shown = await Promise.all(
          content.map(async (_, place) => Buffer.from(await everything(logs.get(place)!))),
        );
        first.files.die();
        disk.losePower();
        const after = await openedLogs(processOn(disk).store);
        for (const [place, bytes] of shown.entries()) {
          expect(Buffer.from(await everything(after.get(place)!)).equals(bytes)).toBe(true);
        }
      }
    });

    it('lets a log be truncated whose end only the journal has, and keeps it so', async () => {
      const disk = diskOf(2);
      await killedWhileBusy(disk, beforeLast);
      const first = processOn(disk);
      const logs = await openedLogs(first.store);
      await logs.get(3)!.truncate(1n);
      first.files.die();
      disk.losePower();
      const after = await openedLogs(processOn(disk).store);
      expect(after.get(3)!.endOffset).toBe(1n);
      expect(after.get(4)!.endOffset).toBe(2n);
    });
  },
);
