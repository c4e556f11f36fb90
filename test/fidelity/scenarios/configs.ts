import type { Answer, Scenario, Scene } from '../scene.ts';

const [TOPIC, BROKER] = [2, 4];
/** By name, as the order is that of a hash table. A second one of a name is not lost. */
function keyed(configs: readonly Answer[]): Answer {
  const byName: Record<string, Answer> = {};
  for (const { name, ...config } of configs) {
    byName[name in byName ? `${name} again` : name] = config;
  }
  return byName;
}

const view = (answer: Answer) => ({
  ...answer,
  results: answer.results.map((one: Answer) => ({ ...one, configs: keyed(one.configs) })),
});

function describing(
  resourceType: number,
  resourceName: string,
  keys: readonly string[] | null,
  more = {},
): object {
  return {
    resources: [{ resourceType, resourceName, configurationKeys: keys }],
    ...{ includeSynonyms: true, ...more },
  };
}

const describeTopic: Scenario = async (scene) => {
  await scene.create('configs-a', {
    configs: { 'cleanup.policy': 'compact', 'max.message.bytes': '2000' },
  });
  for (let version = 1; version <= 4; version++) {
    const ask = (step: string, request: object) =>
      scene.ask(step, 'DescribeConfigs', version, request, { view });
    await ask('all', describing(TOPIC, 'configs-a', null));
    await ask(
      'all without synonyms',
      describing(TOPIC, 'configs-a', null, { includeSynonyms: false }),
    );
    const keys = ['cleanup.policy', 'retention.ms', 'no.such.key'];
    await ask('some', describing(TOPIC, 'configs-a', keys));
    await ask('no keys', describing(TOPIC, 'configs-a', []));
    await ask('twice a key', describing(TOPIC, 'configs-a', ['retention.ms', 'retention.ms']));
    await ask('unknown', describing(TOPIC, 'configs-none', null));
    await ask('invalid name', describing(TOPIC, 'a b', null));
    await ask('empty name', describing(TOPIC, '', null));
    for (const type of [0, 1, 3, 5, 8, 16, 32, 64])
      await ask(`type ${type}`, describing(type, 'x', ['x']));
    await ask('nothing', { resources: [], includeSynonyms: false });
    const { resources } = describing(TOPIC, 'configs-a', ['retention.ms']) as Answer;
    await ask('twice', { resources: [...resources, ...resources], includeSynonyms: false });
    if (version < 3) continue;
    const documented = { includeDocumentation: true, includeSynonyms: false };
    await ask('documented', describing(TOPIC, 'configs-a', keys, documented));
  }
};

const describeBroker: Scenario = async (scene) => {
  const keys = [
    'log.retention.hours',
    'log.retention.ms',
    'message.max.bytes',
    'num.partitions',
    'node.id',
  ]
    .concat(['auto.create.topics.enable', 'log.cleanup.policy', 'no.such.key', 'compression.type'])
    .concat(['group.max.size', 'offsets.retention.minutes', 'log.segment.bytes', 'num.io.threads']);
  for (const version of [1, 4]) {
    const ask = (step: string, request: object) =>
      scene.ask(step, 'DescribeConfigs', version, request, { view });
    await ask('some of the broker', describing(BROKER, '1', keys));
    await ask('some of the default', describing(BROKER, '', keys));
    await ask('all of the default', describing(BROKER, '', null));
    await ask('another broker', describing(BROKER, '77', keys));
    await ask('not a number', describing(BROKER, 'one', keys));
    await ask('negative', describing(BROKER, '-1', keys));
  }
};

interface Change {
  readonly key: string;
  readonly op?: number;
  readonly value?: string | null;
}

function changing(scene: Scene, type: number, name: string, version: number) {
  const request = (changes: readonly Change[], more: object) => ({
    resources: [
      {
        ...{ resourceType: type, resourceName: name },
        configs: changes.map(({ key, op = 0, value = null }) => ({
          name: key,
          configOperation: op,
          value,
        })),
      },
    ],
    ...{ validateOnly: false, ...more },
  });
  return (step: string, changes: readonly Change[], more: object = {}) =>
    scene.ask(step, 'IncrementalAlterConfigs', version, request(changes, more));
}

/** Kafka's brokers follow their controller some time later. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 150));

const dynamic = (answer: Answer) =>
  answer.results.map((one: Answer) => ({
    ...one,
    configs: keyed(
      one.configs
        .filter((config: Answer) => config.configSource < 4)
        .map(({ name, value, configSource, synonyms }: Answer) => ({
          name,
          value,
          configSource,
          synonyms,
        })),
    ),
  }));

const incremental: Scenario = async (scene) => {
  for (const version of [0, 1]) {
    const name = `configs-incremental-${version}`;
    await scene.create(name, { configs: { 'segment.ms': '50000' } });
    const change = changing(scene, TOPIC, name, version);
    const then = async () => {
      await settled();
      await scene.ask('then', 'DescribeConfigs', 4, describing(TOPIC, name, null), {
        view: dynamic,
      });
    };
    await change('set', [{ key: 'retention.ms', value: '5000' }]);
    await change('validated', [{ key: 'retention.bytes', value: '5000' }], { validateOnly: true });
    await then();
    await change('deletes', [{ key: 'retention.ms', op: 1 }]);
    await change('deletes what is not set', [{ key: 'retention.ms', op: 1 }]);
    await change('deletes with a value', [{ key: 'segment.ms', op: 1, value: '5' }]);
    await then();
    await change('appends', [{ key: 'cleanup.policy', op: 2, value: 'compact' }]);
    await then();
    await change('appends again', [{ key: 'cleanup.policy', op: 2, value: 'compact' }]);
    await change('subtracts', [{ key: 'cleanup.policy', op: 3, value: 'delete' }]);
    await then();
    await change('subtracts what is not there', [
      { key: 'cleanup.policy', op: 3, value: 'delete' },
    ]);
    await change('subtracts the last', [{ key: 'cleanup.policy', op: 3, value: 'compact' }]);
    await then();
    await change('appends an unknown item', [{ key: 'cleanup.policy', op: 2, value: 'keep' }]);
    await change('appends to no list', [{ key: 'retention.ms', op: 2, value: '5' }]);
    await change('subtracts from no list', [{ key: 'retention.ms', op: 3, value: '5' }]);
    await change('unknown operation', [{ key: 'retention.ms', op: 7, value: '5' }]);
    await change('unknown key', [{ key: 'no.such.key', value: '5' }]);
    await change('deletes an unknown key', [{ key: 'no.such.key', op: 1 }]);
    await change('empty key', [{ key: '', value: '5' }]);
    await change('bad value', [{ key: 'retention.ms', value: 'x' }]);
    await change('out of range', [{ key: 'segment.bytes', value: '-5' }]);
    await change('null value', [{ key: 'retention.ms' }]);
    await change('spaces', [{ key: 'retention.ms', value: ' 7000 ' }]);
    await change('key twice', [
      { key: 'retention.ms', value: '1' },
      { key: 'retention.ms', value: '2' },
    ]);
    await change('one good, one bad', [
      { key: 'retention.ms', value: '1' },
      { key: 'no.such.key', value: '2' },
    ]);
    await change('no changes', []);
    await change('list with an empty item', [{ key: 'cleanup.policy', value: 'compact,,delete' }]);
    await change('list twice', [{ key: 'cleanup.policy', value: 'compact,compact' }]);
    await then();
    const resource = { resourceType: TOPIC, resourceName: name, configs: [] };
    await scene.ask('resource twice', 'IncrementalAlterConfigs', version, {
      resources: [resource, resource],
      validateOnly: false,
    });
    await scene.ask('nothing', 'IncrementalAlterConfigs', version, {
      resources: [],
      validateOnly: false,
    });
    for (const [type, topic] of [
      [TOPIC, 'configs-none'],
      [TOPIC, ''],
      [TOPIC, 'a b'],
      [0, 'x'],
      [3, 'x'],
      [64, 'x'],
    ] as const) {
      await changing(
        scene,
        type,
        topic,
        version,
      )(`resource ${type} ${topic}`, [{ key: 'retention.ms', value: '1' }]);
    }
  }
};

const whole: Scenario = async (scene) => {
  for (const version of [0, 1, 2]) {
    const name = `configs-whole-${version}`;
    await scene.create(name, { configs: { 'segment.ms': '50000' } });
    const alter = (step: string, configs: Record<string, string | null>, more: object = {}) => {
      const { resourceType = TOPIC, resourceName = name, validateOnly = false } = more as Answer;
      const list = Object.entries(configs).map(([key, value]) => ({ name: key, value }));
      const request = { resources: [{ resourceType, resourceName, configs: list }], validateOnly };
      return scene.ask(step, 'AlterConfigs', version, request);
    };
    const then = async () => {
      await settled();
      await scene.ask('then', 'DescribeConfigs', 4, describing(TOPIC, name, null), {
        view: dynamic,
      });
    };
    await alter('replaces', { 'retention.ms': '9000' });
    await then();
    await alter('validated', {}, { validateOnly: true });
    await alter('null', { 'retention.ms': null });
    await alter('unknown key', { 'no.such.key': '1' });
    await alter('bad value', { 'retention.ms': 'x' });
    await alter('unknown topic', { 'retention.ms': '1' }, { resourceName: 'configs-none' });
    await alter('empty name', { 'retention.ms': '1' }, { resourceName: '' });
    await alter('type 0', { 'retention.ms': '1' }, { resourceType: 0 });
    await then();
    await alter('clears', {});
    await then();
  }
};

const brokers: Scenario = async (scene) => {
  for (const broker of ['1', '']) {
    const change = changing(scene, BROKER, broker, 1);
    const keys = [
      'log.retention.ms',
      'message.max.bytes',
      'log.cleanup.policy',
      'num.io.threads',
      'num.partitions',
    ];
    const then = async () => {
      await settled();
      await scene.ask(
        `then of '${broker}'`,
        'DescribeConfigs',
        4,
        describing(BROKER, broker, keys),
        { view: dynamic },
      );
    };
    await change('set', [{ key: 'message.max.bytes', value: '2000000' }]);
    await change('list', [{ key: 'log.cleanup.policy', op: 2, value: 'compact' }]);
    await then();
    await change('read only', [{ key: 'node.id', value: '5' }]);
    await change('read only too', [{ key: 'auto.create.topics.enable', value: 'false' }]);
    await change('log dirs', [{ key: 'log.dirs', value: '/x' }]);
    await change('unknown', [{ key: 'no.such.key', value: '5' }]);
    await change('bad value', [{ key: 'message.max.bytes', value: 'x' }]);
    await change('deletes what is not set', [{ key: 'log.retention.ms', op: 1 }]);
    await change('deletes', [
      { key: 'message.max.bytes', op: 1 },
      { key: 'log.cleanup.policy', op: 1 },
    ]);
    await then();
  }
  for (const broker of ['77', 'one', '-1']) {
    await changing(
      scene,
      BROKER,
      broker,
      1,
    )(`broker ${broker}`, [{ key: 'message.max.bytes', value: '2000000' }]);
  }
};

const resources: Scenario = async (scene) => {
  await scene.create('configs-listed');
  const mine = (answer: Answer) => ({
    ...answer,
    configResources: answer.configResources
      .filter((one: Answer) => one.resourceType !== TOPIC || one.resourceName === 'configs-listed')
      .sort(
        (a: Answer, b: Answer) =>
          a.resourceType - b.resourceType || (a.resourceName < b.resourceName ? -1 : 1),
      ),
  });
  await scene.ask('version 0', 'ListConfigResources', 0, {}, { view: mine });
  for (const resourceTypes of [
    [],
    [2],
    [4],
    [8],
    [16],
    [32],
    [2, 4],
    [2, 2],
    [0],
    [3],
    [64],
    [1],
  ]) {
    await scene.ask(
      `types ${resourceTypes}`,
      'ListConfigResources',
      1,
      { resourceTypes },
      { view: mine },
    );
  }
};

export const CONFIGS: Readonly<Record<string, Scenario>> = {
  ...{ describeTopic, describeBroker, incremental, whole, brokers, resources },
};
