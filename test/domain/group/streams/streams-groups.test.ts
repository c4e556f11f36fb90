import { describe, expect, test } from 'vitest';
import { KafkaError } from '../../../../src/domain/kafka-error.ts';
import {
  internal,
  joining,
  owning,
  READS_T,
  STATEFUL,
  StreamsHarness,
  shown,
  stateOf,
  subtopology,
  task,
} from './streams-harness.ts';

const JOINED = [
  'MemberMetadata',
  'Topology',
  'Metadata',
  'TargetAssignmentMember',
  'TargetAssignmentMetadata',
  'CurrentMemberAssignment',
];
const GONE = ['-CurrentMemberAssignment', '-TargetAssignmentMember', '-MemberMetadata'];

describe('records of one member', () => {
  test('in the order of its life', () => {
    const h = new StreamsHarness();
    const joined = h.joinAs('a');
    expect(joined).toMatchObject({ error: 'NONE', memberEpoch: 2, statuses: [] });
    expect(shown(joined.tasks?.activeTasks)).toEqual(['0: 0,1,2,3']);
    expect(h.newRecords()).toEqual(JOINED);
    expect(h.beat('a', 2, owning([task('0', 0, 1, 2, 3)]))).toMatchObject({ tasks: null });
    expect(h.newRecords()).toEqual([]);
    h.beat('a', 2, { rackId: 'r' });
    expect(h.newRecords()).toEqual([
      ...['MemberMetadata', 'Metadata', 'TargetAssignmentMetadata', 'CurrentMemberAssignment'],
    ]);
    expect(h.beat('a', -1)).toMatchObject({ error: 'NONE', memberEpoch: -1, tasks: null });
    expect(h.newRecords()).toEqual([...GONE, 'Metadata', 'TargetAssignmentMetadata']);
    expect(h.streams).toMatchObject({ state: 'Empty', groupEpoch: 4, assignmentEpoch: 4 });
    const told: string[] = [];
    h.shard.deleteGroup('g', (error) => told.push(error));
    h.settle();
    expect(told).toEqual(['NONE']);
    expect(h.newRecords()).toEqual(['-TargetAssignmentMetadata', '-Metadata', '-Topology']);
    expect(h.streams).toBeUndefined();
  });

  test('that joins again are those that changed', () => {
    const h = new StreamsHarness();
    h.joinAs('a');
    h.newRecords();
    const again = h.joinAs('a');
    expect(again.memberEpoch).toBe(2);
    expect(shown(again.tasks?.activeTasks)).toEqual(['0: 0,1,2,3']);
    expect(h.newRecords()).toEqual([]);
    h.joinAs('a', { clientTags: [{ key: 'zone', value: 'z' }] });
    expect(h.newRecords()[0]).toBe('MemberMetadata');
    expect(h.streams?.groupEpoch).toBe(3);
  });
});

describe('a rebalance', () => {
  function two(h = new StreamsHarness()): StreamsHarness {
    h.joinAs('a');
    h.joinAs('b');
    return h;
  }

  test('takes tasks from one and gives them to the other, never to both', () => {
    const h = two();
    expect(h.streams?.state).toBe('Reconciling');
    const first = h.beat('a', 2, owning([task('0', 0, 1, 2, 3)]));
    expect(first.memberEpoch).toBe(2);
    expect(shown(first.tasks?.activeTasks)).toEqual(['0: 0,1']);
    expect(h.streams?.members.get('a')).toMatchObject({ state: 'UNREVOKED_TASKS' });
    expect(h.beat('b', 3, owning()).tasks).toBeNull();
    expect(h.streams?.members.get('b')).toMatchObject({ state: 'UNRELEASED_TASKS' });
    expect(h.beat('a', 2)).toMatchObject({ memberEpoch: 2, tasks: null });
    expect(h.beat('a', 2, owning([task('0', 0, 1)]))).toMatchObject({ memberEpoch: 3 });
    expect(shown(h.beat('b', 3, owning()).tasks?.activeTasks)).toEqual(['0: 2,3']);
    expect(h.streams?.state).toBe('Stable');
    const epochs = h.streams?.members.get('b')?.assigned.activeTasks.get('0');
    expect(epochs).toEqual(
      new Map([
        [2, 3],
        [3, 3],
      ]),
    );
  });

  test('fences who does not give up in its time, and the other gets all', () => {
    const h = two();
    h.beat('a', 2, owning([task('0', 0, 1, 2, 3)]));
    h.advance(9_999);
    h.beat('a', 2);
    expect(h.streams?.members.has('a')).toBe(true);
    h.advance(1);
    expect(h.streams?.members.has('a')).toBe(false);
    expect(shown(h.beat('b', 3, owning()).tasks?.activeTasks)).toEqual(['0: 0,1,2,3']);
  });

  test('forgets that time once tasks were given up', () => {
    const h = two();
    h.beat('a', 2, owning([task('0', 0, 1, 2, 3)]));
    h.beat('a', 2, owning([task('0', 0, 1)]));
    h.advance(10_000);
    expect(h.streams?.members.has('a')).toBe(true);
  });

  test('fences who is not heard of, after a restart as well', () => {
    const h = two();
    h.advance(30_000);
    h.beat('b', 3, owning());
    h.advance(15_000);
    expect([...(h.streams?.members.keys() ?? [])]).toEqual(['b']);
    const next = h.replayed();
    next.advance(44_999);
    expect(next.streams?.members.size).toBe(1);
    next.advance(1);
    expect(next.streams?.state).toBe('Empty');
  });

  test('keeps who could not be taken out, and tries again', () => {
    const h = two();
    h.beat('b', 3, owning());
    const failing = h.settle.bind(h);
    h.settle = () => failing(new KafkaError('KAFKA_STORAGE_ERROR'));
    h.advance(45_000);
    expect(h.streams?.members.size).toBe(2);
    h.settle = failing;
    h.advance(1_000);
    expect(h.streams?.state).toBe('Empty');
  });

  test('waits for others at first, if it is to', () => {
    const h = new StreamsHarness();
    h.setOptions({ initialRebalanceDelayMs: 3_000 });
    const delayed = [
      {
        status: 'ASSIGNMENT_DELAYED',
        detail: 'Assignment delayed due to the configured initial rebalance delay.',
      },
    ];
    expect(h.joinAs('a')).toMatchObject({ memberEpoch: 1, statuses: delayed });
    h.advance(2_000);
    expect(h.joinAs('b')).toMatchObject({ memberEpoch: 1, statuses: delayed });
    h.newRecords();
    h.advance(1_000);
    expect(h.newRecords()).toEqual([
      ...['TargetAssignmentMember', 'TargetAssignmentMember', 'TargetAssignmentMetadata'],
    ]);
    expect(shown(h.beat('a', 1, owning()).tasks?.activeTasks)).toHaveLength(1);
    expect(h.beat('b', 1, owning())).toMatchObject({ memberEpoch: 3, statuses: [] });
    expect(h.streams?.state).toBe('Stable');
  });

  test('does not come more often than the interval allows', () => {
    const h = new StreamsHarness();
    h.setOptions({ assignmentIntervalMs: 1_000 });
    h.joinAs('a');
    const second = h.joinAs('b');
    expect(second.statuses.map(({ status }) => status)).toEqual(['ASSIGNMENT_DELAYED']);
    expect(h.streams?.state).toBe('Assigning');
    h.advance(1_000);
    expect(h.beat('b', 2, owning())).toMatchObject({ memberEpoch: 3, statuses: [] });
  });

  test('follows the settings of the group', () => {
    const h = new StreamsHarness({ t: 2, 't-changelog': 2 });
    h.joinAs('a', { topology: STATEFUL });
    h.joinAs('b', { topology: STATEFUL });
    h.newRecords();
    h.setOptions({ numStandbyReplicas: 1 });
    h.beat('b', 3, owning());
    expect(h.newRecords()[0]).toBe('Metadata');
    expect(h.streams?.metadata.lastAssignmentConfigs).toEqual(
      new Map([['num.standby.replicas', '1']]),
    );
    expect(shown(h.streams?.targetAssignmentOf('b').standbyTasks)).toHaveLength(1);
  });
});

describe('topics', () => {
  test('that are missing keep a group waiting until they come', () => {
    const h = new StreamsHarness({ u: 1 });
    const joined = h.joinAs('a');
    expect(joined.statuses).toEqual([
      { status: 'MISSING_SOURCE_TOPICS', detail: 'Source topics t are missing.' },
    ]);
    expect(h.streams?.state).toBe('NotReady');
    expect(h.streams?.metadata.validatedTopologyEpoch).toBe(-1);
    h.setTopics({ u: 2 });
    expect(h.beat('a', 2, owning()).memberEpoch).toBe(2);
    h.setTopics({ u: 2, t: 2 });
    const there = h.beat('a', 2, owning());
    expect(there).toMatchObject({ memberEpoch: 3, statuses: [] });
    expect(shown(there.tasks?.activeTasks)).toEqual(['0: 0,1']);
    expect(h.streams?.metadata.validatedTopologyEpoch).toBe(0);
  });

  test('that grow bring more tasks', () => {
    const h = new StreamsHarness({ t: 1 });
    h.joinAs('a');
    h.setTopics({ t: 3 });
    expect(shown(h.beat('a', 2, owning([task('0', 0)])).tasks?.activeTasks)).toEqual(['0: 0,1,2']);
  });

  test('that go take the tasks away', () => {
    const h = new StreamsHarness({ t: 1 });
    h.joinAs('a');
    h.setTopics({});
    const gone = h.beat('a', 2, owning([task('0', 0)]));
    expect(gone.statuses.map(({ status }) => status)).toEqual(['MISSING_SOURCE_TOPICS']);
    expect(shown(gone.tasks?.activeTasks)).toEqual([]);
    expect(h.streams?.members.get('a')?.state).toBe('UNREVOKED_TASKS');
    expect(h.beat('a', 2, owning())).toMatchObject({ memberEpoch: 3 });
  });

  test('that the application needs are told until they are there', () => {
    const h = new StreamsHarness({ t: 2 });
    const heard = h.hear('a', 0, joining('a', { topology: STATEFUL }));
    h.settle();
    expect(heard.result?.internalTopicsToCreate).toEqual([
      { name: 't-changelog', partitions: 2, replicationFactor: -1, configs: [] },
    ]);
    expect(heard.result?.answer.statuses).toEqual([
      {
        status: 'MISSING_INTERNAL_TOPICS',
        detail: 'Internal topics are missing: t-changelog',
      },
    ]);
    h.setTopics({ t: 2, 't-changelog': 2 });
    const ready = h.hear('a', 2, owning());
    h.settle();
    expect(ready.result?.internalTopicsToCreate).toEqual([]);
    expect(shown(ready.result?.answer.tasks?.activeTasks)).toEqual(['0: 0,1']);
  });

  test('are looked at again after a restart, and nothing is written for that', () => {
    const h = new StreamsHarness();
    h.joinAs('a');
    const next = h.replayed();
    expect(next.beat('a', 2, owning([task('0', 0, 1, 2, 3)])).memberEpoch).toBe(2);
    expect(next.newRecords()).toEqual([]);
  });
});

test('after a restart what fails takes back only what was not stored', () => {
  const h = new StreamsHarness();
  h.joinAs('a');
  const next = h.replayed();
  next.stored.push(...h.stored);
  next.beat('a', 2, owning([task('0', 0, 1, 2, 3)]));
  next.joinAs('b');
  const before = stateOf(next.streams);
  next.hear('c', 0, joining('c'));
  next.settle(new KafkaError('KAFKA_STORAGE_ERROR'));
  expect(stateOf(next.streams)).toEqual(before);
  expect(stateOf(next.replayed().streams)).toEqual(before);
});

describe('a topology', () => {
  const another = { epoch: 0, subtopologies: [subtopology('0', { sourceTopics: ['u'] })] };

  test('of a group is that of its first member', () => {
    const h = new StreamsHarness({ t: 1, u: 1 });
    h.joinAs('a', { topology: { ...READS_T, epoch: 3 } });
    const before = stateOf(h.streams);
    h.newRecords();
    for (const epoch of [3, 4]) {
      expect(h.joinAs('b', { topology: { ...another, epoch } })).toMatchObject({
        error: 'INVALID_REQUEST',
        message: 'Topology updates are not supported yet.',
      });
    }
    expect(h.newRecords()).toEqual([]);
    expect(stateOf(h.streams)).toEqual(before);
    const stale = h.joinAs('b', { topology: { ...another, epoch: 2 } });
    expect(stale.statuses).toEqual([
      {
        status: 'STALE_TOPOLOGY',
        detail: "The member's topology epoch 2 is behind the group's topology epoch 3.",
      },
    ]);
    expect(h.streams?.topology?.epoch).toBe(3);
  });

  test('outlives its members, and gives way only with the group', () => {
    const h = new StreamsHarness({ t: 1, u: 1 });
    h.joinAs('a');
    h.beat('a', -1);
    expect(h.joinAs('a', { topology: another }).error).toBe('INVALID_REQUEST');
    h.shard.deleteGroup('g', () => {});
    h.settle();
    expect(h.joinAs('a', { topology: another }).error).toBe('NONE');
  });

  test('that can never work is refused, and leaves no group behind', () => {
    const h = new StreamsHarness();
    const lost = [subtopology('0', { repartitionSourceTopics: [internal('r')] })];
    const refused = h.joinAs('a', { topology: { epoch: 0, subtopologies: lost } });
    expect(refused.error).toBe('STREAMS_INVALID_TOPOLOGY');
    expect(h.streams).toBeUndefined();
    expect(h.stored).toEqual([]);
  });

  test('that was lost from the log has its members join anew', () => {
    const h = new StreamsHarness();
    h.joinAs('a');
    const next = new StreamsHarness();
    const topology = h.stored.filter(({ key }) => key[1] !== 23);
    for (const record of topology) next.shard.replay(record, 'loading');
    expect(next.beat('a', 2, owning()).error).toBe('FENCED_MEMBER_EPOCH');
    expect(next.joinAs('a').error).toBe('NONE');
  });
});

describe('static members', () => {
  const named = { instanceId: 'i' };

  test('keep their tasks while they are away', () => {
    const h = new StreamsHarness();
    h.joinAs('a', named);
    h.newRecords();
    expect(h.beat('a', -2, named)).toMatchObject({ error: 'NONE', memberEpoch: -2 });
    expect(h.newRecords()).toEqual(['CurrentMemberAssignment']);
    expect(h.streams?.members.get('a')?.assigned.activeTasks.get('0')?.get(0)).toBe(0);
    const back = h.joinAs('b', { ...named, processId: 'process-a' });
    expect(back).toMatchObject({ error: 'NONE', memberEpoch: 2 });
    expect(shown(back.tasks?.activeTasks)).toEqual(['0: 0,1,2,3']);
    expect(h.newRecords()).toEqual([
      ...GONE,
      ...['MemberMetadata', 'TargetAssignmentMember', 'CurrentMemberAssignment'],
      'CurrentMemberAssignment',
    ]);
    expect(h.beat('a', 2, named).error).toBe('FENCED_INSTANCE_ID');
    expect(h.beat('x', 2, { instanceId: 'j' }).error).toBe('UNKNOWN_MEMBER_ID');
  });

  test('lose them when their session is over', () => {
    const h = new StreamsHarness();
    h.joinAs('a', named);
    h.beat('a', -2, named);
    h.advance(45_000);
    expect(h.streams?.isEmpty).toBe(true);
  });

  test('have their place to themselves', () => {
    const h = new StreamsHarness();
    h.joinAs('a', named);
    expect(h.joinAs('b', named).error).toBe('UNRELEASED_INSTANCE_ID');
    expect(h.streams?.members.size).toBe(1);
  });
});

describe('limits', () => {
  test('a group has so many members and no more', () => {
    const h = new StreamsHarness({ t: 1 }, { streams: { maxSize: 1 } });
    h.joinAs('a', { instanceId: 'i' });
    expect(h.joinAs('b').error).toBe('GROUP_MAX_SIZE_REACHED');
    expect(h.joinAs('a', { instanceId: null }).error).toBe('NONE');
    h.beat('a', -2, { instanceId: 'i' });
    expect(h.joinAs('b', { instanceId: 'i' }).error).toBe('NONE');
  });

  test('what cannot be stored is taken back, and told', () => {
    const h = new StreamsHarness();
    const heard = h.hear('a', 0, joining('a'));
    h.settle(new KafkaError('MESSAGE_TOO_LARGE'));
    expect(heard.result?.answer).toMatchObject({
      error: 'UNKNOWN_SERVER_ERROR',
      message: 'The topology or assignment is too large to be stored.',
    });
    expect(h.streams).toBeUndefined();
  });
});

test('a change of settings or topics that cannot be stored is taken back, and made again', () => {
  const h = new StreamsHarness({ t: 2, 't-changelog': 2 });
  h.joinAs('a', { topology: STATEFUL });
  const before = stateOf(h.streams);
  const own = owning([task('0', 0, 1)]);
  for (const change of [
    () => h.setOptions({ numStandbyReplicas: 1 }),
    () => h.setTopics({ t: 3, 't-changelog': 3 }),
    () => h.setTopics({}),
  ]) {
    change();
    h.hear('a', 2, own);
    h.settle(new KafkaError('KAFKA_STORAGE_ERROR'));
    expect(stateOf(h.streams)).toEqual(before);
  }
  h.setTopics({ t: 3, 't-changelog': 3 });
  expect(h.beat('a', 2, own).memberEpoch).toBe(3);
  expect(shown(h.streams?.targetAssignmentOf('a').activeTasks)).toEqual(['0: 0,1,2']);
  expect(stateOf(h.replayed().streams)).toEqual(stateOf(h.streams));
});

describe('endpoints', () => {
  const at = (host: string) => ({ userEndpoint: { host, port: 80 } });

  test('are told with the partitions of their tasks, to who does not know them', () => {
    const h = new StreamsHarness({ t: 2 });
    h.joinAs('a', at('one'));
    const again = h.beat('a', 2, { ...at('two'), ...owning([task('0', 0, 1)]) });
    expect(again).toMatchObject({
      endpointInformationEpoch: 1,
      partitionsByUserEndpoint: [
        {
          userEndpoint: { host: 'two', port: 80 },
          activePartitions: [{ topic: 't', partitions: [0, 1] }],
          standbyPartitions: [],
        },
      ],
    });
    expect(h.beat('a', 3, { endpointInformationEpoch: 1 }).partitionsByUserEndpoint).toBeNull();
  });

  test('are told without partitions while topics are missing', () => {
    const h = new StreamsHarness({});
    expect(h.joinAs('a', at('one'))).toMatchObject({
      error: 'NONE',
      partitionsByUserEndpoint: [{ activePartitions: [], standbyPartitions: [] }],
    });
  });
});

describe('an application', () => {
  test('is told to stop by one of its members, until all are gone', () => {
    const h = new StreamsHarness();
    h.joinAs('a');
    h.joinAs('b');
    h.beat('a', -1, { shutdownApplication: true });
    const detail =
      'Streams group member a encountered a fatal error and requested a shutdown for the entire application.';
    expect(h.beat('b', 3, owning()).statuses).toEqual([{ status: 'SHUTDOWN_APPLICATION', detail }]);
    h.beat('b', -1);
    expect(h.joinAs('c').statuses).toEqual([]);
  });
});

describe('other groups of the same name', () => {
  test('a classic one gives way when nobody is in it, and comes back the same way', () => {
    const h = new StreamsHarness();
    h.commit({ generationId: -1, memberId: '' });
    h.settle();
    expect(h.shard.listGroups()).toMatchObject([{ type: 'classic' }]);
    h.stored.splice(0);
    expect(h.joinAs('a').error).toBe('NONE');
    expect(h.shard.listGroups()).toMatchObject([{ type: 'streams', state: 'Stable' }]);
    expect(h.newRecords()).toEqual(['-?', ...JOINED]);
    expect(h.join().answer?.error).toBe('INCONSISTENT_GROUP_PROTOCOL');
    h.beat('a', -1);
    h.newRecords();
    const joined = h.join();
    h.settle();
    h.advance(3_000);
    expect(joined.answer?.error).toBe('NONE');
    expect(h.shard.listGroups()).toMatchObject([{ type: 'classic' }]);
    expect(h.newRecords().slice(0, 3)).toEqual([
      ...['-TargetAssignmentMetadata', '-Metadata', '-Topology'],
    ]);
  });

  test('a classic one with members does not, nor does a share group', () => {
    const h = new StreamsHarness();
    h.join();
    h.settle();
    h.advance(3_000);
    expect(h.joinAs('a')).toMatchObject({
      error: 'GROUP_ID_NOT_FOUND',
      message: 'Group g is not a streams group.',
    });
    expect(h.describe().message).toBe('Group g is not a streams group.');
  });

  test('one that gave way in vain is there again', () => {
    const h = new StreamsHarness();
    h.commit({ generationId: -1, memberId: '' });
    h.settle();
    h.hear('a', 0, joining('a'));
    h.settle(new KafkaError('KAFKA_STORAGE_ERROR'));
    expect(h.shard.listGroups()).toMatchObject([{ type: 'classic' }]);
  });
});

describe('a description', () => {
  test('tells what is stored, and waits for what is about to be', () => {
    const h = new StreamsHarness();
    h.joinAs('a');
    h.hear('b', 0, joining('b'));
    const told: string[] = [];
    h.shard.streams.describe('g', ({ groupEpoch }) => told.push(`epoch ${groupEpoch}`));
    expect(told).toEqual([]);
    h.settle(new KafkaError('KAFKA_STORAGE_ERROR'));
    expect(told).toEqual(['epoch 2']);
    h.joinAs('b');
    expect(h.describe()).toMatchObject({ groupEpoch: 3, state: 'Reconciling' });
  });
});

describe('offsets', () => {
  const partitions = [
    {
      ...{ topic: 't', topicId: undefined, partition: 0, offset: 1n },
      ...{ leaderEpoch: -1, metadata: '' },
    },
  ];
  const commit = (h: StreamsHarness, generationId: number, change: object = {}) => {
    const told = h.commit({ generationId, memberId: 'a', partitions, ...change });
    h.settle();
    return told.errors?.[0];
  };

  test('are committed by who has the task, since it has it', () => {
    const h = new StreamsHarness({ t: 1 });
    h.joinAs('a');
    for (let epoch = 2; epoch < 5; epoch++) h.beat('a', epoch, { rackId: `r${epoch}` });
    const supports = { supportsConsumerGroups: true };
    expect(commit(h, 5, supports)).toBe('NONE');
    expect(commit(h, 2, supports)).toBe('NONE');
    expect(commit(h, 1, supports)).toBe('STALE_MEMBER_EPOCH');
    expect(commit(h, 6, supports)).toBe('STALE_MEMBER_EPOCH');
    expect(commit(h, 5, { supportsConsumerGroups: false })).toBe('UNSUPPORTED_VERSION');
    expect(commit(h, 5, { ...supports, memberId: 'b' })).toBe('UNKNOWN_MEMBER_ID');
    const elsewhere = [{ ...partitions[0], topic: 'u' }];
    expect(commit(h, 2, { ...supports, partitions: elsewhere })).toBe('STALE_MEMBER_EPOCH');
    const producer = { producerId: 1n, producerEpoch: 0 };
    expect(commit(h, -1, { producer, memberId: '' })).toBe('NONE');
    expect(commit(h, 1, { producer })).toBe('STALE_MEMBER_EPOCH');
  });

  test('of which one is not for the member to commit are not committed at all', () => {
    const h = new StreamsHarness({ t: 2 });
    h.joinAs('a');
    h.joinAs('b');
    h.beat('a', 2, owning([task('0', 0, 1)]));
    h.beat('a', 2, owning([task('0', 0)]));
    h.beat('b', 3, owning());
    const both = [0, 1].map((partition) => ({ ...partitions[0], partition }));
    const older = { memberId: 'a', generationId: 2, supportsConsumerGroups: true };
    const told = h.commit({ ...older, partitions: both as typeof partitions });
    h.settle();
    expect(told.errors).toEqual(['STALE_MEMBER_EPOCH', 'STALE_MEMBER_EPOCH']);
    expect(h.shard.fetchAllOffsets('g')).toEqual([]);
    expect(commit(h, 2, older)).toBe('NONE');
  });

  test('age once nobody reads their topic, and take the empty group with them', () => {
    const h = new StreamsHarness({ t: 1 }, { offsetsRetentionMs: 1_000 });
    h.joinAs('a');
    commit(h, 2, { supportsConsumerGroups: true });
    h.now += 2_000;
    h.shard.cleanupExpiredOffsets();
    h.settle();
    expect(h.shard.fetchAllOffsets('g')).toHaveLength(1);
    h.beat('a', -1);
    h.shard.cleanupExpiredOffsets();
    h.settle();
    expect(h.shard.fetchAllOffsets('g')).toEqual([]);
    expect(h.streams).toBeUndefined();
  });
});

test('what records make of a group is what it was, at any time', () => {
  const h = new StreamsHarness({ t: 4, 't-changelog': 4 });
  h.setOptions({ numStandbyReplicas: 1 });
  const check = () => expect(stateOf(h.replayed().streams)).toEqual(stateOf(h.streams));
  h.joinAs('a', { topology: STATEFUL, userEndpoint: { host: 'h', port: 1 } });
  check();
  const tags = [
    { key: 'zone', value: 'z' },
    { key: 'cluster', value: 'c' },
  ];
  h.joinAs('b', { topology: STATEFUL, clientTags: tags, instanceId: 'i', rackId: 'r' });
  check();
  h.beat('a', 2, owning([task('0', 0, 1, 2, 3)]));
  check();
  h.beat('a', 2, owning([task('0', 0, 1)]));
  check();
  h.beat('b', -2, { instanceId: 'i' });
  check();
  h.beat('a', -1);
  check();
});
