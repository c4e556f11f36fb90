import type { Answer, Scenario } from '../scene.ts';

const byName = (a: Answer, b: Answer) => (a.name < b.name ? -1 : 1);

function topic(name: string, more: object = {}): object {
  return { name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [], ...more };
}

/** Kafka answers topics, and the configs of each, in the order of hash tables; brokers' defaults are compared elsewhere. */
const view = (answer: Answer) => ({
  ...answer,
  topics: answer.topics
    .map((one: Answer) => ({
      ...one,
      topicId: one.topicId === 'AAAAAAAAAAAAAAAAAAAAAA' ? 'none' : 'an id',
      configs:
        one.configs?.filter((config: Answer) => config.configSource === 1).sort(byName) ?? null,
    }))
    .sort(byName),
});

const create: Scenario = async (scene) => {
  await scene.create('create-there');
  for (let version = 2; version <= 7; version++) {
    const ask = (step: string, topics: object[], more: object = {}) =>
      scene.ask(step, 'CreateTopics', version, { topics, timeoutMs: 10_000, ...more }, { view });
    const name = (what: string) => `create-${what}-${version}`;
    const one = (what: string, more: object = {}) => ask(what, [topic(name(what), more)]);
    const assigned = (...brokers: [number, number[]][]) => ({
      ...{ numPartitions: -1, replicationFactor: -1 },
      assignments: brokers.map(([partitionIndex, brokerIds]) => ({ partitionIndex, brokerIds })),
    });
    const config = (key: string, value: string | null) => ({ configs: [{ name: key, value }] });
    await one('plain');
    await ask('only validated', [topic(name('validated'))], { validateOnly: true });
    await ask('existing', [topic('create-there')]);
    await ask('existing, only validated', [topic('create-there')], { validateOnly: true });
    await ask('duplicate', [topic(name('twice')), topic(name('twice')), topic(name('other'))]);
    await ask('nothing', []);
    for (const bad of ['', '.', '..', 'a b', 'x'.repeat(250), 'ä'])
      await ask(`name ${bad.slice(0, 9)}`, [topic(bad)]);
    await ask('clashing name', [topic('create.there')]);
    await one('longest', { numPartitions: 2, ...config('retention.ms', '1000') });
    await one('zero', { numPartitions: 0 });
    await one('minus1', { numPartitions: -1, replicationFactor: -1 });
    await one('minus2', { numPartitions: -2 });
    await one('factor0', { replicationFactor: 0 });
    await one('factor2', { replicationFactor: 2 });
    await one('factor-2', { replicationFactor: -2 });
    await one('assigned', assigned([0, [1]], [1, [1]]));
    await one('assigned-count', { ...assigned([0, [1]]), numPartitions: 1 });
    await one('assigned-factor', { ...assigned([0, [1]]), replicationFactor: 1 });
    await one('assigned-unknown', assigned([0, [77]]));
    await one('assigned-twice', assigned([0, [1, 1]]));
    await one('assigned-gap', assigned([0, [1]], [2, [1]]));
    await one('assigned-same', assigned([0, [1]], [0, [1]]));
    await one('assigned-empty', assigned([0, []]));
    await one('assigned-negative', assigned([-1, [1]]));
    await one('assigned-from-1', assigned([1, [1]]));
    await one('config', config('cleanup.policy', 'compact'));
    await one('config-list', config('cleanup.policy', 'compact,delete'));
    await one('config-unknown', config('no.such.key', '1'));
    await one('config-value', config('retention.ms', 'soon'));
    await one('config-range', config('segment.bytes', '1'));
    await one('config-null', config('retention.ms', null));
    await one('config-enum', config('cleanup.policy', 'keep'));
    await one('config-bool', config('unclean.leader.election.enable', 'maybe'));
    await one('config-empty', config('cleanup.policy', ''));
    const twice = [
      { name: 'retention.ms', value: '1000' },
      { name: 'retention.ms', value: '2000' },
    ];
    await one('config-twice', { configs: twice });
    await ask('one good, one bad', [topic(name('good')), topic(name('bad'), { numPartitions: 0 })]);
    await ask('internal', [topic('__cluster_metadata')]);
  }
};

const remove: Scenario = async (scene) => {
  for (let version = 1; version <= 6; version++) {
    const id = await scene.create(`delete-a-${version}`);
    await scene.create(`delete-b-${version}`);
    const sorted = (answer: Answer) => ({
      ...answer,
      responses: [...answer.responses].sort((a: Answer, b: Answer) =>
        `${a.name}` < `${b.name}` ? -1 : 1,
      ),
    });
    const ask = (step: string, names: (string | null)[], ids: string[] = []) =>
      scene.ask(
        ...([step, 'DeleteTopics', version] as const),
        version < 6
          ? { topicNames: names, timeoutMs: 10_000 }
          : {
              topics: [
                ...names.map((name) => ({ name })),
                ...ids.map((topicId) => ({ name: null, topicId })),
              ],
              timeoutMs: 10_000,
            },
        { view: sorted },
      );
    await ask('unknown', ['delete-none']);
    await ask('empty name', ['']);
    await ask('invalid name', ['a b']);
    await ask('nothing', []);
    await ask('twice', [`delete-b-${version}`, `delete-b-${version}`]);
    await ask('after twice', [`delete-b-${version}`, 'delete-none']);
    if (version === 6) {
      await ask('unknown id', [], ['AAAAAAAAAAAAAAAAAAAABA']);
      await ask('id twice', [], [id, id]);
      await ask('neither', [null]);
      await ask('name and id', [`delete-a-${version}`], [id]);
      await scene.ask('both in one', 'DeleteTopics', version, {
        topics: [{ name: `delete-a-${version}`, topicId: id }],
        timeoutMs: 1000,
      });
      await ask('by id', [], [id]);
    } else await ask('known', [`delete-a-${version}`]);
    await ask('gone', [`delete-a-${version}`]);
  }
};

const partitions: Scenario = async (scene) => {
  for (let version = 0; version <= 3; version++) {
    const name = `partitions-${version}`;
    await scene.create(name, { partitions: 2 });
    const results = (answer: Answer) => ({ ...answer, results: [...answer.results].sort(byName) });
    const ask = (step: string, topics: object[], validateOnly = false) =>
      scene.ask(
        step,
        'CreatePartitions',
        version,
        { topics, timeoutMs: 10_000, validateOnly },
        { view: results },
      );
    const one = (
      step: string,
      count: number,
      assigned: number[][] | null = null,
      validateOnly = false,
    ) => {
      const assignments = assigned?.map((brokerIds) => ({ brokerIds })) ?? null;
      return ask(step, [{ name, count, assignments }], validateOnly);
    };
    await one('validated', 3, null, true);
    await one('fewer', 1);
    await one('same', 2);
    await one('zero', 0);
    await one('negative', -1);
    await one('more', 3);
    await one('assigned', 4, [[1]]);
    await one('too few assignments', 6, [[1]]);
    await one('too many assignments', 5, [[1], [1]]);
    await one('unknown broker', 5, [[77]]);
    await one('other factor', 5, [[1, 77]]);
    await one('no replicas', 5, [[]]);
    await one('twice in one', 5, [[1, 1]]);
    await one('assigned, same count', 4, [[1]]);
    await one('no assignments', 5, []);
    await ask('unknown', [{ name: 'partitions-none', count: 3, assignments: null }]);
    await ask('empty name', [{ name: '', count: 3, assignments: null }]);
    await ask('duplicate', [
      { name, count: 6, assignments: null },
      { name, count: 7, assignments: null },
    ]);
    await ask('nothing', []);
    await scene.ask(
      'then',
      'Metadata',
      5,
      { topics: [{ name }], allowAutoTopicCreation: false },
      {
        view: (answer) => answer.topics[0].partitions.length,
      },
    );
  }
};

export const TOPICS: Readonly<Record<string, Scenario>> = { create, remove, partitions };
