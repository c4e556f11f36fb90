import { NativeChecksum } from '../../../src/adapters/checksum/native-checksum.ts';
import { NodeCompression } from '../../../src/adapters/compression/node-compression.ts';
import { LocalCatalog } from '../../../src/adapters/local-catalog/local-catalog.ts';
import type { MetadataLogOptions } from '../../../src/adapters/local-catalog/metadata-log.ts';
import { MemoryLogStore } from '../../../src/adapters/memory/memory-log-store.ts';
import type {
  PartitionLog,
  PartitionLogs,
} from '../../../src/app/services/topic/partition-logs.ts';
import { TopicAdminService } from '../../../src/app/services/topic/topic-admin-service.ts';
import { BrokerConfig } from '../../../src/domain/config/broker-config.ts';
import type { LogConfig } from '../../../src/domain/log/log-config.ts';
import { isClusterMetadataLog } from '../../../src/domain/topic/cluster-metadata.ts';
import type { TopicIdPartition } from '../../../src/domain/topic-partition.ts';
import type { LogStore, RecoveredLog, StoredLog } from '../../../src/ports/log-store.ts';
import type { Logger } from '../../../src/ports/logger.ts';

export const quietLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => quietLogger,
};

export class FakeLog implements PartitionLog {
  readonly id: TopicIdPartition;
  readonly sizeBytes = 100;
  config: LogConfig;

  constructor(id: TopicIdPartition, config: LogConfig) {
    this.id = id;
    this.config = config;
  }

  updateConfig(config: LogConfig): void {
    this.config = config;
  }

  becomeLeader(): void {}
}

export class FakeLogs implements PartitionLogs {
  readonly kept = new Map<string, FakeLog>();
  failing = false;

  readonly makesOnDemand = false;

  existing(topicId: string, partition: number): FakeLog | undefined {
    return this.kept.get(`${topicId}/${partition}`);
  }

  async create(id: TopicIdPartition, config: LogConfig): Promise<FakeLog> {
    if (this.failing) throw new Error('no space left');
    const log = new FakeLog(id, config);
    this.kept.set(`${id.topicId}/${id.partition}`, log);
    return log;
  }

  async deleteTopic(topicId: string): Promise<void> {
    for (const [key, { id }] of this.kept) if (id.topicId === topicId) this.kept.delete(key);
  }

  logs(): Iterable<FakeLog> {
    return this.kept.values();
  }
}

/** What a catalog's metadata log works with. */
export function metadataLogOptions(store: LogStore): MetadataLogOptions {
  return {
    store,
    checksum: new NativeChecksum(),
    compression: new NodeCompression(),
    clock: { nowMs: () => 1_000 },
  };
}

/** The metadata log as the store holds it, beside the catalog. */
export async function storedMetadataLog(store: LogStore): Promise<StoredLog> {
  const found = (await store.open()).find(({ log }) => isClusterMetadataLog(log.id));
  if (found === undefined) throw new Error('there is no metadata log');
  return found.log;
}

export async function openCatalog(
  store: LogStore,
  clusterId?: string,
  opened?: readonly RecoveredLog[],
): Promise<LocalCatalog> {
  const recovered = opened ?? (await store.open());
  let ids = 0;
  const catalog = new LocalCatalog({
    ...metadataLogOptions(store),
    recovered: () => recovered.find(({ log }) => isClusterMetadataLog(log.id))?.log,
    random: { topicId: () => topicIdOf(ids++), uuid: () => 'uuid' },
    ...(clusterId === undefined ? {} : { clusterId }),
  });
  await catalog.open();
  return catalog;
}

export function topicIdOf(index: number): string {
  return Buffer.from(String(index).padStart(16, 'x')).toString('base64url');
}

export async function topicAdmin(values: Record<string, string> = {}) {
  const store = new MemoryLogStore();
  const catalog = await openCatalog(store);
  const logs = new FakeLogs();
  const brokerConfig = new BrokerConfig(new Map(Object.entries(values)));
  let ids = 0;
  const topics = new TopicAdminService({
    catalog,
    logs,
    brokerConfig,
    random: { topicId: () => topicIdOf(1000 + ids++), uuid: () => 'uuid' },
    logger: quietLogger,
    brokers: () => [1],
  });
  return { store, catalog, logs, brokerConfig, topics };
}
