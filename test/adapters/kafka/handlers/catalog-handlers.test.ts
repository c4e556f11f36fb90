import { describe, expect, it } from 'vitest';
import { createTopicsHandler } from '../../../../src/adapters/kafka/handlers/create-topics.ts';
import { deleteTopicsHandler } from '../../../../src/adapters/kafka/handlers/delete-topics.ts';
import { describeClusterHandler } from '../../../../src/adapters/kafka/handlers/describe-cluster.ts';
import { describeConfigsHandler } from '../../../../src/adapters/kafka/handlers/describe-configs.ts';
import { describeLogDirsHandler } from '../../../../src/adapters/kafka/handlers/describe-log-dirs.ts';
import { describeTopicPartitionsHandler } from '../../../../src/adapters/kafka/handlers/describe-topic-partitions.ts';
import { incrementalAlterConfigsHandler } from '../../../../src/adapters/kafka/handlers/incremental-alter-configs.ts';
import { initProducerIdHandler } from '../../../../src/adapters/kafka/handlers/init-producer-id.ts';
import { listConfigResourcesHandler } from '../../../../src/adapters/kafka/handlers/list-config-resources.ts';
import { metadataHandler } from '../../../../src/adapters/kafka/handlers/metadata.ts';
import type {
  RequestContext,
  RequestHandler,
} from '../../../../src/adapters/kafka/request-handler.ts';
import { ConfigAdminService } from '../../../../src/app/services/config/config-admin-service.ts';
import { LogDirsService } from '../../../../src/app/services/log-dirs/log-dirs-service.ts';
import { ProducerIdService } from '../../../../src/app/services/producer-id/producer-id-service.ts';
import { codec } from '../../../../src/domain/protocol/compile.ts';
import { CreateTopicsApi } from '../../../../src/domain/protocol/messages/create-topics.ts';
import { DeleteTopicsApi } from '../../../../src/domain/protocol/messages/delete-topics.ts';
import { DescribeClusterApi } from '../../../../src/domain/protocol/messages/describe-cluster.ts';
import { DescribeConfigsApi } from '../../../../src/domain/protocol/messages/describe-configs.ts';
import { DescribeLogDirsApi } from '../../../../src/domain/protocol/messages/describe-log-dirs.ts';
import { DescribeTopicPartitionsApi } from '../../../../src/domain/protocol/messages/describe-topic-partitions.ts';
import { IncrementalAlterConfigsApi } from '../../../../src/domain/protocol/messages/incremental-alter-configs.ts';
import { InitProducerIdApi } from '../../../../src/domain/protocol/messages/init-producer-id.ts';
import { ListConfigResourcesApi } from '../../../../src/domain/protocol/messages/list-config-resources.ts';
import { MetadataApi } from '../../../../src/domain/protocol/messages/metadata.ts';
import type {
  ApiDefinition,
  RequestOf,
  ResponseOf,
} from '../../../../src/domain/protocol/schema.ts';
import { WireReader } from '../../../../src/domain/wire/wire-reader.ts';
import { WireWriter } from '../../../../src/domain/wire/wire-writer.ts';
import { topicAdmin } from '../../../app/topic/topic-fakes.ts';

const ZERO = 'AAAAAAAAAAAAAAAAAAAAAA';
const IDENTITY = { nodeId: 1, host: 'localhost', port: 9092, clusterId: 'cluster' };
const OMITTED = -2147483648;

/** Sends a request through the codecs both ways, as it would come and go on the wire. */
async function ask<Api extends ApiDefinition>(
  handler: RequestHandler<Api>,
  apiVersion: number,
  request: object,
): Promise<ResponseOf<Api>> {
  const { api } = handler;
  const asked = new WireWriter(128);
  codec(api.request, apiVersion).encode(asked, request as never);
  const decoded = codec(api.request, apiVersion).decode(new WireReader(asked.toUint8Array()));
  const context = { apiVersion, listenerName: 'PLAINTEXT' } as RequestContext;
  const answer = await handler.handle(decoded as RequestOf<Api>, context);
  const told = new WireWriter(128);
  codec(api.response, apiVersion).encode(told, answer as never);
  const response = codec(api.response, apiVersion).decode(new WireReader(told.toUint8Array()));
  return response as ResponseOf<Api>;
}

/** A handler is registered without its API's types; tests want them back. */
function typed<Api extends ApiDefinition>(_api: Api, handler: RequestHandler): RequestHandler<Api> {
  return handler as unknown as RequestHandler<Api>;
}

async function world(values: Record<string, string> = {}) {
  const parts = await topicAdmin(values);
  const { catalog, brokerConfig, topics, logs, store } = parts;
  const configs = new ConfigAdminService({ catalog, brokerConfig, nodeId: 1 });
  const identity = () => IDENTITY;
  return {
    ...parts,
    metadata: typed(
      MetadataApi,
      metadataHandler({
        catalog,
        topics,
        identity,
        autoCreateTopics: () => brokerConfig.get('auto.create.topics.enable'),
      }),
    ),
    createTopics: typed(CreateTopicsApi, createTopicsHandler({ topics })),
    deleteTopics: typed(DeleteTopicsApi, deleteTopicsHandler({ topics })),
    describeCluster: typed(DescribeClusterApi, describeClusterHandler({ identity })),
    describeConfigs: typed(DescribeConfigsApi, describeConfigsHandler({ configs })),
    alterConfigs: typed(IncrementalAlterConfigsApi, incrementalAlterConfigsHandler({ configs })),
    listConfigResources: typed(ListConfigResourcesApi, listConfigResourcesHandler({ configs })),
    describePartitions: typed(
      DescribeTopicPartitionsApi,
      describeTopicPartitionsHandler({ catalog, partitionLimit: () => 3 }),
    ),
    logDirs: typed(
      DescribeLogDirsApi,
      describeLogDirsHandler({
        logDirs: new LogDirsService({ catalog, logs, store, path: '/data' }),
      }),
    ),
    initProducerId: typed(
      InitProducerIdApi,
      initProducerIdHandler({
        producerIds: new ProducerIdService({ catalog, nodeId: 1 }),
        transactions: {
          initProducer: async () => ({ error: 'NONE', producerId: 7n, producerEpoch: 3 }),
        },
      }),
    ),
  };
}

describe('Metadata', () => {
  it('gives all topics: by an empty list in version 0, by null later', async () => {
    const { metadata, topics } = await world();
    await topics.ensureTopic('a');
    expect((await ask(metadata, 0, { topics: [] })).topics).toHaveLength(1);
    expect((await ask(metadata, 1, { topics: [] })).topics).toHaveLength(0);
    const all = await ask(metadata, 12, { topics: null });
    expect(all).toMatchObject({ clusterId: 'cluster', controllerId: 1, brokers: [{ port: 9092 }] });
    expect(all.topics).toMatchObject([
      {
        name: 'a',
        topicAuthorizedOperations: OMITTED,
        partitions: [{ leaderId: 1, isrNodes: [1] }],
      },
    ]);
  });

  it('gives topics by id', async () => {
    const { metadata, topics } = await world();
    const { id } = await topics.ensureTopic('a');
    const unknown = 'AAAAAAAAAAAAAAAAAAAAAw';
    const answer = await ask(metadata, 12, {
      topics: [
        { topicId: id, name: null },
        { topicId: unknown, name: null },
      ],
      includeTopicAuthorizedOperations: true,
    });
    expect(answer.topics).toMatchObject([
      { errorCode: 0, name: 'a', topicAuthorizedOperations: 3576 },
      { errorCode: 100, name: null, topicId: unknown },
    ]);
    const older = await ask(metadata, 10, { topics: [{ topicId: id, name: null }] });
    expect(older.topics).toMatchObject([{ errorCode: 42 }]);
  });

  it('makes a missing topic when the request and the broker allow it', async () => {
    const { metadata, catalog } = await world();
    const request = { topics: [{ topicId: ZERO, name: 'new' }], allowAutoTopicCreation: false };
    expect((await ask(metadata, 9, request)).topics).toMatchObject([{ errorCode: 3 }]);
    expect(catalog.metadata.topicsByName.size).toBe(0);
    const allowed = { ...request, allowAutoTopicCreation: true };
    expect((await ask(metadata, 9, allowed)).topics).toMatchObject([{ errorCode: 3, name: 'new' }]);
    expect((await ask(metadata, 9, allowed)).topics).toMatchObject([{ errorCode: 0, name: 'new' }]);
    const bad = { topics: [{ topicId: ZERO, name: 'a b' }] };
    expect((await ask(metadata, 9, bad)).topics).toMatchObject([{ errorCode: 17 }]);

    const strict = await world({ 'auto.create.topics.enable': 'false' });
    expect((await ask(strict.metadata, 9, allowed)).topics).toMatchObject([{ errorCode: 3 }]);
    expect(strict.catalog.metadata.topicsByName.size).toBe(0);
  });
});

describe('CreateTopics and DeleteTopics', () => {
  it.each([2, 4, 5, 7])('create in version %i', async (version) => {
    const { createTopics } = await world();
    const topic = {
      name: 'a',
      numPartitions: 2,
      replicationFactor: 1,
      assignments: [],
      configs: [],
    };
    const answer = await ask(createTopics, version, { topics: [topic, { ...topic, name: '' }] });
    expect(answer.topics.map((each) => each.errorCode)).toEqual([0, 17]);
    if (version < 5) return;
    expect(answer.topics[0]?.numPartitions).toBe(2);
    expect(answer.topics[0]?.configs).toHaveLength(37);
  });

  it.each([1, 5, 6])('delete in version %i', async (version) => {
    const { deleteTopics, topics } = await world();
    await topics.ensureTopic('a');
    const request =
      version < 6
        ? { topicNames: ['a', 'b'], timeoutMs: 1 }
        : {
            topics: [
              { name: 'a', topicId: ZERO },
              { name: 'b', topicId: ZERO },
            ],
            timeoutMs: 1,
          };
    const answer = await ask(deleteTopics, version, request);
    expect(answer.responses.map((each) => each.errorCode)).toEqual([0, 3]);
  });
});

describe('DescribeTopicPartitions', () => {
  it('gives pages that add up', async () => {
    const { describePartitions, topics } = await world();
    const wanted = { partitions: 2, replicationFactor: 1, assignments: [], configs: [] };
    const names = ['c', 'a', 'b'];
    await topics.createTopics(
      names.map((name) => ({ name, ...wanted })),
      { validateOnly: false },
    );
    const seen: string[] = [];
    let cursor: object | null = null;
    do {
      const answer: ResponseOf<typeof DescribeTopicPartitionsApi> = await ask(
        describePartitions,
        0,
        {
          topics: [],
          responsePartitionLimit: 100,
          cursor,
        },
      );
      const pages = answer.topics.flatMap(({ name, partitions }) =>
        partitions.map(({ partitionIndex }) => `${name}${partitionIndex}`),
      );
      expect(pages.length).toBeLessThanOrEqual(3);
      seen.push(...pages);
      cursor = answer.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(['a0', 'a1', 'b0', 'b1', 'c0', 'c1']);
  });
});

describe('configs', () => {
  it('are told in every version, and changed', async () => {
    const { describeConfigs, alterConfigs, topics } = await world();
    await topics.ensureTopic('a');
    const change = { name: 'retention.ms', configOperation: 0, value: '5' };
    const resource = { resourceType: 2, resourceName: 'a' };
    const altered = await ask(alterConfigs, 1, { resources: [{ ...resource, configs: [change] }] });
    expect(altered.responses).toMatchObject([{ errorCode: 0 }]);
    for (const version of [1, 2, 3, 4]) {
      const { results } = await ask(describeConfigs, version, {
        resources: [{ ...resource, configurationKeys: ['retention.ms'] }],
        includeSynonyms: true,
      });
      expect(results[0]?.configs).toMatchObject([{ value: '5', configSource: 1 }]);
    }
    const unknown = { ...change, configOperation: 9 };
    const refused = await ask(alterConfigs, 0, {
      resources: [{ ...resource, configs: [unknown] }],
    });
    expect(refused.responses).toMatchObject([{ errorCode: 42 }]);
  });

  it('are listed', async () => {
    const { listConfigResources, topics } = await world();
    await topics.ensureTopic('a');
    expect((await ask(listConfigResources, 0, {})).configResources).toEqual([]);
    const { configResources } = await ask(listConfigResources, 1, { resourceTypes: [2] });
    expect(configResources).toEqual([{ resourceName: 'a', resourceType: 2 }]);
    expect(await ask(listConfigResources, 1, { resourceTypes: [9] })).toMatchObject({
      errorCode: 35,
    });
  });
});

describe('InitProducerId', () => {
  it('gives new ids, and refuses transactions', async () => {
    const { initProducerId } = await world();
    const request = { transactionalId: null, transactionTimeoutMs: 1 };
    expect(await ask(initProducerId, 0, request)).toMatchObject({
      producerId: 0n,
      producerEpoch: 0,
    });
    expect(
      await ask(initProducerId, 4, { ...request, producerId: 0n, producerEpoch: 3 }),
    ).toMatchObject({ errorCode: 0, producerId: 1n, producerEpoch: 0 });
    const half = { ...request, producerId: 5n };
    expect(await ask(initProducerId, 4, half)).toMatchObject({ errorCode: 42 });
    const transactional = { ...request, transactionalId: 't' };
    expect(await ask(initProducerId, 5, transactional)).toMatchObject({
      errorCode: 0,
      producerId: 7n,
      producerEpoch: 3,
    });
  });
});

describe('DescribeCluster and DescribeLogDirs', () => {
  it('tell of this broker', async () => {
    const { describeCluster, logDirs, topics } = await world();
    await topics.ensureTopic('a');
    const request = { includeClusterAuthorizedOperations: true };
    expect(await ask(describeCluster, 2, request)).toMatchObject({
      errorCode: 0,
      clusterId: 'cluster',
      brokers: [{ brokerId: 1, host: 'localhost' }],
      clusterAuthorizedOperations: 8096,
    });
    expect(await ask(describeCluster, 1, { endpointType: 2 })).toMatchObject({ errorCode: 114 });
    expect(await ask(logDirs, 4, { topics: null })).toMatchObject({
      results: [
        { logDir: '/data', topics: [{ name: 'a', partitions: [{ partitionSize: 100n }] }] },
      ],
    });
  });
});
