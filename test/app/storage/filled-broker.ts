import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { loadConfig } from '../../../src/app/config/load-config.ts';
import { openBroker } from '../../../src/app/container/open-broker.ts';
import type { RunningBroker } from '../../../src/app/running-broker.ts';
import type { UnifiedLog } from '../../../src/app/services/log/unified-log.ts';
import type { RecordInput } from '../../../src/domain/record/record.ts';
import { readLastOffset, viewOf } from '../../../src/domain/record/record-batch-header.ts';
import { batchesOf } from '../../../src/domain/record/record-batches.ts';
import { silentLogger } from '../../support/silent-logger.ts';
import { batchOf, joined } from '../log/log-fixture.ts';

const PRODUCER_ID = 7n;
const HOUR_MS = 3_600_000;

export async function temporaryFolder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'kawadb-storage-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

export async function brokerIn(
  dataDir: string,
  engine: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningBroker> {
  const { config } = loadConfig({
    overrides: {
      'network.bind_port': 0,
      'storage.data_dir': dataDir,
      'storage.engine': engine,
      'offsets.topic.num.partitions': '4',
      ...settings,
    },
  });
  return openBroker(config, silentLogger);
}

/** What clients see of a partition. */
export interface PartitionView {
  readonly start: bigint;
  readonly end: bigint;
  readonly sha256: string;
}

export function logOf({ services }: RunningBroker, topic: string, partition: number): UnifiedLog {
  const found = services.catalog.metadata.topicsByName.get(topic);
  const log = found && services.partitions.log(found, partition);
  if (log === undefined || typeof log === 'string') throw new Error(`no log ${topic}-${partition}`);
  return log as UnifiedLog;
}

async function partitionView(
  broker: RunningBroker,
  topic: string,
  partition: number,
): Promise<PartitionView> {
  const log = logOf(broker, topic, partition);
  const hash = createHash('sha256');
  const options = { maxBytes: 1 << 20, minOneMessage: true, isolation: 'log_end' } as const;
  for (let next = log.logStartOffset; next < log.logEndOffset; ) {
    const data = await log.read(next, options);
    for (const { bytes } of batchesOf(joined(data.slices))) {
      hash.update(bytes);
      next = readLastOffset(viewOf(bytes), 0) + 1n;
    }
    data.release();
  }
  const { logStartOffset: start, logEndOffset: end } = log;
  return { start, end, sha256: hash.digest('hex') };
}

/** All partitions of all topics, by name. */
async function everythingIn(broker: RunningBroker): Promise<Record<string, PartitionView>> {
  const views: Record<string, PartitionView> = {};
  for (const { name, partitions } of broker.services.catalog.metadata.topicsById.values()) {
    for (const { partition } of partitions) {
      views[`${name}-${partition}`] = await partitionView(broker, name, partition);
    }
  }
  return views;
}

export async function produce(
  { services }: RunningBroker,
  topic: string,
  index: number,
  records: Uint8Array,
) {
  const topicId = services.catalog.metadata.topicsByName.get(topic)?.id ?? '';
  const result = await services.produce.produce({
    transactionalId: null,
    acks: -1,
    byTopicId: false,
    topicData: [{ name: topic, topicId, partitionData: [{ index, records }] }],
  });
  return result.topics[0]!.partitions[0]!;
}

export function idempotentBatch(baseSequence: number, records: number): Uint8Array {
  return batchOf(records, { producerId: PRODUCER_ID, producerEpoch: 0, baseSequence });
}

async function commit(broker: RunningBroker, groupId: string, offset: bigint) {
  const topic = broker.services.catalog.metadata.topicsByName.get('orders')!;
  return broker.services.groups.commitOffsets({
    groupId,
    generationId: -1,
    memberId: '',
    groupInstanceId: null,
    retentionTimeMs: -1n,
    supportsConsumerGroups: true,
    byTopicId: false,
    topics: [
      {
        name: topic.name,
        topicId: topic.id,
        partitions: [{ partition: 0, offset, leaderEpoch: -1, metadata: `of ${groupId}` }],
      },
    ],
  });
}

export async function createTopic(
  { services }: RunningBroker,
  name: string,
  partitions: number,
  configs: Readonly<Record<string, string>> = {},
): Promise<void> {
  const topic = {
    name,
    partitions,
    replicationFactor: -1,
    assignments: [],
    configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
  };
  const [result] = await services.topics.createTopics([topic], { validateOnly: false });
  if (result?.error !== undefined) throw result.error;
}

async function committedOffsets({ services }: RunningBroker, groupId: string) {
  const fetch = { groupId, byTopicId: false, requireStable: false, topics: null };
  return (await services.groups.fetchOffsets(fetch)).topics;
}

/** What a client can ask a broker for. */
export interface BrokerState extends Readonly<Record<string, unknown>> {
  readonly logs: Readonly<Record<string, PartitionView>>;
}

export async function stateOf(broker: RunningBroker): Promise<BrokerState> {
  const { clusterId, topicsByName, nextProducerId } = broker.services.catalog.metadata;
  return {
    clusterId,
    topicsByName,
    nextProducerId,
    logs: await everythingIn(broker),
    groups: [await committedOffsets(broker, 'billing'), await committedOffsets(broker, 'shipping')],
    producers: logOf(broker, 'orders', 1).activeProducers(),
    epoch: logOf(broker, 'orders', 0).endOffsetForEpoch(0),
  };
}

/** A broker's folder with a bit of everything, stopped cleanly. */
export async function filledFolder(engine: string): Promise<string> {
  const directory = await temporaryFolder();
  const broker = await brokerIn(directory, engine);
  await fill(broker);
  await broker.close();
  return directory;
}

function recordsAt(timeMs: number, count: number): readonly RecordInput[] {
  return Array.from({ length: count }, (_, i) => ({
    timestampMs: 1_700_000_000_000n + BigInt(timeMs + i),
    key: Buffer.from(`key ${i}`),
    value: Buffer.from(`value ${i} of ${timeMs}`),
    headers: i % 10 === 0 ? [{ key: 'from', value: Buffer.from('test') }] : [],
  }));
}

export async function fill(
  broker: RunningBroker,
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  const configs = { 'segment.ms': String(4 * HOUR_MS), 'index.interval.bytes': '200', ...settings };
  await createTopic(broker, 'orders', 2, configs);
  await createTopic(broker, 'empty', 1);
  await createTopic(broker, 'deleted', 1);
  await createTopic(broker, 'emptied', 1);
  for (let i = 0; i < 60; i++) {
    const compression = (['none', 'gzip', 'lz4', 'zstd'] as const)[i % 4]!;
    const records = recordsAt(i * HOUR_MS, i % 2 === 0 ? 50 : 3);
    await produce(broker, 'orders', 0, batchOf(records, { compression }));
  }
  let sequence = 0;
  for (const count of [5, 1, 9, 2]) {
    await produce(broker, 'orders', 1, idempotentBatch(sequence, count));
    sequence += count;
  }
  for (let i = 0; i < 5; i++) await produce(broker, 'emptied', 0, batchOf(10));
  await logOf(broker, 'emptied', 0).deleteRecords(50n);
  // Within a batch.
  await logOf(broker, 'orders', 0).deleteRecords(725n);
  await broker.services.groups.prepare();
  await commit(broker, 'billing', 11n);
  await commit(broker, 'shipping', 5n);
  await broker.services.topics.deleteTopics([{ name: 'deleted', id: null }]);
}
