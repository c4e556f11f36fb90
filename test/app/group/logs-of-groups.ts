import { randomUUID } from 'node:crypto';
import { NativeChecksum } from '../../../src/adapters/checksum/native-checksum.ts';
import { NodeCompression } from '../../../src/adapters/compression/node-compression.ts';
import type { RequestHandler } from '../../../src/adapters/kafka/request-handler.ts';
import { LocalCatalog } from '../../../src/adapters/local-catalog/local-catalog.ts';
import type { MemoryLogStore } from '../../../src/adapters/memory/memory-log-store.ts';
import { GroupCoordinatorService } from '../../../src/app/services/group/group-coordinator-service.ts';
import { LogManager } from '../../../src/app/services/log/log-manager.ts';
import { CoordinatorTopicService } from '../../../src/app/services/topic/coordinator-topic-service.ts';
import { TopicAdminService } from '../../../src/app/services/topic/topic-admin-service.ts';
import { BrokerConfig } from '../../../src/domain/config/broker-config.ts';
import { isClusterMetadataLog } from '../../../src/domain/topic/cluster-metadata.ts';
import { silentLogger } from '../../support/silent-logger.ts';
import { FakeTime, turn } from '../coordinator/fake-coordinator-topic.ts';
import { askOverWire, groupHandlers } from './group-broker.ts';

const checksum = new NativeChecksum();
const compression = new NodeCompression();
const random = {
  topicId: () => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url'),
  uuid: randomUUID,
};

/** A group coordinator on the logs of a store, put together as in a broker; only its clock is moved by hand. */
export class LogsOfGroups {
  readonly time: FakeTime;
  readonly catalog: LocalCatalog;
  readonly logs: LogManager;
  readonly topics: TopicAdminService;
  readonly topic: CoordinatorTopicService;
  readonly groups: GroupCoordinatorService;
  private readonly handlers: readonly RequestHandler[];
  private readonly unwatch: () => void;

  private constructor(time: FakeTime, catalog: LocalCatalog, logs: LogManager) {
    this.time = time;
    this.catalog = catalog;
    this.logs = logs;
    const brokerConfig = new BrokerConfig(new Map([['offsets.topic.num.partitions', '3']]));
    this.topics = new TopicAdminService({
      catalog,
      logs,
      brokerConfig,
      random,
      logger: silentLogger,
      brokers: () => [1],
    });
    const name = '__consumer_offsets';
    this.topic = new CoordinatorTopicService({ name, catalog, topics: this.topics, logs });
    this.groups = new GroupCoordinatorService({
      topic: this.topic,
      catalog,
      clock: this.time,
      timer: this.time,
      random,
      logger: silentLogger,
      checksum,
      compression,
    });
    this.handlers = groupHandlers(this.groups);
    this.unwatch = catalog.watch((now, before) => {
      const names = [...before.topicsById.values()].filter(({ id }) => !now.topicsById.has(id));
      this.groups.onTopicsDeleted(new Set(names.map((topic) => topic.name)));
    });
  }

  static async open(store: MemoryLogStore): Promise<LogsOfGroups> {
    const time = new FakeTime();
    const recovered = await store.open();
    const catalog = new LocalCatalog({
      store,
      recovered: () => recovered.find(({ log }) => isClusterMetadataLog(log.id))?.log,
      checksum,
      compression,
      clock: time,
      random,
    });
    await catalog.open();
    const logs = new LogManager({
      store,
      clock: time,
      timer: time,
      checksum,
      compression,
      logger: silentLogger,
    });
    await logs.open(recovered);
    const opened = new LogsOfGroups(time, catalog, logs);
    await opened.topics.open();
    await opened.groups.open();
    return opened;
  }

  async createTopic(name: string, partitions = 1): Promise<string> {
    const topic = { name, partitions, replicationFactor: 1, assignments: [], configs: [] };
    const [made] = await this.topics.createTopics([topic], { validateOnly: false });
    return made?.created?.id ?? '';
  }

  // biome-ignore lint/suspicious/noExplicitAny: one helper for every API's messages.
  ask(name: string, version: number, request: object): Promise<any> {
    return askOverWire(this.handlers, name, version, request);
  }

  commit(topic: string, offset: bigint, groupId = 'g') {
    const partitions = [{ partitionIndex: 0, committedOffset: offset, committedMetadata: '' }];
    return this.ask('OffsetCommit', 8, {
      groupId,
      memberId: '',
      topics: [{ name: topic, partitions }],
    });
  }

  async fetched(groupId = 'g'): Promise<Record<string, bigint>> {
    const { groups } = await this.ask('OffsetFetch', 9, { groups: [{ groupId, topics: null }] });
    const found: Record<string, bigint> = {};
    for (const { name, partitions } of groups[0].topics) {
      for (const { committedOffset } of partitions) found[name] = committedOffset;
    }
    return found;
  }

  /** Joins, and lets the delay of an empty group's first rebalance pass. */
  async join(request: object = {}) {
    const joining = this.ask('JoinGroup', 5, {
      groupId: 'g',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 60_000,
      memberId: '',
      groupInstanceId: 'i',
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: new Uint8Array([1]) }],
      ...request,
    });
    await turn();
    await this.time.advance(3_000);
    return joining;
  }

  /** A broker that dies closes nothing but what the test's own store needs. */
  async close(): Promise<void> {
    this.unwatch();
    await this.groups.close();
    await this.logs.close();
    await this.catalog.close();
  }
}
