import type { Answer, Scenario, Scene } from '../scene.ts';
import { TransactionalClient } from '../transactional-client.ts';
import { partitionOf, stored } from './streams-records.ts';

const GROUP_RESOURCE = 32;
const GROUP_ID_NOT_FOUND = 69;
const PORT = 8_080;

const tasks = (active: object[] = [], standby: object[] = [], warmup: object[] = []) => ({
  ...{ activeTasks: active, standbyTasks: standby, warmupTasks: warmup },
});
const task = (subtopologyId: string, ...partitions: number[]) => ({ subtopologyId, partitions });

const subtopology = (subtopologyId: string, change: object = {}) => ({
  subtopologyId,
  ...{ sourceTopics: [], sourceTopicRegex: [], stateChangelogTopics: [] },
  ...{ repartitionSinkTopics: [], repartitionSourceTopics: [], copartitionGroups: [] },
  ...change,
});

const internal = (name: string, change: object = {}) => ({
  ...{ name, partitions: 0, replicationFactor: 0, topicConfigs: [] },
  ...change,
});

const copartitioned = (sourceTopics: number[], repartitionSourceTopics: number[] = []) => ({
  ...{ sourceTopics, sourceTopicRegex: [], repartitionSourceTopics },
});

const reading = (topics: readonly string[], epoch = 0) => ({
  epoch,
  subtopologies: [subtopology('0', { sourceTopics: topics })],
});

const beat = (groupId: string, memberId: string, memberEpoch: number, change: object = {}) => ({
  ...{ groupId, memberId, memberEpoch, endpointInformationEpoch: 0 },
  ...change,
});

/** What a client sends to join. */
const joining = (topology: object, change: object = {}) => ({
  ...{ rebalanceTimeoutMs: 600_000, topology, processId: 'p1', ...tasks() },
  ...change,
});

/** Settings of a group from now on; without others each heartbeat may rebalance, and at once. Sessions last as long as can be. */
async function configured(scene: Scene, group: string, configs: Readonly<Record<string, string>>) {
  const changes = Object.entries({
    'streams.assignment.interval.ms': '0',
    'streams.initial.rebalance.delay.ms': '0',
    'streams.session.timeout.ms': '60000',
    ...configs,
  });
  await scene.quietly('IncrementalAlterConfigs', 1, {
    resources: [
      {
        ...{ resourceType: GROUP_RESOURCE, resourceName: group },
        configs: changes.map(([name, value]) => ({ name, configOperation: 0, value })),
      },
    ],
    validateOnly: false,
  });
}

/** Waits for the coordinator of the groups, whose topic the first search creates. */
async function coordinated(scene: Scene, ...groups: readonly string[]): Promise<void> {
  for (let left = 200; left > 0; left--) {
    await scene.quietly('FindCoordinator', 4, { keyType: 0, coordinatorKeys: groups });
    const answers = groups.map((groupId) =>
      scene.quietly('StreamsGroupHeartbeat', 1, beat(groupId, 'm', 3), groupId),
    );
    const codes = (await Promise.all(answers)).map(({ errorCode }) => errorCode);
    if (codes.every((code) => code === GROUP_ID_NOT_FOUND)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('no coordinator of groups');
}

/**
 * Waits until the coordinator of the group knows the topics: Kafka tells each partition of its log by itself. Another group
 * of the same coordinator asks.
 */
async function seen(scene: Scene, group: string, ...topics: readonly string[]): Promise<void> {
  let probe = group;
  for (let i = 0; probe === group || partitionOf(probe) !== partitionOf(group); i++) {
    probe = `${group}-probe-${i}`;
  }
  const join = beat(probe, 'm', 0, joining(reading(topics)));
  const missing = 1;
  await until(
    scene,
    join,
    ({ status }) => !status.some(({ statusCode }: Answer) => statusCode === missing),
  );
  await scene.quietly('StreamsGroupHeartbeat', 1, beat(probe, 'm', -1));
}

type Beat = (step: string, request: object, view?: (answer: Answer) => unknown) => Promise<Answer>;

function heartbeats(scene: Scene, version = 1): Beat {
  return (step, request, view) =>
    scene.ask(step, 'StreamsGroupHeartbeat', version, request, view === undefined ? {} : { view });
}

function describing(scene: Scene, ...groupIds: readonly string[]) {
  return (step: string, version = 1, change: object = {}) =>
    scene.ask(
      step,
      'StreamsGroupDescribe',
      version,
      { groupIds, includeAuthorizedOperations: false, ...change },
      { view: withSortedMembers },
    );
}

function withSortedMembers(answer: Answer): Answer {
  const by = (name: string) => (a: Answer, b: Answer) => (a[name] < b[name] ? -1 : 1);
  const groups = answer.groups.map((group: Answer) => ({
    ...group,
    members: group.members.sort(by('memberId')),
  }));
  return { ...answer, groups: groups.sort(by('groupId')) };
}

function withoutEpochs(answer: Answer): Answer {
  return {
    ...answer,
    groups: answer.groups.map(({ groupEpoch, assignmentEpoch, members, ...group }: Answer) => ({
      ...group,
      isAssigned: groupEpoch === assignmentEpoch,
      members: members.map(({ memberEpoch: _, ...member }: Answer) => member),
    })),
  };
}

/** What only a few words of can be told: why a topic could not be created. */
function withoutReason({ status, ...answer }: Answer): Answer {
  const detail = (text: string) => text.replace(/ \([^)]*\)/g, ' (<reason>)');
  return {
    ...answer,
    status: status?.map((each: Answer) => ({ ...each, statusDetail: detail(each.statusDetail) })),
  };
}

/** Beats until the answer is as wanted. */
async function until(
  scene: Scene,
  request: object,
  isWanted: (answer: Answer) => boolean,
): Promise<Answer> {
  for (let left = 200; left > 0; left--) {
    const answer: Answer = await scene.quietly('StreamsGroupHeartbeat', 1, request);
    if (isWanted(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the answer does not come');
}

/** Beats on, whatever epochs that brings, until nothing is missing. */
async function untilReady(scene: Scene, groupId: string, memberId: string): Promise<void> {
  let memberEpoch = 2;
  for (let left = 200; left > 0; left--) {
    const request = beat(groupId, memberId, memberEpoch, tasks());
    const answer: Answer = await scene.quietly('StreamsGroupHeartbeat', 1, request);
    if (answer.errorCode === 0) ({ memberEpoch } = answer);
    if (answer.status.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the topics of ${groupId} do not come`);
}

const requests: Scenario = async (scene) => {
  const group = 'streams-none';
  await coordinated(scene, group);
  await scene.create('streams-requests', { partitions: 2 });
  await seen(scene, group, 'streams-requests');
  for (const version of [0, 1]) {
    const ask = heartbeats(scene, version);
    const topology = reading(['streams-requests']);
    const join = (change: object, groupId = group, memberId = 'm') =>
      beat(groupId, memberId, 0, joining(topology, change));
    await ask('no group', join({}, ''));
    await ask('no member', join({}, group, ''));
    await ask('empty instance', join({ instanceId: '' }));
    await ask('empty rack', join({ rackId: '' }));
    await ask('no timeout', join({ rebalanceTimeoutMs: -1 }));
    await ask('no topology', join({ topology: null }));
    await ask('joins with active tasks', join(tasks([task('0', 0)])));
    await ask('joins with standby tasks', join(tasks([], [task('0', 0)])));
    await ask('joins with warm-up tasks', join(tasks([], [], [task('0', 0)])));
    await ask('joins with some tasks only', join({ standbyTasks: null }));
    await ask('epoch below', beat(group, 'm', -3));
    await ask('away without instance', beat(group, 'm', -2));
    await ask('topology later', beat(group, 'm', 3, { topology }));
    await ask('some tasks only', beat(group, 'm', 3, { activeTasks: [] }));
    await ask('unknown group', beat(group, 'm', 3));
    await ask('leaves an unknown group', beat(group, 'm', -1));
    await ask('leaves an unknown group for a while', beat(group, 'm', -2, { instanceId: 'i' }));
    const of = (change: object) => ({ epoch: 0, subtopologies: [subtopology('0', change)] });
    const topics = { sourceTopics: ['streams-requests'] };
    await ask('regular expressions', join({ topology: of({ sourceTopicRegex: ['a.*'] }) }));
    await ask(
      'partitions of a changelog',
      join({
        topology: of({ ...topics, stateChangelogTopics: [internal('c', { partitions: 3 })] }),
      }),
    );
    await ask('internal source', join({ topology: reading(['__consumer_offsets']) }));
    await ask('invalid source', join({ topology: reading(['a b']) }));
    await ask('invalid sink', join({ topology: of({ ...topics, repartitionSinkTopics: ['..'] }) }));
    await ask(
      'internal changelog',
      join({
        topology: of({ ...topics, stateChangelogTopics: [internal('__transaction_state')] }),
      }),
    );
    await ask('topology epoch below', join({ topology: { ...topology, epoch: -1 } }));
    await ask(
      'subtopology twice',
      join({ topology: { epoch: 0, subtopologies: [subtopology('0'), subtopology('0')] } }),
    );
    await ask('no such copartitioned', {
      ...join({ topology: of({ ...topics, copartitionGroups: [copartitioned([4])] }) }),
    });
    const twice = { key: 'k', value: 'v' };
    await ask('client tag twice', join({ clientTags: [twice, twice] }));
    await ask('nothing read', join({ topology: of({}) }));
    await ask('repartition topic nobody writes', {
      ...join({ topology: of({ ...topics, repartitionSourceTopics: [internal('streams-r')] }) }),
    });
    const offset = { subtopologyId: '0', partition: 0, offset: 1n };
    await ask('task offset twice', join({ taskOffsets: [offset, offset] }));
  }
  const describe = describing(scene, group, '');
  for (const version of [0, 1]) await describe('nothing', version);
  const empty = { subtopologies: [], globalStores: [] };
  const update = { groupId: group, memberId: 'm', topologyEpoch: 0, topologyDescription: empty };
  await scene.ask('no plug-in', 'StreamsGroupTopologyDescriptionUpdate', 0, update);
  const invalid = { ...update, groupId: '', memberId: '' };
  await scene.ask('invalid as well', 'StreamsGroupTopologyDescriptionUpdate', 0, invalid);
};

const oneMember: Scenario = async (scene) => {
  const group = 'streams-one';
  await coordinated(scene, group);
  await configured(scene, group, {});
  await scene.create('streams-one-in', { partitions: 3 });
  await seen(scene, group, 'streams-one-in');
  const ask = heartbeats(scene);
  const join = beat(group, 'm1', 0, joining(reading(['streams-one-in'])));
  await ask('joins', join);
  const describe = describing(scene, group);
  for (const version of [0, 1]) await describe('of one', version);
  await describe('with more', 1, {
    ...{ includeAuthorizedOperations: true, includeTopologyDescription: true },
  });
  const own = tasks([task('0', 0, 1, 2)]);
  await ask('owns them', beat(group, 'm1', 2, own));
  await ask('nothing new', beat(group, 'm1', 2));
  await ask(
    'the epoch before, owning them',
    beat(group, 'm1', 0, joining(reading(['streams-one-in']))),
  );
  await ask('an epoch behind', beat(group, 'm1', 1, own));
  await ask('an epoch to come', beat(group, 'm1', 3, own));
  await ask('unknown member', beat(group, 'm9', 2));
  await ask('unknown member leaves', beat(group, 'm9', -1));
  await ask('unknown instance', beat(group, 'm1', 2, { instanceId: 'i' }));
  await ask('unknown instance leaves', beat(group, 'm1', -1, { instanceId: 'i' }));
  await ask('no such subtopology', beat(group, 'm1', 2, tasks([task('7', 0)])));
  await ask('no such task', beat(group, 'm1', 2, tasks([task('0', 3)])));
  await ask('task below', beat(group, 'm1', 2, tasks([], [task('0', -1)])));
  await ask('no such warm-up', beat(group, 'm1', 2, tasks([], [], [task('0', 9)])));
  await ask('in version 0', join);
  await heartbeats(scene, 0)('version 0', beat(group, 'm1', 2, own));
  const offsets = (offset: bigint) => [{ subtopologyId: '0', partition: 1, offset }];
  const told = { taskOffsets: offsets(5n), taskEndOffsets: offsets(9n) };
  await ask('tells offsets', beat(group, 'm1', 2, told));
  await ask('another rack', beat(group, 'm1', 2, { rackId: 'r', ...own }));
  await ask('another timeout', beat(group, 'm1', 3, { rebalanceTimeoutMs: 5_000, ...own }));
  const tags = { clientTags: [{ key: 'zone', value: 'z' }] };
  await ask('other tags', beat(group, 'm1', 4, { ...tags, ...own }));
  await ask('another process', beat(group, 'm1', 5, { processId: 'p2', ...own }));
  await describe('changed');
  await asOthersSeeIt(scene, group, 'streams-one-in', 6);
  await ask('wants a shutdown', beat(group, 'm1', 6, { shutdownApplication: true, ...own }));
  await ask('after that', beat(group, 'm1', 6, own));
  await ask('leaves', beat(group, 'm1', -1));
  await ask('left', beat(group, 'm1', 6));
  await describe('empty');
  await ask('joins again', join);
  await ask('leaves again', beat(group, 'm1', -1));
  await scene.ask('empty', 'OffsetDelete', 0, {
    groupId: group,
    topics: [{ name: 'streams-one-in', partitions: [{ partitionIndex: 0 }] }],
  });
  await scene.ask('empty', 'DeleteGroups', 2, { groupsNames: [group] });
  await describe('deleted');
  await stored(scene, 'its life', group);
};

/** What requests that are not of streams groups alone say of one. */
async function asOthersSeeIt(
  scene: Scene,
  groupId: string,
  topic: string,
  epoch: number,
): Promise<void> {
  const ofThis = (answer: Answer): Answer => ({
    ...answer,
    groups: answer.groups.filter((each: Answer) => each.groupId === groupId),
  });
  for (const version of [4, 5]) {
    const request = { statesFilter: [], typesFilter: version > 4 ? ['streams'] : [] };
    await scene.ask('listed', 'ListGroups', version, request, { view: ofThis });
  }
  const empty = { statesFilter: ['Empty'], typesFilter: ['streams'] };
  await scene.ask('in a state', 'ListGroups', 5, empty, { view: ofThis });
  const groups = { groups: [groupId], includeAuthorizedOperations: false };
  for (const version of [5, 6]) await scene.ask('as classic', 'DescribeGroups', version, groups);
  await scene.ask('as consumer', 'ConsumerGroupDescribe', 1, {
    ...{ groupIds: [groupId], includeAuthorizedOperations: false },
  });
  const join = {
    ...{ groupId, memberId: '', protocolType: 'consumer' },
    ...{ sessionTimeoutMs: 600_000, rebalanceTimeoutMs: 600_000 },
    protocols: [{ name: 'range', metadata: new Uint8Array(0) }],
  };
  await scene.ask('as classic', 'JoinGroup', 9, join, {
    view: ({ memberId: _, ...answer }: Answer) => answer,
  });
  const commit = (memberId: string, memberEpoch: number) => ({
    ...{ groupId, memberId, generationIdOrMemberEpoch: memberEpoch },
    topics: [
      {
        name: topic,
        partitions: [{ partitionIndex: 0, committedOffset: 1n, committedMetadata: '' }],
      },
    ],
  });
  for (const version of [8, 9]) {
    await scene.ask('nobody', 'OffsetCommit', version, commit('', -1));
    await scene.ask('unknown member', 'OffsetCommit', version, commit('m9', epoch));
    await scene.ask('its epoch', 'OffsetCommit', version, commit('m1', epoch));
    await scene.ask('since it was assigned', 'OffsetCommit', version, commit('m1', epoch - 1));
    await scene.ask('before it was assigned', 'OffsetCommit', version, commit('m1', 1));
    await scene.ask('to come', 'OffsetCommit', version, commit('m1', epoch + 1));
  }
  const fetch = (memberId: string | null, memberEpoch: number) => ({
    groups: [{ groupId, memberId, memberEpoch, topics: null }],
    requireStable: false,
  });
  await scene.ask('anybody', 'OffsetFetch', 9, fetch(null, -1));
  await scene.ask('its epoch', 'OffsetFetch', 9, fetch('m1', epoch));
  await scene.ask('an older epoch', 'OffsetFetch', 9, fetch('m1', epoch - 1));
  await scene.ask('unknown member', 'OffsetFetch', 9, fetch('m9', epoch));
  await scene.ask('what it reads', 'OffsetDelete', 0, {
    ...{ groupId, topics: [{ name: topic, partitions: [{ partitionIndex: 0 }] }] },
  });
  await scene.ask('with members', 'DeleteGroups', 2, { groupsNames: [groupId] });
}

const twoMembers: Scenario = async (scene) => {
  const group = 'streams-two';
  await coordinated(scene, group);
  await configured(scene, group, {});
  await scene.create('streams-two-in', { partitions: 4 });
  await seen(scene, group, 'streams-two-in');
  const ask = heartbeats(scene);
  const topology = reading(['streams-two-in']);
  const describe = describing(scene, group);
  await ask('joins', beat(group, 'm1', 0, joining(topology)));
  const all = tasks([task('0', 0, 1, 2, 3)]);
  await ask('owns all', beat(group, 'm1', 2, all));
  await ask('another joins', beat(group, 'm2', 0, joining(topology, { processId: 'p2' })));
  await describe('while one has too many');
  await ask('the other waits', beat(group, 'm2', 3, tasks()));
  const first = await ask('has to give up', beat(group, 'm1', 2, all));
  await describe('while it gives up');
  await ask('does not say', beat(group, 'm1', 2));
  await ask('owns all still', beat(group, 'm1', 2, all));
  const kept = first.activeTasks[0].partitions as number[];
  const mine = tasks([task('0', ...kept)]);
  const others = tasks([task('0', ...[0, 1, 2, 3].filter((each) => !kept.includes(each)))]);
  await ask('gave up', beat(group, 'm1', 2, mine));
  await ask('the other gets them', beat(group, 'm2', 3, tasks()));
  await ask('the answer was lost', beat(group, 'm2', 2, others));
  await ask('both have theirs', beat(group, 'm2', 3, others));
  await describe('both have theirs');
  const commit = (partitions: readonly number[]) => ({
    ...{ groupId: group, memberId: 'm1', generationIdOrMemberEpoch: 2 },
    topics: [
      {
        name: 'streams-two-in',
        partitions: partitions.map((partitionIndex) => ({
          ...{ partitionIndex, committedOffset: 1n, committedMetadata: '' },
        })),
      },
    ],
  });
  await scene.ask('of the other too', 'OffsetCommit', 9, commit([0, 2]));
  await scene.ask('of its own', 'OffsetCommit', 9, commit([0, 1]));
  await ask('one leaves', beat(group, 'm1', -1));
  await ask('the other gets more', beat(group, 'm2', 3, others));
  await ask('and has them', beat(group, 'm2', 4, all));
  await describe('one alone');
  await ask(
    'a second of the process',
    beat(group, 'm3', 0, joining(topology, { processId: 'p2' })),
  );
  await ask('the first gives up', beat(group, 'm2', 4, all));
  await ask('gives up at last', beat(group, 'm2', 4, tasks([task('0', 0, 1)])));
  await describe('two of a process');
  await ask('leave', beat(group, 'm2', -1));
  await ask('all', beat(group, 'm3', -1));
  await stored(scene, 'their lives', group);
};

const staticMembers: Scenario = async (scene) => {
  const group = 'streams-static';
  await coordinated(scene, group);
  await configured(scene, group, {});
  await scene.create('streams-static-in', { partitions: 2 });
  await seen(scene, group, 'streams-static-in');
  const ask = heartbeats(scene);
  const topology = reading(['streams-static-in']);
  const describe = describing(scene, group);
  const as = (change: object) => ({ instanceId: 'i1', ...change });
  const own = tasks([task('0', 0, 1)]);
  await ask('joins', beat(group, 'm1', 0, as(joining(topology))));
  await ask('owns them', beat(group, 'm1', 2, as(own)));
  await ask('another with its id', beat(group, 'm2', 0, as(joining(topology))));
  await ask('fenced', beat(group, 'm2', 2, as(own)));
  await ask('fenced leaves', beat(group, 'm2', -1, as({})));
  await ask('fenced goes', beat(group, 'm2', -2, as({})));
  await ask('without its id', beat(group, 'm1', 2, own));
  await ask('goes', beat(group, 'm1', -2, as({})));
  await describe('gone');
  await ask('is back', beat(group, 'm2', 0, as(joining(topology))));
  await describe('back');
  await ask('the old one', beat(group, 'm1', 2, as(own)));
  await ask('as it was', beat(group, 'm2', 2, as(own)));
  await ask('goes again', beat(group, 'm2', -2, as({})));
  await ask('is back in another process', {
    ...beat(group, 'm3', 0, as(joining(topology, { processId: 'p3' }))),
  });
  await ask('has them', beat(group, 'm3', 3, as(own)));
  await ask('leaves', beat(group, 'm3', -1, as({})));
  await describe('left');
  await stored(scene, 'its life', group);
};

const topologies: Scenario = async (scene) => {
  const [group, missing, odd] = ['streams-topology', 'streams-missing', 'streams-odd'];
  const much = 'streams-much';
  await coordinated(scene, group as string, missing as string, odd as string, much);
  for (const each of [group, missing, odd, much]) await configured(scene, each as string, {});
  await scene.create('streams-topology-a', { partitions: 2 });
  await scene.create('streams-topology-b', { partitions: 3 });
  for (const each of [group, missing, odd, much]) {
    await seen(scene, each as string, 'streams-topology-a', 'streams-topology-b');
  }
  const ask = heartbeats(scene);
  const join = (groupId: string | undefined, memberId: string, topology: object) =>
    beat(groupId as string, memberId, 0, joining(topology, { processId: memberId }));
  await ask('joins', join(group, 'm1', reading(['streams-topology-a'], 4)));
  await ask('an older topology', join(group, 'm2', reading(['streams-topology-b'], 3)));
  await ask('is stale still', beat(group as string, 'm2', 3, tasks()));
  await ask('a newer topology', join(group, 'm3', reading(['streams-topology-a'], 5)));
  await ask('another topology', join(group, 'm3', reading(['streams-topology-b'], 4)));
  await describing(scene, group as string)('stale');
  await ask('nothing there', join(missing, 'm1', reading(['streams-gone-b', 'streams-gone-a'])));
  await ask('still nothing', beat(missing as string, 'm1', 2, tasks()));
  await describing(scene, missing as string)('nothing there');
  const many = ['e', 'd', 'c', 'b', 'a'].map((each) => `streams-gone-${each}`);
  await ask('much is missing', join(much, 'm1', reading(many)));
  const both = ['streams-topology-a', 'streams-topology-b'];
  const copartitionGroups = [copartitioned([0, 1])];
  const together = {
    epoch: 0,
    subtopologies: [subtopology('0', { sourceTopics: both, copartitionGroups })],
  };
  await ask('not copartitioned', join(odd, 'm1', together));
  await describing(scene, odd as string)('not copartitioned');
  await scene.create('streams-gone-a', { partitions: 1 });
  await scene.create('streams-gone-b', { partitions: 2 });
  await until(
    scene,
    beat(missing as string, 'm1', 2, tasks()),
    ({ status }) => status.length === 0,
  );
  await describing(scene, missing as string)('there by now');
  for (const each of [group, missing, odd]) await stored(scene, 'stored', each as string);
};

const internalTopics: Scenario = async (scene) => {
  const [group, fails] = ['streams-internal', 'streams-fails'];
  await coordinated(scene, group as string, fails as string);
  for (const each of [group, fails]) await configured(scene, each as string, {});
  await scene.create('streams-internal-in', { partitions: 3 });
  for (const each of [group, fails]) await seen(scene, each as string, 'streams-internal-in');
  const ask = heartbeats(scene);
  const topicConfigs = [{ key: 'cleanup.policy', value: 'compact' }];
  const topology = {
    epoch: 0,
    subtopologies: [
      subtopology('0', {
        sourceTopics: ['streams-internal-in'],
        repartitionSinkTopics: ['streams-internal-repartition'],
      }),
      subtopology('1', {
        repartitionSourceTopics: [internal('streams-internal-repartition', { partitions: 2 })],
        stateChangelogTopics: [internal('streams-internal-changelog', { topicConfigs })],
      }),
    ],
  };
  const sortedDetail = ({ status, ...answer }: Answer) => ({
    ...answer,
    status: status.map((each: Answer) => ({
      ...each,
      statusDetail: each.statusDetail.split(/[:,] /).sort(),
    })),
  });
  await ask('joins', beat(group as string, 'm1', 0, joining(topology)), sortedDetail);
  await untilReady(scene, group as string, 'm1');
  // Whether both topics are seen at once, or one before the other, is for chance to say.
  await scene.ask(
    'created',
    'StreamsGroupDescribe',
    1,
    { groupIds: [group], includeAuthorizedOperations: false },
    { view: withoutEpochs },
  );
  await scene.ask('made by the broker', 'DescribeConfigs', 4, {
    resources: [
      {
        ...{ resourceType: 2, resourceName: 'streams-internal-changelog' },
        configurationKeys: ['cleanup.policy'],
      },
    ],
  });
  await scene.ask('made by the broker', 'DescribeTopicPartitions', 0, {
    topics: [{ name: 'streams-internal-changelog' }, { name: 'streams-internal-repartition' }],
    responsePartitionLimit: 100,
    cursor: null,
  });
  const unknown = [{ key: 'no.such.config', value: '1' }];
  const bad = {
    epoch: 0,
    subtopologies: [
      subtopology('0', {
        sourceTopics: ['streams-internal-in'],
        stateChangelogTopics: [internal('streams-fails-changelog', { topicConfigs: unknown })],
      }),
    ],
  };
  await ask('joins in vain', beat(fails as string, 'm1', 0, joining(bad)), withoutReason);
  const told = await until(scene, beat(fails as string, 'm1', 2, tasks()), ({ status }) =>
    status[0]?.statusDetail.includes('Creation failed'),
  );
  scene.lines.push({
    ...{ step: 'fails', api: 'x', version: 0 },
    answer: withoutReason(told).status,
  });
};

const endpoints: Scenario = async (scene) => {
  const group = 'streams-endpoints';
  await coordinated(scene, group);
  await configured(scene, group, { 'streams.num.standby.replicas': '1' });
  await scene.create('streams-endpoints-in', { partitions: 2 });
  await scene.create('streams-endpoints-changelog', { partitions: 2 });
  await seen(scene, group, 'streams-endpoints-in', 'streams-endpoints-changelog');
  const topology = {
    epoch: 0,
    subtopologies: [
      subtopology('0', {
        sourceTopics: ['streams-endpoints-in'],
        stateChangelogTopics: [internal('streams-endpoints-changelog')],
      }),
    ],
  };
  const ask = heartbeats(scene);
  const at = (host: string) => ({ userEndpoint: { host, port: PORT } });
  const knows = (endpointInformationEpoch: number, change: object = {}) => ({
    ...{ endpointInformationEpoch, ...change },
  });
  await ask('joins', beat(group, 'm1', 0, joining(topology, at('one'))));
  const both = task('0', 0, 1);
  await ask('knows nothing', beat(group, 'm1', 2, tasks([both])));
  await ask('another joins', {
    ...beat(group, 'm2', 0, joining(topology, { processId: 'p2', ...at('two') })),
  });
  await describing(scene, group)('with standby tasks');
  await ask('gives up', beat(group, 'm1', 2, tasks([both])));
  const own = await ask('gave up', beat(group, 'm1', 2, tasks([task('0', 0)])));
  await ask('knows the last', beat(group, 'm1', 3, knows(own.endpointInformationEpoch)));
  await ask('gets the other', beat(group, 'm2', 3, knows(0, tasks())));
  await ask('tells again', beat(group, 'm2', 3, knows(1)));
  await ask('moves', beat(group, 'm2', 3, knows(2, at('three'))));
  await ask('has moved', beat(group, 'm1', 3, knows(3)));
  await describing(scene, group)('in the end');
  await stored(scene, 'stored', group);
};

const tagged: Scenario = async (scene) => {
  const group = 'streams-tags';
  await coordinated(scene, group);
  await configured(scene, group, { 'streams.rack.aware.assignment.tags': 'zone,cluster' });
  await scene.create('streams-tags-in', { partitions: 1 });
  await seen(scene, group, 'streams-tags-in');
  const join = beat(group, 'm1', 0, joining(reading(['streams-tags-in'])));
  await heartbeats(scene, 0)('version 0 does not know', join);
  await heartbeats(scene)('no tags', join);
  const zone = { clientTags: [{ key: 'zone', value: 'z' }] };
  await heartbeats(scene)('a tag', { ...join, ...zone });
  const all = { clientTags: [...zone.clientTags, { key: 'cluster', value: 'c' }] };
  await heartbeats(scene)('all tags', { ...join, ...all });
  await stored(scene, 'stored', group);
};

const delayed: Scenario = async (scene) => {
  const [group, interval] = ['streams-delayed', 'streams-interval'] as const;
  await coordinated(scene, group as string, interval as string);
  await configured(scene, group as string, { 'streams.initial.rebalance.delay.ms': '600000' });
  await configured(scene, interval as string, { 'streams.assignment.interval.ms': '15000' });
  await scene.create('streams-delayed-in', { partitions: 1 });
  for (const each of [group, interval]) await seen(scene, each as string, 'streams-delayed-in');
  const topology = reading(['streams-delayed-in']);
  const ask = heartbeats(scene);
  await ask('waits for others', beat(group as string, 'm1', 0, joining(topology)));
  await ask('waits still', beat(group as string, 'm1', 0, joining(topology)));
  await ask('one more', beat(group as string, 'm2', 0, joining(topology, { processId: 'p2' })));
  await describing(scene, group as string)('waiting');
  await stored(scene, 'stored', group as string);
  await scene.quietly('StreamsGroupHeartbeat', 1, beat(interval, 'm1', 0, joining(topology)));
  const tooSoon = await untilTooSoon(scene, interval);
  scene.lines.push({ step: 'changes too soon', api: 'status', version: 1, answer: tooSoon });
};

/** Of two changes one after the other the second comes too soon for another assignment, however long the first took. */
async function untilTooSoon(scene: Scene, groupId: string): Promise<unknown> {
  let memberEpoch = 2;
  for (let left = 200; left > 0; left--) {
    const request = beat(groupId, 'm1', memberEpoch, {
      rackId: `r${left}`,
      ...tasks([task('0', 0)]),
    });
    const answer: Answer = await scene.quietly('StreamsGroupHeartbeat', 1, request);
    if (answer.status.length > 0) return answer.status;
    ({ memberEpoch } = answer);
  }
  throw new Error('no change comes too soon');
}

const conversions: Scenario = async (scene) => {
  const [was, becomes] = ['streams-was-classic', 'streams-becomes-classic'];
  await coordinated(scene, was as string, becomes as string);
  for (const each of [was, becomes]) await configured(scene, each as string, {});
  await scene.create('streams-converted', { partitions: 1 });
  for (const each of [was, becomes]) await seen(scene, each as string, 'streams-converted');
  const topology = reading(['streams-converted']);
  const commit = (groupId: string | undefined) => ({
    ...{ groupId, memberId: '', generationIdOrMemberEpoch: -1 },
    topics: [
      {
        name: 'streams-converted',
        partitions: [{ partitionIndex: 0, committedOffset: 1n, committedMetadata: '' }],
      },
    ],
  });
  const classic = (groupId: string | undefined, memberId: string) => ({
    ...{ groupId, memberId, protocolType: 'consumer' },
    ...{ sessionTimeoutMs: 600_000, rebalanceTimeoutMs: 600_000 },
    protocols: [{ name: 'range', metadata: new Uint8Array(0) }],
  });
  const ask = heartbeats(scene);
  const { memberId } = await scene.quietly('JoinGroup', 5, classic(was, ''));
  await ask('a member is about to join', beat(was as string, 'm1', 0, joining(topology)));
  await scene.quietly('LeaveGroup', 5, { groupId: was, members: [{ memberId }] });
  await scene.quietly('OffsetCommit', 8, commit(becomes));
  await ask('from a group of offsets', beat(becomes as string, 'm1', 0, joining(topology)));
  const offsets = { groups: [{ groupId: becomes, topics: null }], requireStable: false };
  await scene.ask('kept', 'OffsetFetch', 8, offsets);
  await scene.ask('with members', 'JoinGroup', 9, classic(becomes, ''), {
    view: ({ memberId: _, ...answer }: Answer) => answer,
  });
  await scene.ask('as a member', 'JoinGroup', 9, classic(becomes, 'm1'), {
    view: ({ memberId: _, ...answer }: Answer) => answer,
  });
  await scene.ask('as a member', 'Heartbeat', 4, {
    ...{ groupId: becomes, memberId: 'm1', generationId: 2 },
  });
  await scene.ask('as a member', 'LeaveGroup', 5, {
    ...{ groupId: becomes, members: [{ memberId: 'm1' }] },
  });
  const consumer = {
    ...{ groupId: becomes, memberId: 'c', memberEpoch: 0, rebalanceTimeoutMs: 1_000 },
    ...{ subscribedTopicNames: ['streams-converted'], topicPartitions: [] },
  };
  await scene.ask('a consumer', 'ConsumerGroupHeartbeat', 1, consumer);
  await ask('leaves', beat(becomes as string, 'm1', -1));
  await scene.ask('a consumer of the empty group', 'ConsumerGroupHeartbeat', 1, consumer);
  await scene.ask('of the empty group', 'JoinGroup', 5, classic(becomes, ''), {
    view: ({ memberId: _, ...answer }: Answer) => answer,
  });
  // The answer may come before Kafka has stored what it did.
  for (let left = 200; left > 0; left--) {
    const described: Answer = await scene.quietly('StreamsGroupDescribe', 1, {
      ...{ groupIds: [becomes], includeAuthorizedOperations: false },
    });
    if (described.groups[0].errorCode === GROUP_ID_NOT_FOUND) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await describing(scene, becomes as string)('classic by now');
  await stored(scene, 'both ways', becomes as string);
  await scene.ask('kept', 'OffsetFetch', 8, offsets);
};

const transactional: Scenario = async (scene) => {
  const group = 'streams-txn';
  await coordinated(scene, group);
  await configured(scene, group, {});
  const topicId = await scene.create('streams-txn-in', { partitions: 1 });
  await seen(scene, group, 'streams-txn-in');
  const ask = heartbeats(scene);
  await ask('joins', beat(group, 'm1', 0, joining(reading(['streams-txn-in']))));
  await ask('another rack', beat(group, 'm1', 2, { rackId: 'r', ...tasks([task('0', 0)]) }));
  for (const version of [3, 5, 6]) {
    const client = await new TransactionalClient(scene, `streams-txn-${version}`).begin();
    await scene.quietly('AddOffsetsToTxn', 3, { ...client.name, groupId: group });
    const commit = (step: string, memberId: string, memberEpoch: number) =>
      scene.ask(step, 'TxnOffsetCommit', version, {
        ...{ ...client.name, groupId: group, memberId, groupInstanceId: null },
        generationIdOrMemberEpoch: memberEpoch,
        topics: [
          {
            ...{ name: 'streams-txn-in', topicId },
            partitions: [{ partitionIndex: 0, committedOffset: 3n, committedMetadata: '' }],
          },
        ],
      });
    await commit('nobody', '', -1);
    await commit('its epoch', 'm1', 3);
    await commit('since it was assigned', 'm1', 2);
    await commit('before it was assigned', 'm1', 1);
    await commit('to come', 'm1', 4);
    await commit('unknown member', 'm9', 3);
    await client.end('ends', version === 3 ? 3 : 5, true);
  }
  await scene.ask('committed', 'OffsetFetch', 8, {
    groups: [{ groupId: group, topics: null }],
    requireStable: true,
  });
};

/** The last scenario, for others would not be served meanwhile. */
const notServed: Scenario = async (scene) => {
  const group = 'streams-later';
  await coordinated(scene, group);
  await scene.create('streams-later-in', { partitions: 1 });
  await seen(scene, group, 'streams-later-in');
  const update = async (step: string, maxVersionLevel: number, upgradeType: number) => {
    await scene.ask(step, 'UpdateFeatures', 1, {
      ...{ timeoutMs: 10_000, validateOnly: false },
      featureUpdates: [{ feature: 'streams.version', maxVersionLevel, upgradeType }],
    });
    for (let left = 200; left > 0; left--) {
      const told: Answer = await scene.quietly('ApiVersions', 3, {
        ...{ clientSoftwareName: 'scene', clientSoftwareVersion: '1' },
      });
      const level = told.finalizedFeatures.find(({ name }: Answer) => name === 'streams.version');
      if ((level?.maxVersionLevel ?? 0) === maxVersionLevel) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await update('off', 0, 2);
  const join = beat(group, 'm1', 0, joining(reading(['streams-later-in'])));
  for (const version of [0, 1]) {
    await heartbeats(scene, version)('while off', join);
    await describing(scene, group, 'streams-none')('while off', version);
  }
  await scene.ask('while off', 'StreamsGroupTopologyDescriptionUpdate', 0, {
    ...{ groupId: group, memberId: 'm1', topologyEpoch: 0 },
    topologyDescription: { subtopologies: [], globalStores: [] },
  });
  await update('on', 1, 1);
  await configured(scene, group, {});
  await heartbeats(scene)('on again', join);
};

export const STREAMS: Readonly<Record<string, Scenario>> = {
  ...{ requests, oneMember, twoMembers, staticMembers, topologies, internalTopics },
  ...{ endpoints, tagged, delayed, conversions, transactional, notServed },
};
