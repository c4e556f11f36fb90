import { NativeChecksum } from '../../../src/adapters/checksum/native-checksum.ts';
import { NodeCompression } from '../../../src/adapters/compression/node-compression.ts';
import { deleteRecordsHandler } from '../../../src/adapters/kafka/handlers/delete-records.ts';
import { fetchHandler } from '../../../src/adapters/kafka/handlers/fetch.ts';
import { listOffsetsHandler } from '../../../src/adapters/kafka/handlers/list-offsets.ts';
import { offsetForLeaderEpochHandler } from '../../../src/adapters/kafka/handlers/offset-for-leader-epoch.ts';
import { produceHandler } from '../../../src/adapters/kafka/handlers/produce.ts';
import type { RequestHandler } from '../../../src/adapters/kafka/request-handler.ts';
import { MemoryLogStore } from '../../../src/adapters/memory/memory-log-store.ts';
import { systemClock } from '../../../src/adapters/node/system-clock.ts';
import { systemTimer } from '../../../src/adapters/node/system-timer.ts';
import { DeleteRecordsService } from '../../../src/app/services/delete-records/delete-records-service.ts';
import { FetchService } from '../../../src/app/services/fetch/fetch-service.ts';
import { FetchSessionCache } from '../../../src/app/services/fetch/fetch-session-cache.ts';
import { PartitionReader } from '../../../src/app/services/fetch/partition-reader.ts';
import { ListOffsetsService } from '../../../src/app/services/list-offsets/list-offsets-service.ts';
import { LogManager } from '../../../src/app/services/log/log-manager.ts';
import { OffsetForLeaderEpochService } from '../../../src/app/services/offset-for-leader-epoch/offset-for-leader-epoch-service.ts';
import { PartitionFinder } from '../../../src/app/services/partition/partition-finder.ts';
import { ProduceService } from '../../../src/app/services/produce/produce-service.ts';
import { DEFAULT_LOG_CONFIG } from '../../../src/domain/log/log-config.ts';
import { encodeRecordBatch } from '../../../src/domain/record/record-batch.ts';
import { emptyClusterMetadata } from '../../../src/domain/topic/cluster-metadata.ts';
import { silentLogger } from '../../support/silent-logger.ts';

export const TOPIC = 'events';
export const TOPIC_ID = 'c2VydmVkLWxvZ3MtdG9waQ';
export const MOVED_TOPIC = 'moved';

const checksum = new NativeChecksum();
const compression = new NodeCompression();
const identity = { nodeId: 1, host: 'localhost', port: 9092, clusterId: 'cluster' };

export interface ServedLogs {
  readonly handlers: readonly RequestHandler[];
  readonly logs: LogManager;
}

/** The data path over the memory engine: a topic of two partitions, and one led elsewhere. */
export async function serveLogs(): Promise<ServedLogs> {
  const logs = new LogManager({
    store: new MemoryLogStore(),
    clock: systemClock,
    timer: systemTimer,
    checksum,
    compression,
    logger: silentLogger,
  });
  await logs.open();
  const topics = [topicOf(TOPIC, TOPIC_ID, 1), topicOf(MOVED_TOPIC, 'bW92ZWQtYXdheS10b3BpYw', 2)];
  for (const partition of [0, 1]) {
    await logs.create({ topicId: TOPIC_ID, topic: TOPIC, partition }, DEFAULT_LOG_CONFIG);
  }
  const metadata = {
    ...emptyClusterMetadata('cluster'),
    topicsByName: new Map(topics.map((topic) => [topic.name, topic])),
    topicsById: new Map(topics.map((topic) => [topic.id, topic])),
  };
  const finder = new PartitionFinder({ metadata }, logs, () => identity.nodeId);
  const fetch = new FetchService({
    reader: new PartitionReader(finder, silentLogger),
    sessions: new FetchSessionCache({ clock: systemClock }),
    timer: systemTimer,
    maxBytes: () => 57_671_680,
  });
  const produce = new ProduceService(finder, silentLogger);
  const listOffsets = new ListOffsetsService(finder, silentLogger);
  const deleteRecords = new DeleteRecordsService(
    finder,
    { recordsDeleted: async () => undefined },
    silentLogger,
  );
  const offsetForLeaderEpoch = new OffsetForLeaderEpochService(finder);
  const handlers = [
    produceHandler({ produce, identity: () => identity }),
    fetchHandler({ fetch, identity: () => identity }),
    listOffsetsHandler({ listOffsets }),
    deleteRecordsHandler({ deleteRecords }),
    offsetForLeaderEpochHandler({ offsetForLeaderEpoch }),
  ];
  return { handlers, logs };
}

function topicOf(name: string, id: string, leader: number) {
  const partitions = [0, 1].map((partition) => ({
    partition,
    leader,
    leaderEpoch: 0,
    replicas: [leader],
  }));
  return { id, name, partitions, configs: new Map<string, string>(), internal: false };
}

export function batchOf(...values: string[]): Uint8Array {
  const records = values.map((value) => ({
    timestampMs: 1_700_000_000_000n,
    key: null,
    value: Buffer.from(value),
    headers: [],
  }));
  return encodeRecordBatch({ records: records as never }, { checksum, compression });
}

export function valuesOf(batches: Uint8Array): string {
  return Buffer.from(batches).toString('latin1');
}
