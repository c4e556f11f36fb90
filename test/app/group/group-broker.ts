import { randomUUID } from 'node:crypto';
import { consumerGroupDescribeHandler } from '../../../src/adapters/kafka/handlers/consumer-group-describe.ts';
import { consumerGroupHeartbeatHandler } from '../../../src/adapters/kafka/handlers/consumer-group-heartbeat.ts';
import { deleteGroupsHandler } from '../../../src/adapters/kafka/handlers/delete-groups.ts';
import { describeGroupsHandler } from '../../../src/adapters/kafka/handlers/describe-groups.ts';
import { findCoordinatorHandler } from '../../../src/adapters/kafka/handlers/find-coordinator.ts';
import { heartbeatHandler } from '../../../src/adapters/kafka/handlers/heartbeat.ts';
import { joinGroupHandler } from '../../../src/adapters/kafka/handlers/join-group.ts';
import { leaveGroupHandler } from '../../../src/adapters/kafka/handlers/leave-group.ts';
import { listGroupsHandler } from '../../../src/adapters/kafka/handlers/list-groups.ts';
import { offsetCommitHandler } from '../../../src/adapters/kafka/handlers/offset-commit.ts';
import { offsetDeleteHandler } from '../../../src/adapters/kafka/handlers/offset-delete.ts';
import { offsetFetchHandler } from '../../../src/adapters/kafka/handlers/offset-fetch.ts';
import { syncGroupHandler } from '../../../src/adapters/kafka/handlers/sync-group.ts';
import type {
  RequestContext,
  RequestHandler,
} from '../../../src/adapters/kafka/request-handler.ts';
import { GroupCoordinatorService } from '../../../src/app/services/group/group-coordinator-service.ts';
import type { GroupConfig } from '../../../src/domain/group/group-config.ts';
import { codec } from '../../../src/domain/protocol/compile.ts';
import { crc32c } from '../../../src/domain/record/crc32c.ts';
import { emptyClusterMetadata } from '../../../src/domain/topic/cluster-metadata.ts';
import { WireReader } from '../../../src/domain/wire/wire-reader.ts';
import { WireWriter } from '../../../src/domain/wire/wire-writer.ts';
import type { ClusterMetadata } from '../../../src/ports/catalog.ts';
import type { GroupCoordinator } from '../../../src/ports/group-coordinator.ts';
import { silentLogger } from '../../support/silent-logger.ts';
import { FakeTime, FakeTopic, noCompression } from '../coordinator/fake-coordinator-topic.ts';
import { TOPICS } from './kafka-scenarios/scenarios.ts';

export const TOPIC_ID = 'S8TDpEMPBhzIKfbcHFbwDw';

/** The topics of the scenarios: `t` has one partition. */
export const TOPIC_IDS: Readonly<Record<string, string>> = {
  t: TOPIC_ID,
  wide: 'XNwCKMW6TjGa8SqUdJSe8A',
  extra: 'q5Fz4d5hRO2Yq4mPOzGx9Q',
};

function clusterMetadata(): ClusterMetadata {
  const topics = Object.entries(TOPICS).map(([name, count]) => ({
    id: TOPIC_IDS[name] as string,
    name,
    partitions: Array.from({ length: count }, (_, partition) => ({
      ...{ partition, leader: 1, leaderEpoch: 0, replicas: [1] },
    })),
    configs: new Map(),
    internal: false,
  }));
  return {
    ...emptyClusterMetadata('cluster'),
    topicsByName: new Map(topics.map((topic) => [topic.name, topic])),
    topicsById: new Map(topics.map((topic) => [topic.id, topic])),
  };
}

export function groupHandlers(groups: GroupCoordinator): readonly RequestHandler[] {
  const identity = () => ({ nodeId: 1, host: 'localhost', port: 9092, clusterId: 'cluster' });
  return [
    offsetCommitHandler({ groups }),
    offsetFetchHandler({ groups }),
    findCoordinatorHandler({
      groups,
      transactions: { prepare: async () => 'NONE' },
      share: { prepare: async () => 'NONE' },
      identity,
    }),
    joinGroupHandler({ groups }),
    heartbeatHandler({ groups }),
    leaveGroupHandler({ groups }),
    syncGroupHandler({ groups }),
    describeGroupsHandler({ groups }),
    listGroupsHandler({ groups }),
    deleteGroupsHandler({ groups }),
    consumerGroupHeartbeatHandler({ groups }),
    consumerGroupDescribeHandler({ groups }),
    offsetDeleteHandler({ groups }),
  ];
}

/** Request and response go over the wire, so that each version's gaps show. */
export async function askOverWire(
  handlers: readonly RequestHandler[],
  name: string,
  apiVersion: number,
  request: object,
  clientId = 'c',
  // biome-ignore lint/suspicious/noExplicitAny: one helper for every API's messages.
): Promise<any> {
  const found = handlers.find(({ api }) => api.name === name) as RequestHandler;
  const out = new WireWriter(64);
  codec(found.api.request, apiVersion).encode(out, request as never);
  const decoded = codec(found.api.request, apiVersion).decode(new WireReader(out.toUint8Array()));
  const context = { apiVersion, clientId, clientHost: '/127.0.0.1' } as RequestContext;
  const answer = await found.handle(decoded as never, context);
  const back = new WireWriter(64);
  codec(found.api.response, apiVersion).encode(back, answer as never);
  return codec(found.api.response, apiVersion).decode(new WireReader(back.toUint8Array()));
}

/** A group coordinator behind its handlers, over logs and a clock moved by hand; topic `t` has one partition. */
export class GroupBroker {
  readonly time = new FakeTime();
  readonly topic: FakeTopic;
  readonly groups: GroupCoordinatorService;
  private readonly handlers: readonly RequestHandler[];

  constructor(topic = new FakeTopic(3), config: Partial<GroupConfig> = {}) {
    this.topic = topic;
    this.groups = new GroupCoordinatorService({
      topic,
      clock: this.time,
      timer: this.time,
      random: { topicId: () => TOPIC_ID, uuid: randomUUID },
      logger: silentLogger,
      checksum: { crc32c },
      compression: noCompression,
      config,
      catalog: { metadata: clusterMetadata() },
    });
    this.handlers = groupHandlers(this.groups);
  }

  // biome-ignore lint/suspicious/noExplicitAny: one helper for every API's messages.
  ask(name: string, apiVersion: number, request: object, clientId?: string): Promise<any> {
    return askOverWire(this.handlers, name, apiVersion, request, clientId);
  }

  commit(apiVersion: number, change: object = {}) {
    const topic = apiVersion >= 10 ? { topicId: TOPIC_ID } : { name: 't' };
    const partitions = [{ partitionIndex: 0, committedOffset: 5n, committedMetadata: 'm' }];
    const request = { groupId: 'g', memberId: '', topics: [{ ...topic, partitions }], ...change };
    return this.ask('OffsetCommit', apiVersion, request);
  }

  get batches(): number {
    return this.topic.logs.reduce((sum, log) => sum + log.batches.length, 0);
  }
}
