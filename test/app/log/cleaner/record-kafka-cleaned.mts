// Has a Kafka compact logs of plain, idempotent and transactional producers, and writes down what they held before and after:
// node test/app/log/cleaner/record-kafka-cleaned.mts PORT. The broker should look often (log.cleaner.backoff.ms=100).
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { CompressionTypes, Kafka, logLevel, type Transaction } from 'kafkajs';
import { readLastOffset, viewOf } from '../../../../src/domain/record/record-batch-header.ts';
import { batchesOf } from '../../../../src/domain/record/record-batches.ts';
import { Peer } from '../../../fidelity/peer.ts';

const PORT = Number(process.argv[2]);
const SEEDS = [1, 2, 3, 4];
const STEPS = 80;
const SEGMENT_MS = 15_000;
const TOPIC_RESOURCE = 2;
const CODECS = [CompressionTypes.GZIP, CompressionTypes.None, CompressionTypes.None] as const;
/** How long a coordinator may take to write a marker, and the cleaner to do its work. */
const MARKER_MS = 300;
const CLEANED_MS = 8000;

const kafka = new Kafka({ brokers: [`127.0.0.1:${PORT}`], logLevel: logLevel.NOTHING });
const peer = new Peer(PORT);

async function everythingIn(topic: string): Promise<string> {
  const all: Uint8Array[] = [];
  for (let fetchOffset = 0n; ; ) {
    // biome-ignore lint/suspicious/noExplicitAny: an answer of any API.
    const answer: any = await peer.ask(
      'Fetch',
      11,
      {
        ...{ maxWaitMs: 0, minBytes: 0, isolationLevel: 0, forgottenTopicsData: [] },
        topics: [
          { topic, partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: 1 << 20 }] },
        ],
      },
      'recorder',
    );
    const records: Uint8Array | null = answer.responses[0].partitions[0].records;
    if (records === null || records.length === 0) return Buffer.concat(all).toString('hex');
    for (const { bytes } of batchesOf(records)) {
      if (readLastOffset(viewOf(bytes), 0) < fetchOffset) continue;
      all.push(new Uint8Array(bytes));
      fetchOffset = readLastOffset(viewOf(bytes), 0) + 1n;
    }
  }
}

/** Nobody compacts it before all is written. */
function configOf(policy: 'compact' | 'delete') {
  const entries = {
    'cleanup.policy': policy,
    'retention.ms': '-1',
    'segment.ms': String(SEGMENT_MS),
    'min.cleanable.dirty.ratio': '0',
    'delete.retention.ms': '3600000',
  };
  return Object.entries(entries).map(([name, value]) => ({ name, value }));
}

async function produce(topic: string, firstSeed: number): Promise<void> {
  let seed = firstSeed;
  const random = (below: number): number => {
    seed = (seed * 48_271) % 0x7fffffff;
    return seed % below;
  };
  const plain = kafka.producer();
  const idempotent = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  const transactional = [0, 1].map((n) =>
    kafka.producer({ transactionalId: `${topic}-${n}`, idempotent: true, maxInFlightRequests: 1 }),
  );
  const producers = [plain, idempotent, ...transactional];
  for (const producer of producers) await producer.connect();
  const open: (Transaction | undefined)[] = [undefined, undefined];
  let timeMs = Date.now() - 2_000_000;
  for (let step = 0; step < STEPS; step++) {
    timeMs += 4000;
    const who = random(producers.length);
    const messages = Array.from({ length: 1 + random(4) }, () => ({
      key: `k${random(9)}`,
      value: random(5) === 0 ? null : `v${step}-${random(100)}`,
      timestamp: String(timeMs),
    }));
    const batch = { topic, messages, compression: CODECS[random(3)]! };
    const end = random(3);
    if (who < 2) {
      await producers[who]!.send(batch);
      continue;
    }
    const transaction = open[who - 2] ?? (await producers[who]!.transaction());
    open[who - 2] = transaction;
    await transaction.send(batch);
    if (end === 0) continue;
    await (end === 1 ? transaction.commit() : transaction.abort());
    open[who - 2] = undefined;
    await sleep(MARKER_MS);
  }
  for (const transaction of open) await transaction?.commit();
  await sleep(MARKER_MS);
  // So that all of that is closed.
  for (const laterMs of [100_000, 130_000]) {
    const timestamp = String(Date.now() + laterMs);
    await plain.send({ topic, messages: [{ key: 'last', value: timestamp, timestamp }] });
  }
  for (const producer of producers) await producer.disconnect();
}

const admin = kafka.admin();
await admin.connect();
const recorded = [];
for (const seed of SEEDS) {
  const topic = `cleaned-${seed}-${Date.now()}`;
  const created = { topic, numPartitions: 1, replicationFactor: 1 };
  await admin.createTopics({ topics: [{ ...created, configEntries: configOf('delete') }] });
  await produce(topic, seed);
  const before = await everythingIn(topic);
  const resource = { type: TOPIC_RESOURCE, name: topic, configEntries: configOf('compact') };
  await admin.alterConfigs({ validateOnly: false, resources: [resource] });
  await sleep(CLEANED_MS);
  recorded.push({ seed, segmentMs: SEGMENT_MS, before, after: await everythingIn(topic) });
}
await admin.disconnect();
peer.close();
const file = fileURLToPath(new URL('kafka-cleaned.json.gz', import.meta.url));
writeFileSync(file, gzipSync(JSON.stringify(recorded)));
process.exit(0);
