import type { Answer, Scenario } from '../scene.ts';

const byName = (a: Answer, b: Answer) => (a.name < b.name ? -1 : 1);
/** Kafka answers topics in the order of a hash table. */
const sorted = (answer: Answer) => ({ ...answer, topics: [...answer.topics].sort(byName) });
const own = (prefix: string) => (answer: Answer) => {
  const topics = answer.topics.filter((topic: Answer) => topic.name?.startsWith(prefix));
  return sorted({ ...answer, topics });
};

const metadata: Scenario = async (scene) => {
  const topicId = await scene.create('metadata-a', { partitions: 3 });
  await scene.create('metadata-b');
  const named = (...names: (string | null)[]) => ({ topics: names.map((name) => ({ name })) });
  for (let version = 0; version <= 13; version++) {
    const ask = (step: string, request: object, view: (answer: Answer) => unknown = sorted) =>
      scene.ask(
        step,
        'Metadata',
        version,
        { allowAutoTopicCreation: version < 4, ...request },
        { view },
      );
    await ask('one', named('metadata-a'));
    await ask('two', named('metadata-b', 'metadata-a'));
    await ask('twice', named('metadata-a', 'metadata-a'));
    await ask('empty list', { topics: [] }, own('metadata-'));
    if (version >= 1) await ask('null list', { topics: null }, own('metadata-'));
    await ask('invalid name', named('metadata a'));
    await ask('empty name', named(''));
    await ask('dots', named('..'));
    await ask('long name', named('m'.repeat(250)));
    if (version >= 4) await ask('unknown, not to be created', named('metadata-none', 'metadata-a'));
    if (version >= 8) {
      await ask('operations of topics', {
        ...named('metadata-a'),
        includeTopicAuthorizedOperations: true,
      });
      const more = { includeTopicAuthorizedOperations: true };
      await ask('operations of an unknown topic', { ...named('metadata-none'), ...more });
    }
    if (version >= 8 && version <= 10) {
      await ask('operations of the cluster', {
        ...named(),
        includeClusterAuthorizedOperations: true,
      });
    }
    if (version >= 10) {
      const unknown = 'AAAAAAAAAAAAAAAAAAAABA';
      await ask('by id', { topics: [{ topicId, name: null }] });
      await ask('by id and name', { topics: [{ topicId, name: 'metadata-b' }] });
      await ask('unknown id', { topics: [{ topicId: unknown, name: null }] });
      await ask('id and another name', {
        topics: [{ topicId }, { name: 'metadata-b' }].map((t) => ({ name: null, ...t })),
      });
      await ask('neither', { topics: [{ name: null }] });
    }
  }
};

const autoCreation: Scenario = async (scene) => {
  for (const version of [0, 4, 9, 12, 13]) {
    const name = `metadata-auto-${version}`;
    const request = { topics: [{ name }], allowAutoTopicCreation: true };
    await scene.ask('creates', 'Metadata', version, request);
    await scene.ready(name, 1);
    await scene.ask('created', 'Metadata', version, request);
  }
  const internal = { topics: [{ name: '__metadata-x' }], allowAutoTopicCreation: true };
  await scene.ask('clashing names', 'Metadata', 9, {
    ...internal,
    topics: [{ name: 'metadata_auto_4' }],
  });
  const invalid = { topics: [{ name: 'bad name' }], allowAutoTopicCreation: true };
  await scene.ask('invalid name', 'Metadata', 9, invalid);
};

const coordinators: Scenario = async (scene) => {
  for (let left = 100; left > 0; left--) {
    const found: Answer = await scene.quietly('FindCoordinator', 2, { key: 'g', keyType: 0 });
    if (found.errorCode === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  for (let version = 0; version <= 6; version++) {
    const old = version < 4;
    const ask = (step: string, keyType: number, ...keys: string[]) =>
      scene.ask(step, 'FindCoordinator', version, {
        ...(old ? { key: keys[0] } : { coordinatorKeys: keys }),
        ...(version >= 1 ? { keyType } : {}),
      });
    await ask('group', 0, 'g');
    await ask('empty group', 0, '');
    if (version >= 1) await ask('type 3', 3, 'g');
    if (version >= 1) await ask('type -1', -1, 'g');
    if (version >= 1) await ask('share group', 2, 'g:AAAAAAAAAAAAAAAAAAAABA:0');
    if (version >= 1) await ask('malformed share group', 2, 'g');
    if (!old) await ask('two', 0, 'g', 'h');
    if (!old) await ask('none', 0);
    if (!old) await ask('twice', 0, 'g', 'g');
  }
};

const apiVersions: Scenario = async (scene) => {
  const served = new Set([
    0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 32, 33, 35, 37, 42,
    44, 47, 60, 74, 75,
  ]);
  const view = (answer: Answer) => ({
    ...answer,
    apiKeys: answer.apiKeys.filter((one: Answer) => served.has(one.apiKey)),
    supportedFeatures: [...(answer.supportedFeatures ?? [])].sort(byName),
    finalizedFeatures: [...(answer.finalizedFeatures ?? [])].sort(byName),
    finalizedFeaturesEpoch: Number(answer.finalizedFeaturesEpoch) > 0,
  });
  const software = { clientSoftwareName: 'fidelity', clientSoftwareVersion: '1.0' };
  for (let version = 0; version <= 4; version++) {
    await scene.ask('plain', 'ApiVersions', version, version >= 3 ? software : {}, { view });
  }
  const names = { 'empty name': ['', '1'], 'bad name': ['a b', '1'], 'bad version': ['a', '-'] };
  for (const [step, [clientSoftwareName, clientSoftwareVersion]] of Object.entries(names)) {
    await scene.ask(
      step,
      'ApiVersions',
      3,
      { clientSoftwareName, clientSoftwareVersion },
      { view },
    );
  }
};

const describeCluster: Scenario = async (scene) => {
  for (const version of [0, 1, 2]) {
    for (const includeClusterAuthorizedOperations of [false, true]) {
      const request = { includeClusterAuthorizedOperations };
      await scene.ask(
        `operations ${includeClusterAuthorizedOperations}`,
        'DescribeCluster',
        version,
        request,
      );
    }
    if (version === 0) continue;
    for (const endpointType of [0, 1, 2, 3]) {
      const request = { includeClusterAuthorizedOperations: false, endpointType };
      await scene.ask(`endpoint ${endpointType}`, 'DescribeCluster', version, request);
    }
  }
  const fenced = { includeClusterAuthorizedOperations: false, includeFencedBrokers: true };
  await scene.ask('fenced', 'DescribeCluster', 2, fenced);
};

const topicPartitions: Scenario = async (scene) => {
  await scene.create('described-a', { partitions: 3 });
  await scene.create('described-b', { partitions: 2 });
  const ask = (step: string, names: readonly string[], more: object = {}) => {
    const request = { topics: names.map((name) => ({ name })), ...more };
    return scene.ask(step, 'DescribeTopicPartitions', 0, request);
  };
  const both = ['described-a', 'described-b'];
  await ask('one', ['described-a']);
  await ask('two, not in order', ['described-b', 'described-a']);
  await ask('twice', ['described-a', 'described-a']);
  await ask('unknown', ['described-none', 'described-a']);
  await ask('unknown between', ['described-a', 'described-aa', 'described-b']);
  await ask('invalid', ['de scribed']);
  await ask('empty name', ['']);
  for (const responsePartitionLimit of [-1, 0, 1, 2, 3, 4, 5, 6]) {
    await ask(`limit ${responsePartitionLimit}`, both, { responsePartitionLimit });
  }
  const cursor = (topicName: string, partitionIndex: number, more = {}) => ({
    cursor: { topicName, partitionIndex },
    ...more,
  });
  await ask('cursor at 1', both, cursor('described-a', 1));
  await ask('cursor at 1, limit 2', both, cursor('described-a', 1, { responsePartitionLimit: 2 }));
  await ask('cursor at the end', both, cursor('described-a', 3));
  await ask('cursor beyond', both, cursor('described-a', 30));
  await ask('cursor in the second', both, cursor('described-b', 0));
  await ask('cursor after all', both, cursor('described-c', 0));
  await ask('cursor at an unknown one', both, cursor('described-aa', 0));
  await ask('negative cursor', both, cursor('described-a', -1));
  await ask('cursor not in the list', ['described-b'], cursor('described-a', 1));
};

const logDirs: Scenario = async (scene) => {
  await scene.create('dirs-a', { partitions: 2 });
  const byTopic = (answer: Answer) => ({
    ...answer,
    results: answer.results.map((dir: Answer) => ({
      ...dir,
      topics: dir.topics
        .map((topic: Answer) => ({
          ...topic,
          partitions: [...topic.partitions].sort(
            (a: Answer, b: Answer) => a.partitionIndex - b.partitionIndex,
          ),
        }))
        .filter((topic: Answer) => topic.name.startsWith('dirs-')),
    })),
  });
  for (let version = 1; version <= 5; version++) {
    const ask = (step: string, topics: object[] | null) =>
      scene.ask(step, 'DescribeLogDirs', version, { topics }, { view: byTopic });
    await ask('one', [{ topic: 'dirs-a', partitions: [0] }]);
    await ask('both', [{ topic: 'dirs-a', partitions: [1, 0] }]);
    await ask('unknown', [{ topic: 'dirs-none', partitions: [0] }]);
    await ask('no such partition', [{ topic: 'dirs-a', partitions: [0, 9] }]);
    await ask('none', []);
    await ask('all', null);
  }
};

export const CLUSTER: Readonly<Record<string, Scenario>> = {
  ...{
    metadata,
    autoCreation,
    coordinators,
    apiVersions,
    describeCluster,
    topicPartitions,
    logDirs,
  },
};
