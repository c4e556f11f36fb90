import { randomUUID } from 'node:crypto';
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

export const TOPIC_ID = 'S8TDpEMPBhzIKfbcHFbwDw';

/** One topic `t` of one partition. */
function metadataWith(id: string): ClusterMetadata {
  const partitions = [{ partition: 0, leader: 1, leaderEpoch: 0, replicas: [1] }];
  const topic = { id, name: 't', partitions, configs: new Map(), internal: false };
  return {
    ...emptyClusterMetadata('cluster'),
    topicsByName: new Map([['t', topic]]),
    topicsById: new Map([[id, topic]]),
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
      identity,
    }),
    joinGroupHandler({ groups }),
    heartbeatHandler({ groups }),
    leaveGroupHandler({ groups }),
    syncGroupHandler({ groups }),
    describeGroupsHandler({ groups }),
    listGroupsHandler({ groups }),
    deleteGroupsHandler({ groups }),
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
      catalog: { metadata: metadataWith(TOPIC_ID) },
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
