import type { Answer, Scenario } from '../scene.ts';

const byTopic =
  (list: string) =>
  (answer: Answer): unknown => ({
    ...answer,
    [list]: [...(answer[list] ?? [])].sort((a: Answer, b: Answer) =>
      (a.topic ?? a.name) < (b.topic ?? b.name) ? -1 : 1,
    ),
  });

const elections: Scenario = async (scene) => {
  await scene.create('elections', { partitions: 3 });
  const wanted = (topic: string, ...partitions: number[]) => [{ topic, partitions }];
  for (let version = 0; version <= 2; version++) {
    const ask = (step: string, topicPartitions: Answer, electionType = 0) =>
      scene.ask(
        step,
        'ElectLeaders',
        version,
        { electionType, topicPartitions, timeoutMs: 10_000 },
        { view: byTopic('replicaElectionResults') },
      );
    await ask('preferred', wanted('elections', 0, 2));
    await ask('twice', wanted('elections', 0, 0));
    await ask('unknown partition', wanted('elections', 1, 7));
    await ask('unknown topic', wanted('elections-none', 0));
    await ask('none', []);
    await ask('all', null);
    if (version >= 1) {
      await ask('unclean', wanted('elections', 0), 1);
      await ask('all unclean', null, 1);
      await ask('unknown type', wanted('elections', 0), 7);
    }
  }
};

const reassignments: Scenario = async (scene) => {
  await scene.create('reassignments', { partitions: 2 });
  const partitions = (...list: [number, number[] | null][]) =>
    list.map(([partitionIndex, replicas]) => ({ partitionIndex, replicas }));
  for (let version = 0; version <= 1; version++) {
    const ask = (step: string, topics: Answer, more: object = {}) =>
      scene.ask(
        step,
        'AlterPartitionReassignments',
        version,
        { timeoutMs: 10_000, topics, ...more },
        { view: byTopic('responses') },
      );
    const one = (...list: [number, number[] | null][]) => [
      { name: 'reassignments', partitions: partitions(...list) },
    ];
    await ask('to where it is', one([0, [1]]));
    await ask('unknown broker', one([0, [7]]));
    await ask('one more broker', one([0, [1, 7]]));
    await ask('a broker twice', one([0, [1, 1]]));
    await ask('no broker', one([0, []]));
    await ask('negative broker', one([0, [-1]]));
    await ask('cancel nothing', one([0, null], [1, null]));
    await ask('unknown partition', one([5, [1]], [1, [1]]));
    await ask('unknown topic', [{ name: 'reassignments-none', partitions: partitions([0, [1]]) }]);
    await ask('nothing', []);
    if (version >= 1) {
      await ask('factor kept', one([0, [1]]), { allowReplicationFactorChange: false });
      await ask('factor changed', one([0, [1, 7]]), { allowReplicationFactorChange: false });
    }
  }
  const list = (step: string, topics: Answer) =>
    scene.ask(step, 'ListPartitionReassignments', 0, { timeoutMs: 10_000, topics });
  await list('all', null);
  await list('one', [{ name: 'reassignments', partitionIndexes: [0, 1] }]);
  await list('unknown', [{ name: 'reassignments-none', partitionIndexes: [0] }]);
  await list('nothing', []);
};

const logDirs: Scenario = async (scene) => {
  await scene.create('log-dirs', { partitions: 2 });
  const described: Answer = await scene.quietly('DescribeLogDirs', 1, { topics: [] });
  const path = described.results[0].logDir;
  for (let version = 1; version <= 2; version++) {
    const ask = (step: string, dirs: Answer) =>
      scene.ask(
        step,
        'AlterReplicaLogDirs',
        version,
        { dirs },
        {
          view: (answer) => ({
            ...answer,
            results: answer.results.map((topic: Answer) => ({
              ...topic,
              partitions: [...topic.partitions].sort(
                (a: Answer, b: Answer) => a.partitionIndex - b.partitionIndex,
              ),
            })),
          }),
        },
      );
    const topic = (name: string, ...partitions: number[]) => [{ name, partitions }];
    await ask('where it is', [{ path, topics: topic('log-dirs', 0, 1) }]);
    await ask('nowhere', [{ path: '/no/such/place', topics: topic('log-dirs', 0) }]);
    await ask('relative', [{ path: 'place', topics: topic('log-dirs', 0) }]);
    await ask('unknown topic', [{ path, topics: topic('log-dirs-none', 0) }]);
    await ask('unknown partition', [{ path, topics: topic('log-dirs', 9) }]);
    await ask('unknown topic nowhere', [
      { path: '/no/such/place', topics: topic('log-dirs-none', 0) },
    ]);
    await ask('twice', [
      { path, topics: topic('log-dirs', 0) },
      { path: '/no/such/place', topics: topic('log-dirs', 0) },
    ]);
    await ask('nothing', []);
  }
};

/** Offsets and times differ from run to run, and from broker to broker. */
const quorumView = (answer: Answer): unknown => ({
  ...answer,
  topics: answer.topics.map((topic: Answer) => ({
    ...topic,
    partitions: topic.partitions.map((partition: Answer) => ({
      ...partition,
      leaderEpoch: partition.leaderEpoch > 0,
      highWatermark: partition.highWatermark > 0n,
      currentVoters: partition.currentVoters.map(replicaView),
      observers: partition.observers.map(replicaView),
    })),
  })),
  nodes: answer.nodes?.map((node: Answer) => ({
    nodeId: node.nodeId,
    listeners: node.listeners.length,
  })),
});
const replicaView = (replica: Answer): unknown => ({
  replicaId: replica.replicaId,
  logEndOffset: replica.logEndOffset > 0n,
  lastFetchTimestamp: (replica.lastFetchTimestamp ?? 0n) > 0n,
  lastCaughtUpTimestamp: (replica.lastCaughtUpTimestamp ?? 0n) > 0n,
});

const quorum: Scenario = async (scene) => {
  for (let version = 0; version <= 2; version++) {
    const ask = (step: string, topics: Answer) =>
      scene.ask(step, 'DescribeQuorum', version, { topics }, { view: quorumView });
    const one = (topicName: string, ...indexes: number[]) => [
      { topicName, partitions: indexes.map((partitionIndex) => ({ partitionIndex })) },
    ];
    await ask('metadata', one('__cluster_metadata', 0));
    await ask('another partition', one('__cluster_metadata', 1));
    await ask('two partitions', one('__cluster_metadata', 0, 1));
    await ask('another topic', one('quorum-none', 0));
    await ask('nothing', []);
    await ask('no partition', one('__cluster_metadata'));
  }
};

const features: Scenario = async (scene) => {
  const finalized = (answer: Answer): unknown => ({
    finalizedFeatures: answer.finalizedFeatures
      .filter((feature: Answer) => /^(transaction|group)\.version$/.test(feature.name))
      .sort((a: Answer, b: Answer) => (a.name < b.name ? -1 : 1)),
  });
  /** Kafka's broker hears of a change from its controller, a moment later. */
  const levels = async (transactionVersion: number) => {
    const request = { clientSoftwareName: 'scene', clientSoftwareVersion: '1' };
    for (let left = 100; left > 0; left--) {
      const answer: Answer = await scene.quietly('ApiVersions', 4, request);
      const named = (feature: Answer) => feature.name === 'transaction.version';
      const level = answer.finalizedFeatures.find(named)?.maxVersionLevel ?? 0;
      if (level === transactionVersion) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await scene.ask('levels', 'ApiVersions', 4, request, { view: finalized });
  };
  const update = (
    step: string,
    version: number,
    updates: [string, number, number?][],
    validateOnly = false,
  ) =>
    scene.ask(step, 'UpdateFeatures', version, {
      timeoutMs: 10_000,
      validateOnly,
      featureUpdates: updates.map(([feature, maxVersionLevel, upgradeType = 1]) => ({
        ...{ feature, maxVersionLevel },
        ...(version === 0 ? { allowDowngrade: upgradeType !== 1 } : { upgradeType }),
      })),
    });
  for (let version = 0; version <= 2; version++) {
    await update('the same', version, [['transaction.version', 2]]);
    await update('nothing', version, []);
    await update('unknown feature', version, [['scene.version', 1]]);
    await update('too high', version, [['transaction.version', 9]]);
    await update('negative', version, [['transaction.version', -1]]);
    await update('twice', version, [
      ['transaction.version', 2],
      ['transaction.version', 2],
    ]);
    await update('no such way down', version, [['metadata.version', 1, 2]]);
    await update('quorum', version, [['kraft.version', 9]]);
    await update('lower as an upgrade', version, [['transaction.version', 1]]);
    await update('empty name', version, [['', 1]]);
    await update('one of two bad', version, [
      ['transaction.version', 1, 2],
      ['scene.version', 1],
    ]);
    if (version >= 1) {
      await update('a way unknown', version, [['transaction.version', 1, 9]]);
      await update('validated', version, [['transaction.version', 1, 2]], true);
    }
    await levels(2);
    await update('down', version, [['transaction.version', 1, 2]]);
    await levels(version === 0 ? 2 : 1);
    await update('up', version, [['transaction.version', 2]]);
    await levels(2);
    await update('off', version, [['transaction.version', 0, 2]]);
    await levels(version === 0 ? 2 : 0);
    await update('on', version, [['transaction.version', 2]]);
    await levels(2);
    await update('off, unsafe', version, [['transaction.version', 0, 3]]);
    await update('on again', version, [['transaction.version', 2]]);
  }
};

type Entity = Readonly<Record<string, string | null>>;
const entityOf = (entity: Entity) =>
  Object.entries(entity).map(([entityType, entityName]) => ({ entityType, entityName }));
const sortedEntity = (entity: Answer) =>
  [...entity].sort((a: Answer, b: Answer) => (a.entityType < b.entityType ? -1 : 1));
const quotaView = (answer: Answer): unknown => ({
  ...answer,
  entries: answer.entries
    ?.map((entry: Answer) => ({
      ...entry,
      entity: sortedEntity(entry.entity),
      ...(entry.values && {
        values: [...entry.values].sort((a: Answer, b: Answer) => (a.key < b.key ? -1 : 1)),
      }),
    }))
    .sort((a: Answer, b: Answer) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
});

const quotas: Scenario = async (scene) => {
  for (let version = 0; version <= 1; version++) {
    const alter = (
      step: string,
      entries: [Entity, Readonly<Record<string, number | null>>][],
      validateOnly = false,
    ) =>
      scene.ask(
        step,
        'AlterClientQuotas',
        version,
        {
          validateOnly,
          entries: entries.map(([entity, ops]) => ({
            entity: entityOf(entity),
            ops: Object.entries(ops).map(([key, value]) => ({
              ...{ key, value: value ?? 0, remove: value === null },
            })),
          })),
        },
        { view: quotaView },
      );
    const describe = (step: string, components: [string, number, string?][], strict = false) =>
      scene.ask(
        step,
        'DescribeClientQuotas',
        version,
        {
          strict,
          components: components.map(([entityType, matchType, match = null as never]) => ({
            ...{ entityType, matchType, match },
          })),
        },
        { view: quotaView },
      );
    // Rates that no scenario reaches: the broker's clients go on undisturbed.
    const rates = { producer_byte_rate: 1e12, consumer_byte_rate: 2e12 };
    await describe('none yet', []);
    await alter('a user', [[{ user: 'scene-a' }, rates]]);
    await alter('a client', [[{ 'client-id': 'scene-c' }, { request_percentage: 100_000.5 }]]);
    await alter('both', [
      [{ user: 'scene-a', 'client-id': 'scene-c' }, { controller_mutation_rate: 1e9 }],
    ]);
    await alter('defaults', [
      [{ user: null, 'client-id': null }, { producer_byte_rate: 3e12 }],
      [{ user: 'scene-a', 'client-id': null }, { producer_byte_rate: 4e12 }],
    ]);
    await alter('an address', [[{ ip: '10.1.2.3' }, { connection_creation_rate: 1e6 }]]);
    await describe('all', []);
    await describe('users', [['user', 2]]);
    await describe('users only', [['user', 2]], true);
    await describe('one user', [['user', 0, 'scene-a']]);
    await describe('one user only', [['user', 0, 'scene-a']], true);
    await describe('default user', [['user', 1]]);
    await describe('default client of a user', [
      ['user', 0, 'scene-a'],
      ['client-id', 1],
    ]);
    await describe('addresses', [['ip', 2]]);
    await describe('unknown type', [['planet', 2]]);
    await describe('unknown match', [['user', 5]]);
    await describe('exact without a name', [['user', 0]]);
    await describe('default with a name', [['user', 1, 'scene-a']]);
    await describe('any with a name', [['user', 2, 'scene-a']]);
    await describe('twice', [
      ['user', 2],
      ['user', 0, 'scene-a'],
    ]);
    await describe('address and user', [
      ['user', 2],
      ['ip', 2],
    ]);
    await describe('empty type', [['', 2]]);
    await alter('validated only', [[{ user: 'scene-v' }, rates]], true);
    await describe('not there', [['user', 0, 'scene-v']]);
    await alter('unknown key', [[{ user: 'scene-b' }, { bananas: 1 }]]);
    await alter('key of another', [[{ user: 'scene-b' }, { connection_creation_rate: 1 }]]);
    await alter('key of another, address', [[{ ip: '10.1.2.3' }, rates]]);
    await alter('not an address', [[{ ip: 'not an address' }, { connection_creation_rate: 1 }]]);
    await alter('zero', [[{ user: 'scene-b' }, { producer_byte_rate: 0 }]]);
    await alter('negative', [[{ user: 'scene-b' }, { producer_byte_rate: -1 }]]);
    await alter('a fraction of a byte', [[{ user: 'scene-b' }, { producer_byte_rate: 10.5 }]]);
    await alter('a fraction of a connection', [
      [{ ip: '10.1.2.3' }, { connection_creation_rate: 1.5 }],
    ]);
    await alter('unknown entity', [[{ planet: 'mars' }, rates]]);
    await alter('user and address', [[{ user: 'a', ip: '10.1.2.3' }, rates]]);
    await alter('no entity', [[{}, rates]]);
    await alter('empty name', [[{ user: '' }, rates]]);
    await alter('no operation', [[{ user: 'scene-b' }, {}]]);
    await alter('one of two bad', [
      [{ user: 'scene-d' }, rates],
      [{ user: 'scene-d', planet: 'mars' }, rates],
    ]);
    await alter('one entity twice', [
      [{ user: 'scene-e' }, { producer_byte_rate: 5e12 }],
      [{ user: 'scene-e' }, { producer_byte_rate: 6e12 }],
    ]);
    await alter('removed that is not there', [[{ user: 'scene-z' }, { producer_byte_rate: null }]]);
    await alter('huge', [[{ user: 'scene-f' }, { producer_byte_rate: 1e300 }]]);
    await describe('all that there are', []);
    const gone = { producer_byte_rate: null, consumer_byte_rate: null };
    await alter('removed', [
      [{ user: 'scene-a' }, gone],
      [{ 'client-id': 'scene-c' }, { request_percentage: null }],
      [{ user: 'scene-a', 'client-id': 'scene-c' }, { controller_mutation_rate: null }],
      [{ user: null, 'client-id': null }, gone],
      [{ user: 'scene-a', 'client-id': null }, gone],
      [{ ip: '10.1.2.3' }, { connection_creation_rate: null }],
    ]);
    for (const user of ['b', 'd', 'e', 'f', 'v']) {
      await scene.quietly('AlterClientQuotas', version, {
        validateOnly: false,
        entries: [
          {
            entity: entityOf({ user: `scene-${user}` }),
            ops: Object.keys(gone).map((key) => ({ key, value: 0, remove: true })),
          },
        ],
      });
    }
    await describe('none again', []);
  }
};

const tokens: Scenario = async (scene) => {
  const hmac = new Uint8Array([1, 2, 3]);
  for (let version = 1; version <= 3; version++) {
    await scene.ask('create', 'CreateDelegationToken', version, {
      ...(version >= 3 ? { ownerPrincipalType: null, ownerPrincipalName: null } : {}),
      ...{ renewers: [], maxLifetimeMs: -1n },
    });
    await scene.ask('describe', 'DescribeDelegationToken', version, { owners: null });
    if (version > 2) continue;
    await scene.ask('renew', 'RenewDelegationToken', version, { hmac, renewPeriodMs: 1000n });
    await scene.ask('expire', 'ExpireDelegationToken', version, {
      ...{ hmac, expiryTimePeriodMs: -1n },
    });
  }
};

export const ADMINISTRATION: Readonly<Record<string, Scenario>> = {
  ...{ elections, reassignments, logDirs, quorum, features, quotas, tokens },
};
