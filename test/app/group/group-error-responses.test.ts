import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { RequestContext } from '../../../src/adapters/kafka/request-handler.ts';
import { undescribedConsumerGroup } from '../../../src/domain/group/consumer/consumer-group-description.ts';
import { heartbeatError } from '../../../src/domain/group/consumer/consumer-heartbeat.ts';
import { KafkaError } from '../../../src/domain/kafka-error.ts';
import { codec } from '../../../src/domain/protocol/compile.ts';
import { WireReader } from '../../../src/domain/wire/wire-reader.ts';
import { WireWriter } from '../../../src/domain/wire/wire-writer.ts';
import type { GroupCoordinator } from '../../../src/ports/group-coordinator.ts';
import { hex, readVectors, unhex } from '../../protocol/vector-checker.ts';
import { groupHandlers } from './group-broker.ts';

const error = 'CLUSTER_AUTHORIZATION_FAILED';

/** A coordinator that refuses whole requests, as an authorizer would. */
const refusing: GroupCoordinator = {
  prepare: async () => error,
  joinGroup: async () => ({
    error,
    generationId: -1,
    protocolType: null,
    protocolName: null,
    leader: '',
    skipAssignment: false,
    memberId: '',
    members: [],
  }),
  syncGroup: async () => ({
    error,
    protocolType: null,
    protocolName: null,
    assignment: new Uint8Array(0),
  }),
  heartbeat: async () => error,
  leaveGroup: async () => ({ error, members: [] }),
  consumerGroupHeartbeat: async () => heartbeatError(new KafkaError(error)),
  describeConsumerGroups: async (groupIds) =>
    groupIds.map((groupId) => undescribedConsumerGroup(groupId, new KafkaError(error))),
  commitOffsets: async ({ topics }) =>
    topics.map(({ name, topicId, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map(({ partition }) => ({ partition, error })),
    })),
  fetchOffsets: async () => ({ error, topics: [] }),
  deleteOffsets: async () => ({ error, topics: [] }),
  describeGroups: async (groupIds) =>
    groupIds.map((groupId) => ({
      groupId,
      error,
      errorMessage: null,
      state: 'Dead',
      protocolType: '',
      protocolData: '',
      members: [],
    })),
  listGroups: () => ({ error, groups: [] }),
  deleteGroups: async (groupIds) => groupIds.map((groupId) => ({ groupId, error })),
};

const handlers = groupHandlers(refusing);
const file = new URL('../../protocol/golden/error-responses.jsonl.gz', import.meta.url);
const vectors = readVectors(fileURLToPath(file)).filter(({ key }) =>
  // The words and the key types of FindCoordinator's vectors are not those of a broker.
  handlers.some(({ api }) => api.key === key && api.name !== 'FindCoordinator'),
);

test.each(vectors.map((vector) => [`${vector.api} ${vector.version}`, vector] as const))(
  "a refused %s has its error where Kafka's has it",
  async (_, { api, version, requestHex, responseHex }) => {
    const handler = handlers.find((one) => one.api.name === api);
    if (handler === undefined) throw new Error(`no handler of ${api}`);
    const reader = new WireReader(unhex(requestHex));
    const request = codec(handler.api.request, version).decode(reader);
    const context = { apiVersion: version, clientId: 'c', clientHost: '/127.0.0.1' };
    const answer = await handler.handle(request as never, context as RequestContext);
    const writer = new WireWriter(64);
    codec(handler.api.response, version).encode(writer, answer as never);
    expect(hex(writer.toUint8Array())).toBe(responseHex);
  },
);

test('the vectors are there', () => expect(vectors.length).toBeGreaterThan(50));
