// Appends to 16 logs of the segment engine, as one turn of the event loop would: prints MB/s of batches
// by batch size and durability. `node bench/segment-append.ts [directory] [megabytes]`
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NativeChecksum } from '../src/adapters/checksum/native-checksum.ts';
import { SegmentLogStore } from '../src/adapters/segment/segment-log-store.ts';
import type { AppendEntry, Durability, StoredLog } from '../src/ports/log-store.ts';

const LOGS = 16;
const IN_FLIGHT = 4;
const BATCHES_PER_LOG_AND_CALL = 2;
const CONFIG = { segmentBytes: 1 << 28, segmentMs: 604_800_000, indexIntervalBytes: 4096 };

const [parent = tmpdir(), megabytes = '512'] = process.argv.slice(2);
const quiet = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

function batchOf(sizeBytes: number): Uint8Array {
  const batch = new Uint8Array(sizeBytes).fill(7);
  const view = new DataView(batch.buffer);
  view.setInt32(8, sizeBytes - 12);
  view.setInt8(16, 2);
  return batch;
}

async function run(sizeBytes: number, durability: Durability): Promise<void> {
  const directory = mkdtempSync(join(parent, 'kawadb-bench-'));
  const store = new SegmentLogStore({ directory, checksum: new NativeChecksum(), logger: quiet });
  await store.open();
  const logs: StoredLog[] = [];
  for (let partition = 0; partition < LOGS; partition++) {
    const id = { topicId: 'AAAAAAAAAAAAAAAAAAAAAA', topic: 'bench', partition };
    logs.push(await store.create(id, CONFIG));
  }
  const batch = batchOf(sizeBytes);
  const callBytes = sizeBytes * LOGS * BATCHES_PER_LOG_AND_CALL;
  const calls = Math.max(IN_FLIGHT, Math.floor((Number(megabytes) * 1e6) / callBytes));
  let offset = 0n;
  let left = calls;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const entries: AppendEntry[] = [];
      for (let i = 0; i < BATCHES_PER_LOG_AND_CALL; i++, offset++) {
        const place = { baseOffset: offset, lastOffset: offset, maxTimestampMs: 1n, batch };
        for (const log of logs) entries.push({ log, ...place });
      }
      await store.append(entries, durability);
    }
  };
  const cpu = process.cpuUsage();
  const start = performance.now();
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const bytes = calls * callBytes;
  const megabytesPerSecond = (bytes / 1e3 / ms).toFixed(0).padStart(6);
  const cpuPerGigabyte = ((user + system) / 1e6 / (bytes / 1e9)).toFixed(2);
  const label = `${sizeBytes / 1024} KiB`.padStart(7);
  console.log(
    `${label} ${durability.padEnd(8)} ${megabytesPerSecond} MB/s  ${cpuPerGigabyte} CPU-s/GB`,
  );
  await store.close();
  rmSync(directory, { recursive: true });
}

for (const durability of ['written', 'synced'] as const) {
  for (const kibibytes of [1, 4, 16, 64]) await run(kibibytes * 1024, durability);
}
