import { setTimeout as sleep } from 'node:timers/promises';
import { NodeCompression } from '../../../src/adapters/compression/node-compression.ts';
import type { CompressionType } from '../../../src/domain/record/compression.ts';
import { decodeRecordBatch } from '../../../src/domain/record/record-batch.ts';
import { batchesOf } from '../../../src/domain/record/record-batches.ts';
import { batchOf, produce } from '../batches.ts';
import type { Answer, Scenario, Scene } from '../scene.ts';
import {
  ACCEPT,
  acknowledged,
  configured,
  coordinated,
  joined,
  REJECT,
  RELEASE,
  Reader,
} from '../share-member.ts';

const TOPIC_RESOURCE = 2;
const BROKER_RESOURCE = 4;
const GROUP_RESOURCE = 32;
const ENABLED = { 'errors.deadletterqueue.group.enable': 'true' };
const AUTO_CREATE = 'errors.deadletterqueue.auto.create.topics.enable';
const PREFIX = 'errors.deadletterqueue.topic.name.prefix';
const TOPIC_NAME = 'errors.deadletterqueue.topic.name';
const COPY = 'errors.deadletterqueue.copy.record.enable';
const compression = new NodeCompression();
const utf8 = new TextDecoder();

/** Changes configs. Kafka's broker learns of it a moment after the answer. */
async function alter(
  scene: Scene,
  resourceType: number,
  resourceName: string,
  configs: Readonly<Record<string, string>>,
): Promise<void> {
  await scene.quietly('IncrementalAlterConfigs', 1, {
    resources: [
      {
        ...{ resourceType, resourceName },
        configs: Object.entries(configs).map(([name, value]) => ({
          ...{ name, value, configOperation: 0 },
        })),
      },
    ],
    validateOnly: false,
  });
  await sleep(300);
}

/** Waits until the group is done with all but so many records of the topic. */
async function left(scene: Scene, groupId: string, topicName: string, count: bigint) {
  for (let tries = 200; tries > 0; tries--) {
    const topics = [{ topicName, partitions: [0] }];
    const request = { groups: [{ groupId, topics }] };
    const answer: Answer = await scene.quietly('DescribeShareGroupOffsets', 1, request);
    if (answer.groups[0].topics[0].partitions[0].lag === count) return;
    await sleep(50);
  }
  throw new Error(`${groupId} is not done with all but ${count} of ${topicName}`);
}

/** What the topic has, as text. */
async function letters(scene: Scene, step: string, topic: string, partition = 0): Promise<void> {
  const request = {
    ...{ replicaId: -1, maxWaitMs: 100, minBytes: 1, maxBytes: 1_000_000, isolationLevel: 0 },
    ...{ sessionId: 0, sessionEpoch: -1, forgottenTopicsData: [], rackId: '' },
    topics: [
      {
        topic,
        partitions: [
          {
            ...{ partition, currentLeaderEpoch: -1, fetchOffset: 0n, lastFetchedEpoch: -1 },
            ...{ logStartOffset: -1n, partitionMaxBytes: 1_000_000 },
          },
        ],
      },
    ],
  };
  await scene.ask(step, 'Fetch', 12, request, { view: recordsOf });
}

function recordsOf(answer: Answer): unknown {
  const { errorCode, records } = answer.responses[0].partitions[0];
  const bytes: Uint8Array = records ?? new Uint8Array(0);
  const text = (value: Uint8Array | null) => (value === null ? null : utf8.decode(value));
  const found = [...batchesOf(bytes)].flatMap((each) => {
    const batch = decodeRecordBatch(each.bytes, { compression });
    return batch.records.map(({ offset, key, value, headers }) => ({
      ...{ offset, key: text(key), value: text(value) },
      headers: headers.map((header) => `${header.key}: ${text(header.value)}`),
    }));
  });
  return { errorCode, records: found };
}

interface Reading {
  readonly topic: string;
  readonly group: string;
  readonly reader: Reader;
}

/** A member that holds ten records of a topic. */
async function holding(
  scene: Scene,
  name: string,
  configs: Readonly<Record<string, string>>,
  type: CompressionType = 'none',
): Promise<Reading> {
  const [topic, group] = [`share-dead-${name}`, `share-d-${name}`];
  const topicId = await scene.create(topic);
  await configured(scene, group, configs);
  await joined(scene, group, 'm', [topic], 1);
  await scene.quietly(
    'Produce',
    9,
    produce(topic, batchOf([...'abcdefghij'], { compression: type })),
  );
  const reader = new Reader(scene, group, 'm', topicId);
  reader.view = ({ errorCode }) => ({ errorCode });
  await reader.fetch('holds them', 2);
  return { topic, group, reader };
}

/** Where they go, and what keeps them from it. The records are archived in any case. */
const queues: Scenario = async (scene) => {
  await coordinated(scene);
  const { topic, group, reader } = await holding(scene, 'queues', {
    [TOPIC_NAME]: 'dlq.queues',
    [COPY]: 'true',
  });
  const reject = async (step: string, offset: bigint, then: bigint) => {
    await reader.acknowledge(step, 2, [acknowledged(offset, offset, REJECT)]);
    await left(scene, group, topic, then);
  };
  await reject('no topic', 0n, 9n);
  await letters(scene, 'no topic', 'dlq.queues');
  await scene.create('dlq.queues');
  await reject('not enabled', 1n, 8n);
  await letters(scene, 'not enabled', 'dlq.queues');
  await alter(scene, TOPIC_RESOURCE, 'dlq.queues', ENABLED);
  await reject('enabled', 2n, 7n);
  await letters(scene, 'enabled', 'dlq.queues');
  await scene.create('dead-letters', { configs: ENABLED });
  await alter(scene, GROUP_RESOURCE, group, { [TOPIC_NAME]: 'dead-letters' });
  await reject('another prefix', 3n, 6n);
  await letters(scene, 'another prefix', 'dead-letters');
  await alter(scene, BROKER_RESOURCE, '', { [PREFIX]: '' });
  await reject('any name', 4n, 5n);
  await letters(scene, 'any name', 'dead-letters');
  await alter(scene, BROKER_RESOURCE, '', { [PREFIX]: 'dlq.', [AUTO_CREATE]: 'true' });
  await alter(scene, GROUP_RESOURCE, group, { [TOPIC_NAME]: 'dlq.created' });
  await reject('created', 5n, 4n);
  await letters(scene, 'created', 'dlq.created');
  const resource = { resourceType: TOPIC_RESOURCE, resourceName: 'dlq.created' };
  const names = [...Object.keys(ENABLED), 'message.timestamp.type'];
  await scene.ask('created', 'DescribeConfigs', 4, {
    resources: [{ ...resource, configurationKeys: names }],
    ...{ includeSynonyms: false, includeDocumentation: false },
  });
  await alter(scene, BROKER_RESOURCE, '', { [AUTO_CREATE]: 'false' });
  await alter(scene, GROUP_RESOURCE, group, { [TOPIC_NAME]: '' });
  await reject('no queue', 6n, 3n);
  await scene.ask('of topics of the broker', 'IncrementalAlterConfigs', 1, {
    resources: [
      {
        ...{ resourceType: GROUP_RESOURCE, resourceName: group },
        configs: [{ name: TOPIC_NAME, value: '__dead', configOperation: 0 }],
      },
    ],
    validateOnly: false,
  });
};

/** What is given up, and what a letter has of it. */
const givenUp: Scenario = async (scene) => {
  await coordinated(scene);
  await scene.create('dlq.given-up', { configs: ENABLED });
  const names = { [TOPIC_NAME]: 'dlq.given-up', 'share.delivery.count.limit': '2' };
  for (const type of ['none', 'zstd'] as const) {
    const { topic, group, reader } = await holding(scene, type, { ...names, [COPY]: 'true' }, type);
    const ask = (step: string, ...batches: readonly object[]) =>
      reader.acknowledge(step, 2, batches);
    await ask('some', acknowledged(0n, 3n, REJECT, ACCEPT, 0, RELEASE));
    await left(scene, group, topic, 7n);
    await ask('a run', acknowledged(4n, 6n, REJECT));
    await left(scene, group, topic, 4n);
    await reader.fetch('again', 2);
    await ask('too often', acknowledged(3n, 3n, RELEASE));
    await left(scene, group, topic, 3n);
    await ask('of what is given up', acknowledged(6n, 6n, ACCEPT));
    await alter(scene, GROUP_RESOURCE, group, { [COPY]: 'false' });
    await ask('without contents', acknowledged(7n, 7n, REJECT));
    await left(scene, group, topic, 2n);
    await letters(scene, type, 'dlq.given-up');
  }
};

/** What a member held counts as delivered when its session ends. */
const ended: Scenario = async (scene) => {
  await coordinated(scene);
  await scene.create('dlq.ended', { configs: ENABLED });
  const configs = { [TOPIC_NAME]: 'dlq.ended', 'share.delivery.count.limit': '2' };
  const { topic, group, reader } = await holding(scene, 'ended', configs);
  await reader.acknowledge('all but two', 2, [acknowledged(0n, 7n, ACCEPT)]);
  const end = (step: string) =>
    reader.acknowledge(step, 2, [], { shareSessionEpoch: -1, topics: [] });
  await end('ends');
  reader.epoch = 0;
  reader.view = ({ responses }) =>
    responses.map(({ partitions }: Answer) =>
      partitions.map((each: Answer) => each.acquiredRecords),
    );
  await reader.fetch('another session', 2);
  await end('ends again');
  await left(scene, group, topic, 0n);
  await letters(scene, 'given up', 'dlq.ended');
};

/** Letters of a partition keep together. */
const partitions: Scenario = async (scene) => {
  await coordinated(scene);
  const topicId = await scene.create('share-dead-parts', { partitions: 4 });
  await scene.create('dlq.parts', { partitions: 2, configs: ENABLED });
  const group = 'share-d-parts';
  await configured(scene, group, { [TOPIC_NAME]: 'dlq.parts' });
  await joined(scene, group, 'm', ['share-dead-parts'], 4);
  const records = batchOf(['a']);
  await scene.quietly('Produce', 9, produce('share-dead-parts', records, { partition: 3 }));
  const reader = new Reader(scene, group, 'm', topicId);
  reader.view = ({ errorCode }) => ({ errorCode });
  const of = (acknowledgementBatches: readonly object[]) => ({
    topics: [{ topicId, partitions: [{ partitionIndex: 3, acknowledgementBatches }] }],
  });
  await reader.fetch('of the last', 2, [], of([]));
  await reader.acknowledge('rejected', 2, [], of([acknowledged(0n, 0n, REJECT)]));
  await written(scene, 'dlq.parts', 1);
  for (const partition of [0, 1]) await letters(scene, `in ${partition}`, 'dlq.parts', partition);
};

/** Waits until the partition has a record. */
async function written(scene: Scene, name: string, partitionIndex: number): Promise<void> {
  for (let tries = 200; tries > 0; tries--) {
    const answer: Answer = await scene.quietly('ListOffsets', 7, {
      ...{ replicaId: -1, isolationLevel: 0 },
      topics: [{ name, partitions: [{ partitionIndex, timestamp: -1n }] }],
    });
    if (answer.topics[0].partitions[0].offset > 0n) return;
    await sleep(50);
  }
  throw new Error(`nothing comes to ${name}`);
}

export const SHARE_DEAD_LETTERS: Readonly<Record<string, Scenario>> = {
  ...{ queues, givenUp, ended, partitions },
};
