// The log cleaner over one log: CPU seconds per GB that it reads in, and how long it holds the event loop.
//   node bench/cleaner.mjs [--mib 256] [--keys 200000] [--compression none] [--engine segment] [--records 100]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { NativeChecksum } from '../src/adapters/checksum/native-checksum.ts';
import { NodeCompression } from '../src/adapters/compression/node-compression.ts';
import { MemoryLogStore } from '../src/adapters/memory/memory-log-store.ts';
import { systemClock } from '../src/adapters/node/system-clock.ts';
import { systemTimer } from '../src/adapters/node/system-timer.ts';
import { SegmentLogStore } from '../src/adapters/segment/segment-log-store.ts';
import { LogCleaner } from '../src/app/services/log/cleaner/log-cleaner.ts';
import { LogManager } from '../src/app/services/log/log-manager.ts';
import { DEFAULT_LOG_CONFIG } from '../src/domain/log/log-config.ts';
import { encodeRecordBatch } from '../src/domain/record/record-batch.ts';

const { values: args } = parseArgs({
  options: {
    mib: { type: 'string', default: '256' },
    keys: { type: 'string', default: '200000' },
    records: { type: 'string', default: '100' },
    compression: { type: 'string', default: 'none' },
    engine: { type: 'string', default: 'segment' },
  },
});
const checksum = new NativeChecksum();
const compression = new NodeCompression();
const logger = {
  debug() {},
  info() {},
  warn: console.warn,
  error: console.error,
  child: () => logger,
};
const directory = await mkdtemp(join(tmpdir(), 'kawadb-cleaner-'));
const store =
  args.engine === 'memory'
    ? new MemoryLogStore()
    : new SegmentLogStore({ directory, checksum, logger });
const [clock, timer] = [systemClock, systemTimer];
const manager = new LogManager({ store, clock, timer, checksum, compression, logger });
await manager.open();
const log = await manager.create(
  { topicId: 'Y2xlYW5lci1jbGVhbmVyLQ', topic: 'cleaner', partition: 0 },
  {
    ...DEFAULT_LOG_CONFIG,
    cleanupPolicy: ['compact'],
    minCleanableDirtyRatio: 0,
    segmentBytes: 64 * 1024 * 1024,
    flushMessages: 2 ** 62,
  },
);
const value = Buffer.alloc(100, 'a value as an application would write it ');
let state = 1;
for (let bytes = 0; bytes < Number(args.mib) * 1024 * 1024; ) {
  const records = Array.from({ length: Number(args.records) }, () => {
    state = (state * 48_271) % 0x7fffffff;
    const key = Buffer.from(`key-${state % Number(args.keys)}`);
    return { timestampMs: BigInt(clock.nowMs()), key, value };
  });
  const batch = encodeRecordBatch(
    { records, compression: args.compression },
    { checksum, compression },
  );
  const { committed } = log.append(batch, { origin: 'client' });
  await committed;
  bytes += batch.length;
}
/** Processor time of this thread from one turn that the cleaner gives to others to the next, which other work does not blur. */
let longestSliceMs = 0;
let sliceFrom = process.threadCpuUsage();
const slicing = {
  ...timer,
  schedule: (ms, callback) => timer.schedule(ms, callback),
  afterTurn(callback) {
    const { user, system } = process.threadCpuUsage(sliceFrom);
    longestSliceMs = Math.max(longestSliceMs, (user + system) / 1000);
    timer.afterTurn(() => {
      sliceFrom = process.threadCpuUsage();
      callback();
    });
  },
};
const cleaner = new LogCleaner({
  logs: () => manager.logs(),
  config: () => ({
    threads: 1,
    dedupeBufferBytes: 128 * 1024 * 1024,
    loadFactor: 0.9,
    ioBufferBytes: 512 * 1024,
    ioMaxBytesPerSecond: Number.MAX_VALUE,
    backoffMs: 15_000,
  }),
  ...{ clock, timer: slicing, checksum, compression, logger, seed: 1 },
});
const before = log.sizeBytes;
sliceFrom = process.threadCpuUsage();
const cpu = process.cpuUsage();
const startedMs = performance.now();
await cleaner.cleanFilthiest(cleaner.offsetMap(1));
const { user, system } = process.cpuUsage(cpu);
const seconds = (performance.now() - startedMs) / 1000;
const gigabytes = before / 1e9;
console.log(
  JSON.stringify({
    ...args,
    bytesBefore: before,
    bytesAfter: log.sizeBytes,
    seconds: seconds.toFixed(2),
    cpuSecondsPerGigabyte: ((user + system) / 1e6 / gigabytes).toFixed(2),
    longestSliceMs: longestSliceMs.toFixed(1),
    rssMiB: Math.round(process.memoryUsage().rss / 1024 / 1024),
  }),
);
await manager.close();
await rm(directory, { recursive: true, force: true });
