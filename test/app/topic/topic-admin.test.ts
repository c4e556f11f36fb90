import { describe, expect, it } from 'vitest';
import { MemoryLogStore } from '../../../src/adapters/memory/memory-log-store.ts';
import type { NewTopic } from '../../../src/ports/topic-admin.ts';
import { serveTopics } from './served-topics.ts';
import { openCatalog, topicAdmin } from './topic-fakes.ts';

const FOR_REAL = { validateOnly: false };

function wanted(name: string, more: Partial<NewTopic> = {}): NewTopic {
  return { name, partitions: -1, replicationFactor: -1, assignments: [], configs: [], ...more };
}

describe('createTopics', () => {
  it('makes topics and their logs, also after a restart', async () => {
    const { topics, catalog, logs, store } = await topicAdmin({ 'num.partitions': '2' });
    const [first, second] = await topics.createTopics(
      [
        wanted('orders', { configs: [{ name: 'retention.ms', value: '1000' }] }),
        wanted('paid', { assignments: [{ partition: 0, replicas: [1] }] }),
      ],
      FOR_REAL,
    );
    expect(first?.created).toMatchObject({ partitions: 2, replicationFactor: 1 });
    expect(second?.created).toMatchObject({ partitions: 1, replicationFactor: 1 });
    expect(first?.created?.configs.find(({ name }) => name === 'retention.ms')).toMatchObject({
      value: '1000',
      source: 'DYNAMIC_TOPIC_CONFIG',
    });
    expect(logs.kept.size).toBe(3);
    expect(logs.existing(first?.created?.id ?? '', 1)?.config.retentionMs).toBe(1000);

    const again = await openCatalog(store);
    expect(again.metadata).toEqual(catalog.metadata);
    expect(again.metadata.topicsByName.get('orders')?.partitions).toHaveLength(2);
  });

  it('changes nothing when it is only asked', async () => {
    const { topics, catalog, logs } = await topicAdmin();
    const [result] = await topics.createTopics([wanted('orders')], { validateOnly: true });
    expect(result?.created?.partitions).toBe(1);
    expect(catalog.metadata.topicsByName.size).toBe(0);
    expect(logs.kept.size).toBe(0);
  });

  it.each<[string, NewTopic, string]>([
    ['a bad name', wanted('a b'), 'INVALID_TOPIC_EXCEPTION'],
    ['the metadata log', wanted('__cluster_metadata'), 'INVALID_REQUEST'],
    ['a name that exists', wanted('old.topic'), 'TOPIC_ALREADY_EXISTS'],
    ['a name metrics mix up', wanted('old_topic'), 'INVALID_TOPIC_EXCEPTION'],
    ['no partitions', wanted('t', { partitions: 0 }), 'INVALID_PARTITIONS'],
    ['too many partitions', wanted('t', { partitions: 1_000_000 }), 'POLICY_VIOLATION'],
    ['no replicas', wanted('t', { replicationFactor: 0 }), 'INVALID_REPLICATION_FACTOR'],
    ['too many replicas', wanted('t', { replicationFactor: 3 }), 'INVALID_REPLICATION_FACTOR'],
    ['an unknown config', wanted('t', { configs: [{ name: 'x', value: '1' }] }), 'INVALID_CONFIG'],
    [
      'a bad config',
      wanted('t', { configs: [{ name: 'retention.ms', value: 'x' }] }),
      'INVALID_CONFIG',
    ],
    [
      'a config without value',
      wanted('t', { configs: [{ name: 'retention.ms', value: null }] }),
      'INVALID_CONFIG',
    ],
    [
      'an unknown broker',
      wanted('t', { assignments: [{ partition: 0, replicas: [9] }] }),
      'INVALID_REPLICA_ASSIGNMENT',
    ],
    [
      'a gap in the assignment',
      wanted('t', { assignments: [{ partition: 1, replicas: [1] }] }),
      'INVALID_REPLICA_ASSIGNMENT',
    ],
    [
      'both a count and an assignment',
      wanted('t', { partitions: 1, assignments: [{ partition: 0, replicas: [1] }] }),
      'INVALID_REQUEST',
    ],
  ])('refuses %s', async (_, topic, errorName) => {
    const { topics } = await topicAdmin();
    await topics.createTopics([wanted('old.topic')], FOR_REAL);
    const [bad, good] = await topics.createTopics([topic, wanted('fine')], FOR_REAL);
    expect(bad?.error?.errorName).toBe(errorName);
    expect(good?.error).toBeUndefined();
  });

  it('refuses a name that is asked for twice', async () => {
    const { topics } = await topicAdmin();
    const results = await topics.createTopics([wanted('a'), wanted('b'), wanted('a')], FOR_REAL);
    expect(results.map(({ name, error }) => [name, error?.errorName])).toEqual([
      ['b', undefined],
      ['a', 'INVALID_REQUEST'],
    ]);
  });

  it('takes a topic back whose logs cannot be made', async () => {
    const { topics, logs, catalog } = await topicAdmin();
    logs.failing = true;
    const [result] = await topics.createTopics([wanted('orders')], FOR_REAL);
    expect(result?.error?.errorName).toBe('KAFKA_STORAGE_ERROR');
    expect(catalog.metadata.topicsByName.size).toBe(0);
  });
});

describe('deleteTopics', () => {
  it('deletes by name and by id, with the logs', async () => {
    const { topics, logs, catalog } = await topicAdmin();
    await topics.createTopics([wanted('a'), wanted('b')], FOR_REAL);
    const id = catalog.metadata.topicsByName.get('b')?.id ?? '';
    const results = await topics.deleteTopics([
      { name: 'a', id: null },
      { name: null, id },
      { name: 'c', id: null },
      { name: null, id: 'AAAAAAAAAAAAAAAAAAAAAw' },
    ]);
    expect(results.map(({ name, error }) => [name, error?.errorName])).toEqual([
      ['a', undefined],
      ['b', undefined],
      ['c', 'UNKNOWN_TOPIC_OR_PARTITION'],
      [null, 'UNKNOWN_TOPIC_ID'],
    ]);
    expect(logs.kept.size).toBe(0);
    expect(catalog.metadata.topicsByName.size).toBe(0);
  });

  it('lets a name be used again at once', async () => {
    const { topics, catalog } = await topicAdmin();
    await topics.createTopics([wanted('a')], FOR_REAL);
    const old = catalog.metadata.topicsByName.get('a')?.id;
    const [, [made]] = await Promise.all([
      topics.deleteTopics([{ name: 'a', id: null }]),
      topics.createTopics([wanted('a')], FOR_REAL),
    ]);
    expect(made?.created?.id).toBeDefined();
    expect(made?.created?.id).not.toBe(old);
  });

  it('can be forbidden', async () => {
    const { topics } = await topicAdmin({ 'delete.topic.enable': 'false' });
    await topics.createTopics([wanted('a')], FOR_REAL);
    const [result] = await topics.deleteTopics([{ name: 'a', id: null }]);
    expect(result?.error?.errorName).toBe('TOPIC_DELETION_DISABLED');
  });
});

describe('createPartitions', () => {
  it('adds partitions', async () => {
    const { topics, logs, catalog } = await topicAdmin();
    await topics.createTopics([wanted('a')], FOR_REAL);
    const results = await topics.createPartitions(
      [
        { name: 'a', count: 3, assignments: null },
        { name: 'b', count: 3, assignments: null },
      ],
      FOR_REAL,
    );
    expect(results.map(({ error }) => error?.errorName)).toEqual([
      undefined,
      'UNKNOWN_TOPIC_OR_PARTITION',
    ]);
    expect(catalog.metadata.topicsByName.get('a')?.partitions).toHaveLength(3);
    expect(logs.kept.size).toBe(3);
    const [same] = await topics.createPartitions(
      [{ name: 'a', count: 3, assignments: null }],
      FOR_REAL,
    );
    expect(same?.error?.errorName).toBe('INVALID_PARTITIONS');
  });
});

describe('ensureTopic', () => {
  it("makes the coordinators' topics as Kafka does, once", async () => {
    const { topics, logs } = await topicAdmin({ 'offsets.topic.num.partitions': '5' });
    const [one, two] = await Promise.all([
      topics.ensureTopic('__consumer_offsets'),
      topics.ensureTopic('__consumer_offsets'),
    ]);
    expect(one).toBe(two);
    expect(one).toMatchObject({ internal: true });
    expect(one.partitions).toHaveLength(5);
    expect(one.configs.get('cleanup.policy')).toBe('compact');
    expect(logs.kept.size).toBe(5);
    expect((await topics.ensureTopic('plain')).partitions).toHaveLength(1);
    await expect(topics.ensureTopic('a b')).rejects.toMatchObject({
      errorName: 'INVALID_TOPIC_EXCEPTION',
    });
  });
});

describe('open', () => {
  it('makes what is missing, and leaves alone what nobody deleted', async () => {
    const { topics, logs } = await topicAdmin();
    await topics.createTopics([wanted('a', { partitions: 2 })], FOR_REAL);
    const [config] = [...logs.kept.values()].map((log) => log.config);
    logs.kept.delete([...logs.kept.keys()][0] ?? '');
    const stray = { topicId: 'AAAAAAAAAAAAAAAAAAAAAw', topic: 'stray', partition: 0 };
    const metadataLog = {
      topicId: 'AAAAAAAAAAAAAAAAAAAAAQ',
      topic: '__cluster_metadata',
      partition: 0,
    };
    if (config === undefined) throw new Error('no log');
    await logs.create(stray, config);
    await logs.create(metadataLog, config);
    await topics.open();
    expect([...logs.kept.values()].map(({ id }) => id.topic).sort()).toEqual([
      '__cluster_metadata',
      'a',
      'a',
      'stray',
    ]);
  });

  it('removes logs that outlived their topic', async () => {
    const store = new MemoryLogStore();
    const first = await serveTopics(store);
    await first.topics.ensureTopic('kept');
    await first.topics.ensureTopic('gone');
    first.logs.deleteTopic = () => Promise.reject(new Error('no power'));
    await first.topics.deleteTopics([{ name: 'gone', id: null }]);
    expect((await store.open()).map(({ log }) => log.id.topic)).toContain('gone');
    first.stop();
    (await serveTopics(store)).stop();
    expect((await store.open()).map(({ log }) => log.id.topic)).toEqual([
      '__cluster_metadata',
      'kept',
    ]);
  });
});
