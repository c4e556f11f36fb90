import { batchOf, produce } from '../batches.ts';
import type { Answer, Scenario } from '../scene.ts';
import {
  ACCEPT,
  acknowledged,
  beat,
  configured,
  coordinated,
  joined,
  REJECT,
  RELEASE,
  RENEW,
  Reader,
} from '../share-member.ts';
import { TransactionalClient } from '../transactional-client.ts';

const heartbeats: Scenario = async (scene) => {
  await coordinated(scene);
  await scene.create('share-members', { partitions: 2 });
  await scene.create('share-more', { partitions: 1 });
  const ask = (step: string, request: object) => scene.ask(step, 'ShareGroupHeartbeat', 1, request);
  const topics = { subscribedTopicNames: ['share-members'] };
  await ask('no group', beat('', 'm', 0, topics));
  await ask('no member', beat('share-none', '', 0, topics));
  await ask('no topics', beat('share-none', 'm', 0));
  await ask('empty topics', beat('share-none', 'm', 0, { subscribedTopicNames: [] }));
  await ask('empty rack', beat('share-none', 'm', 0, { ...topics, rackId: '' }));
  await ask('epoch below', beat('share-none', 'm', -2, topics));
  await ask('unknown group', beat('share-none', 'm', 3, topics));
  await ask('leaves an unknown group', beat('share-none', 'm', -1));
  await configured(scene, 'share-g', {});
  const epoch = await joined(scene, 'share-g', 'm1', ['share-members'], 2);
  await ask('nothing new', beat('share-g', 'm1', epoch));
  await ask('its topics again', beat('share-g', 'm1', epoch, topics));
  await ask('the epoch before', beat('share-g', 'm1', epoch - 1));
  await ask('an epoch to come', beat('share-g', 'm1', epoch + 1));
  await ask('unknown member', beat('share-g', 'm9', epoch));
  await ask('unknown member leaves', beat('share-g', 'm9', -1));
  await ask('joins again', beat('share-g', 'm1', 0, topics));
  const unknown = { subscribedTopicNames: ['share-members', 'share-unknown'] };
  await ask('another topic, unknown', beat('share-g', 'm1', epoch, unknown));
  await joined(scene, 'share-g', 'm2', ['share-members'], 1);
  await scene.ask(
    'of two',
    'ShareGroupDescribe',
    1,
    {
      ...{ groupIds: ['share-g', 'share-none', ''], includeAuthorizedOperations: false },
    },
    { view: withSortedMembers },
  );
  for (const version of [4, 5]) {
    const request = { statesFilter: [], typesFilter: version > 4 ? ['share'] : [] };
    await scene.ask('listed', 'ListGroups', version, request, { view: ofThisScene });
  }
  await scene.ask(
    'in a state',
    'ListGroups',
    5,
    { statesFilter: ['Empty'], typesFilter: ['share'] },
    { view: ofThisScene },
  );
  const groups = { groups: ['share-g'], includeAuthorizedOperations: false };
  for (const version of [5, 6]) await scene.ask('as classic', 'DescribeGroups', version, groups);
  const join = {
    groupId: 'share-g',
    memberId: '',
    protocolType: 'consumer',
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 10_000,
    protocols: [{ name: 'range', metadata: new Uint8Array(0) }],
  };
  await scene.ask('as classic', 'JoinGroup', 9, join, {
    view: ({ memberId: _, ...answer }: Answer) => answer,
  });
  const commit = {
    groupId: 'share-g',
    memberId: '',
    generationIdOrMemberEpoch: -1,
    topics: [
      {
        name: 'share-members',
        partitions: [{ partitionIndex: 0, committedOffset: 1n, committedMetadata: '' }],
      },
    ],
  };
  await scene.ask('as classic', 'OffsetCommit', 8, commit);
  await scene.ask('as classic', 'OffsetFetch', 8, {
    groups: [{ groupId: 'share-g', topics: null }],
    requireStable: false,
  });
  await scene.ask('as classic', 'OffsetDelete', 0, {
    groupId: 'share-g',
    topics: [{ name: 'share-members', partitions: [{ partitionIndex: 0 }] }],
  });
  await scene.ask('with members', 'DeleteGroups', 2, { groupsNames: ['share-g'] });
  await ask('leaves', beat('share-g', 'm1', -1));
  await ask('left', beat('share-g', 'm1', 1));
  await ask('leaves too', beat('share-g', 'm2', -1));
  await scene.ask('empty', 'ShareGroupDescribe', 1, {
    ...{ groupIds: ['share-g'], includeAuthorizedOperations: true },
  });
  const both = { groupsNames: ['share-g', 'share-none'] };
  await scene.ask('empty', 'DeleteGroups', 2, both, {
    view: (answer: Answer) => ({ ...answer, results: answer.results.sort(byGroupId) }),
  });
  await scene.ask('deleted', 'ShareGroupDescribe', 1, {
    ...{ groupIds: ['share-g'], includeAuthorizedOperations: false },
  });
};

function withSortedMembers(answer: Answer): Answer {
  const groups = answer.groups.map((group: Answer) => ({
    ...group,
    // Several changes may come before an epoch, or each its own.
    ...{ groupEpoch: group.groupEpoch > 0, assignmentEpoch: group.assignmentEpoch > 0 },
    members: group.members
      .map((member: Answer) => ({
        ...member,
        memberEpoch: member.memberEpoch > 0,
        subscribedTopicNames: [...member.subscribedTopicNames].sort(),
        assignment: member.assignment.topicPartitions.map(
          ({ topicName, partitions }: Answer) => `${topicName}: ${partitions.length}`,
        ),
      }))
      .sort((a: Answer, b: Answer) => (a.memberId < b.memberId ? -1 : 1)),
  }));
  return { ...answer, groups: groups.sort(byGroupId) };
}

function byGroupId(a: Answer, b: Answer): number {
  return a.groupId < b.groupId ? -1 : 1;
}

function ofThisScene(answer: Answer): Answer {
  const groups = answer.groups.filter(({ groupId }: Answer) => groupId === 'share-g');
  return { ...answer, groups };
}

const sessions: Scenario = async (scene) => {
  const topicId = await scene.create('share-sessions');
  await scene.quietly('Produce', 9, produce('share-sessions', batchOf(['a', 'b', 'c'])));
  for (const version of [1, 2]) {
    const group = `share-s${version}`;
    await configured(scene, group, {});
    await joined(scene, group, 'm', ['share-sessions'], 1);
    const reader = new Reader(scene, group, 'm', topicId);
    const fetch = (step: string, change: object) => reader.fetch(step, version, [], change);
    await reader.acknowledge('before a session', version, [acknowledged(0n, 0n, ACCEPT)]);
    await reader.fetch('acknowledges first', version, [acknowledged(0n, 0n, ACCEPT)]);
    await fetch('no member', { memberId: '' });
    await fetch('long member', { memberId: 'm'.repeat(37) });
    await fetch('no group', { groupId: null });
    await fetch('epoch without session', { shareSessionEpoch: 3 });
    await fetch('end without session', { shareSessionEpoch: -1, topics: [] });
    await reader.fetch('first', version);
    await fetch('wrong epoch', { shareSessionEpoch: 7 });
    await fetch('epoch below', { shareSessionEpoch: -2 });
    await reader.acknowledge('wrong epoch', version, [acknowledged(0n, 0n, ACCEPT)], {
      shareSessionEpoch: 4,
    });
    await reader.acknowledge('another member', version, [acknowledged(0n, 0n, ACCEPT)], {
      memberId: 'other',
    });
    await reader.acknowledge('another group', version, [acknowledged(0n, 0n, ACCEPT)], {
      groupId: 'share-unknown',
    });
    await fetch('nothing to read', { topics: [], maxWaitMs: 10 });
    const unknown = 'VW5rbm93blRvcGljSWQhIQ';
    const at = (id: string, partitionIndex: number) => ({
      topics: [{ topicId: id, partitions: [{ partitionIndex, acknowledgementBatches: [] }] }],
      maxWaitMs: 10,
    });
    await fetch('unknown topic', at(unknown, 0));
    reader.view = sortedByError;
    await fetch('no such partition', at(topicId, 4));
    reader.view = undefined;
    await fetch('forgets those', {
      ...{ topics: [], maxWaitMs: 10 },
      forgottenTopicsData: [
        { topicId: unknown, partitions: [0] },
        { topicId, partitions: [4] },
      ],
    });
    await reader.acknowledge('of an unknown topic', version, [], {
      topics: [
        {
          topicId: unknown,
          partitions: [
            { partitionIndex: 0, acknowledgementBatches: [acknowledged(0n, 0n, ACCEPT)] },
          ],
        },
      ],
    });
    await reader.acknowledge('of no such partition', version, [], {
      topics: [
        {
          topicId,
          partitions: [
            { partitionIndex: 4, acknowledgementBatches: [acknowledged(0n, 0n, ACCEPT)] },
          ],
        },
      ],
    });
    await reader.acknowledge('ends', version, [acknowledged(0n, 2n, ACCEPT)], {
      shareSessionEpoch: -1,
    });
    await reader.acknowledge('ended', version, [], { topics: [] });
  }
};

function sortedByError(answer: Answer): Answer {
  const code = ({ partitions }: Answer) => partitions[0].errorCode;
  return {
    ...answer,
    responses: answer.responses.sort((a: Answer, b: Answer) => code(a) - code(b)),
  };
}

const acknowledgements: Scenario = async (scene) => {
  for (const version of [1, 2]) {
    const topic = `share-ack-${version}`;
    const group = `share-a${version}`;
    const topicId = await scene.create(topic);
    await configured(scene, group, {});
    await joined(scene, group, 'm', [topic], 1);
    await scene.quietly('Produce', 9, produce(topic, batchOf([...'abcdefghij'])));
    await scene.quietly('Produce', 9, produce(topic, batchOf([...'klmno'])));
    const reader = new Reader(scene, group, 'm', topicId);
    await reader.fetch('first', version);
    const ask = (step: string, ...batches: readonly object[]) =>
      reader.acknowledge(step, version, batches);
    await ask('not acquired', acknowledged(90n, 99n, ACCEPT));
    await ask('backwards', acknowledged(3n, 2n, ACCEPT));
    await ask('overlapping', acknowledged(0n, 4n, ACCEPT), acknowledged(3n, 6n, ACCEPT));
    await ask('out of order', acknowledged(5n, 5n, ACCEPT), acknowledged(1n, 1n, ACCEPT));
    await ask('too few types', acknowledged(0n, 2n, ACCEPT, ACCEPT));
    await ask('too many types', acknowledged(0n, 2n, ACCEPT, ACCEPT, ACCEPT, ACCEPT));
    await ask('no types', acknowledged(0n, 2n));
    await ask('unknown type', acknowledged(0n, 2n, 9));
    await ask('type below', acknowledged(0n, 2n, -1));
    await ask('renewed', acknowledged(0n, 2n, RENEW));
    await ask('beyond', acknowledged(13n, 20n, ACCEPT));
    await ask('one', acknowledged(0n, 0n, ACCEPT));
    await ask('again', acknowledged(0n, 0n, ACCEPT));
    await ask('across', acknowledged(0n, 1n, ACCEPT));
    await ask('released', acknowledged(1n, 2n, RELEASE));
    await ask('released, not held', acknowledged(1n, 2n, ACCEPT));
    await ask('rejected', acknowledged(3n, 3n, REJECT));
    await ask('a gap', acknowledged(4n, 5n, 0, ACCEPT));
    await ask('each its own', acknowledged(6n, 9n, ACCEPT, RELEASE, REJECT, ACCEPT));
    await reader.fetch('with the fetch', version, [acknowledged(10n, 14n, ACCEPT)]);
    await reader.fetch('bad, with the fetch', version, [acknowledged(0n, 0n, ACCEPT)], {
      maxWaitMs: 10,
    });
    for (let delivery = 3; delivery <= 6; delivery++) {
      await ask(`released, delivery ${delivery}`, acknowledged(1n, 1n, RELEASE));
      await reader.fetch(`delivery ${delivery}`, version, [], { maxWaitMs: 10 });
    }
    const offsets = {
      groups: [{ groupId: group, topics: [{ topicName: topic, partitions: [0] }] }],
    };
    await scene.ask('then', 'DescribeShareGroupOffsets', 1, offsets);
    await reader.fetch('ends', version, [acknowledged(2n, 2n, ACCEPT)], { shareSessionEpoch: -1 });
  }
};

const limits: Scenario = async (scene) => {
  for (const version of [1, 2]) {
    const topic = `share-limits-${version}`;
    const group = `share-l${version}`;
    const topicId = await scene.create(topic);
    await configured(scene, group, { 'share.partition.max.record.locks': '100' });
    await joined(scene, group, 'm1', [topic], 1);
    await joined(scene, group, 'm2', [topic], 1);
    for (let batch = 0; batch < 4; batch++) {
      const values = Array.from({ length: 30 }, (_, i) => `${batch}-${i}`);
      await scene.quietly('Produce', 9, produce(topic, batchOf(values)));
    }
    const [first, second] = ['m1', 'm2'].map((m) => new Reader(scene, group, m, topicId));
    await first!.fetch('ten records', version, [], { maxRecords: 10, batchSize: 10 });
    await second!.fetch('all else', version);
    await second!.fetch('nothing left', version, [], { maxWaitMs: 10 });
    await first!.acknowledge('done', version, [acknowledged(0n, 29n, ACCEPT)]);
    await first!.fetch('the rest', version, [], { batchSize: 7, maxWaitMs: 1_000 });
    await first!.fetch('no records', version, [], { maxRecords: 0, maxWaitMs: 10 });
    await first!.fetch('no bytes', version, [], { maxBytes: 0, maxWaitMs: 10 });
    await first!.fetch('ends', version, [], { shareSessionEpoch: -1, topics: [] });
    await second!.fetch('what the other had', version, [], { maxWaitMs: 1_000 });
  }
};

const strictLimit: Scenario = async (scene) => {
  const topicId = await scene.create('share-strict');
  await configured(scene, 'share-x', {});
  await joined(scene, 'share-x', 'm', ['share-strict'], 1);
  const values = Array.from({ length: 30 }, (_, i) => `${i}`);
  await scene.quietly('Produce', 9, produce('share-strict', batchOf(values)));
  const reader = new Reader(scene, 'share-x', 'm', topicId);
  const strict = { shareAcquireMode: 1, maxRecords: 12, batchSize: 5 };
  await reader.fetch('twelve', 2, [], strict);
  await reader.fetch('twelve more', 2, [], { ...strict, batchSize: 100 });
  await reader.acknowledge('renewed', 2, [acknowledged(0n, 3n, RENEW)], { isRenewAck: true });
  await reader.acknowledge('renewed and not', 2, [acknowledged(0n, 1n, RENEW, ACCEPT)], {
    isRenewAck: true,
  });
  await reader.acknowledge('renewed, not held', 2, [acknowledged(1n, 1n, RENEW)]);
  await reader.fetch('renewed with records', 2, [acknowledged(4n, 4n, RENEW)], {
    isRenewAck: true,
  });
  const nothing = { isRenewAck: true, maxWaitMs: 0, minBytes: 0, maxBytes: 0, maxRecords: 0 };
  await reader.fetch('renewed alone', 2, [acknowledged(4n, 4n, RENEW)], nothing);
  await reader.fetch('unknown mode', 2, [], { shareAcquireMode: 5, maxWaitMs: 10 });
};

const isolation: Scenario = async (scene) => {
  const topicId = await scene.create('share-committed');
  await configured(scene, 'share-rc', { 'share.isolation.level': 'read_committed' });
  await configured(scene, 'share-ru', {});
  await joined(scene, 'share-rc', 'm', ['share-committed'], 1);
  await joined(scene, 'share-ru', 'm', ['share-committed'], 1);
  const producer = await new TransactionalClient(scene, 'share-tx').begin();
  const transaction = async (values: readonly string[], committed: boolean) => {
    await producer.add('added', 3, 'share-committed');
    await producer.produce('produced', 9, 'share-committed', values);
    await producer.end('ended', 3, committed);
  };
  await transaction(['a', 'b'], true);
  await transaction(['c', 'd'], false);
  await scene.quietly('Produce', 9, produce('share-committed', batchOf(['e'])));
  await transaction(['f'], true);
  for (const group of ['share-rc', 'share-ru']) {
    const reader = new Reader(scene, group, 'm', topicId);
    reader.view = withoutRecords;
    await reader.fetch(group, 2);
    await reader.acknowledge(group, 2, [acknowledged(0n, 1n, ACCEPT)]);
    await reader.fetch(`${group} ends`, 2, [], { shareSessionEpoch: -1, topics: [] });
  }
};

/** Markers have the time of now. What of the bytes is acquired is what counts. */
function withoutRecords(answer: Answer): Answer {
  const responses = answer.responses.map(({ topicId, partitions }: Answer) => ({
    topicId,
    partitions: partitions.map(({ records: _, ...partition }: Answer) => partition),
  }));
  return { ...answer, responses };
}

const offsets: Scenario = async (scene) => {
  await coordinated(scene);
  const topicId = await scene.create('share-offsets', { partitions: 2 });
  await scene.create('share-elsewhere');
  await scene.quietly('Produce', 9, produce('share-offsets', batchOf([...'abcdef'])));
  const group = 'share-o';
  const named = (topicName: string, ...partitions: number[]) => ({ topicName, partitions });
  const describe = async (step: string, topics: readonly object[] | null, groupId = group) => {
    for (const version of [0, 1]) {
      const request = { groups: [{ groupId, topics }] };
      await scene.ask(step, 'DescribeShareGroupOffsets', version, request, { view: sorted });
    }
  };
  const starts = (topicName: string, ...at: readonly [number, bigint][]) => ({
    topicName,
    partitions: at.map(([partitionIndex, startOffset]) => ({ partitionIndex, startOffset })),
  });
  const alter = (step: string, topics: readonly object[], groupId = group) =>
    scene.ask(step, 'AlterShareGroupOffsets', 0, { groupId, topics });
  const remove = (step: string, topics: readonly string[], groupId = group) =>
    scene.ask(step, 'DeleteShareGroupOffsets', 0, {
      ...{ groupId, topics: topics.map((topicName) => ({ topicName })) },
    });
  await describe('unknown group', [named('share-offsets', 0)], 'share-none');
  await describe('all of an unknown group', null, 'share-none');
  await remove('unknown group', ['share-offsets'], 'share-none');
  await remove('no group', ['share-offsets'], '');
  await alter('no group', [starts('share-offsets', [0, 1n])], '');
  await configured(scene, group, {});
  await joined(scene, group, 'm', ['share-offsets'], 2);
  await describe('before reading', [named('share-offsets', 0, 1)]);
  await alter('with members', [starts('share-offsets', [0, 1n])]);
  await remove('with members', ['share-offsets']);
  const reader = new Reader(scene, group, 'm', topicId);
  await reader.fetch('reads', 1);
  await reader.fetch('acknowledges', 1, [acknowledged(0n, 2n, ACCEPT)], { maxWaitMs: 10 });
  await reader.fetch('ends', 1, [], { shareSessionEpoch: -1, topics: [] });
  await scene.ask('leaves', 'ShareGroupHeartbeat', 1, beat(group, 'm', -1));
  await describe('read', [named('share-offsets', 0)]);
  await describe('of another topic', [named('share-elsewhere', 0)]);
  await describe('nothing', []);
  await alter('set', [starts('share-offsets', [0, 5n], [7, 1n])]);
  await alter('set, unknown', [starts('share-none', [0, 1n])]);
  await describe('set', [named('share-offsets', 0)]);
  await alter('before the log', [starts('share-offsets', [1, -5n])]);
  await alter('another topic', [starts('share-elsewhere', [0, 0n])]);
  await alter('nothing', []);
  await describe('all', null);
  await remove('some', ['share-elsewhere', 'share-none']);
  await remove('again', ['share-elsewhere']);
  await describe('what is left', null);
  await joined(scene, group, 'm', ['share-offsets'], 2);
  const again = new Reader(scene, group, 'm', topicId);
  await again.fetch('reads from there', 1);
  await again.fetch('ends again', 1, [], { shareSessionEpoch: -1, topics: [] });
  await scene.ask('leaves again', 'ShareGroupHeartbeat', 1, beat(group, 'm', -1));
  await scene.ask('deleted', 'DeleteGroups', 2, { groupsNames: [group] });
  await describe('deleted', [named('share-offsets', 0)]);
};

function sorted(answer: Answer): Answer {
  const byName = (a: Answer, b: Answer) => (a.topicName < b.topicName ? -1 : 1);
  const byIndex = (a: Answer, b: Answer) => a.partitionIndex - b.partitionIndex;
  const groups = answer.groups.map((group: Answer) => ({
    ...group,
    topics: [...group.topics].sort(byName).map((topic: Answer) => ({
      ...topic,
      partitions: [...topic.partitions].sort(byIndex),
    })),
  }));
  return { ...answer, groups };
}

export const SHARE: Readonly<Record<string, Scenario>> = {
  ...{ heartbeats, sessions, acknowledgements, limits, strictLimit, isolation, offsets },
};
