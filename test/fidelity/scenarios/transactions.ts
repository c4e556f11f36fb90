import { batchOf, produce } from '../batches.ts';
import type { Answer, Scenario, Scene } from '../scene.ts';
import { inOrder, read, TransactionalClient } from '../transactional-client.ts';

const classic: Scenario = async (scene) => {
  for (const version of [0, 1, 2, 3, 4]) {
    const topic = `txn-classic-${version}`;
    await scene.create(topic, { partitions: 2 });
    const client = new TransactionalClient(scene, topic);
    await client.init('init', version);
    await client.describe('before');
    const add = Math.min(version, 3);
    await client.add('add', add, topic, [0, 1]);
    await client.add('add again', add, topic, [1]);
    const way = 3 + 2 * version;
    await client.produce('in the transaction', way, topic, ['a', 'b']);
    await client.produce('in the other partition', way, topic, ['c'], { partition: 1 });
    await client.describe('ongoing');
    await read(scene, 'ongoing', topic);
    await client.end('commit', version, true);
    await client.describe('committed');
    await read(scene, 'committed', topic);
    await client.end('commit again', version, true);
    await client.end('abort what is committed', version, false);
    await client.add('next', add, topic);
    await client.produce('next', way, topic, ['d']);
    await client.end('abort', version, false);
    await client.end('abort again', version, false);
    await client.end('commit what is aborted', version, true);
    await client.describe('aborted');
    await read(scene, 'aborted', topic);
    await client.init('init again', version);
    await client.end('nothing to commit', version, true);
    await client.end('nothing to abort', version, false);
  }
};

const initialising: Scenario = async (scene) => {
  const client = await new TransactionalClient(scene, 'txn-init').begin();
  for (const version of [0, 3, 4, 5]) {
    const ask = (step: string, change: object) => client.init(step, version, change);
    await ask('no timeout', { transactionTimeoutMs: 0 });
    await ask('negative timeout', { transactionTimeoutMs: -1 });
    await ask('longest timeout', { transactionTimeoutMs: 900_000 });
    await ask('timeout too long', { transactionTimeoutMs: 900_001 });
    await ask('empty id', { transactionalId: '' });
    if (version < 3) continue;
    const { producerId, producerEpoch } = client;
    const mine = { producerId, producerEpoch };
    await scene.ask('with what it is', 'InitProducerId', version, {
      ...{ transactionalId: 'txn-init', transactionTimeoutMs: 60_000 },
      ...mine,
    });
    await ask('the same again', mine);
    await ask('an older epoch', { producerId, producerEpoch: producerEpoch - 1 });
    await ask('a newer epoch', { producerId, producerEpoch: producerEpoch + 7 });
    await ask('another producer', { producerId: 987_654n, producerEpoch: 0 });
    await ask('an id without epoch', { producerId, producerEpoch: -1 });
    await ask('an epoch without id', { producerId: -1n, producerEpoch: 2 });
    await client.begin();
  }
};

const refusedPartitions: Scenario = async (scene) => {
  await scene.create('txn-add', { partitions: 2 });
  const client = await new TransactionalClient(scene, 'txn-add').begin();
  await client.begin();
  for (const version of [0, 1, 2, 3]) {
    const add = (step: string, topic: string, partitions?: number[], change?: object) =>
      client.add(step, version, topic, partitions, change);
    await add('no such topic', 'txn-none');
    await add('no such partition', 'txn-add', [0, 5]);
    await add('another producer', 'txn-add', [0], { producerId: 987_654n });
    await add('older epoch', 'txn-add', [0], { producerEpoch: client.producerEpoch - 1 });
    await add('newer epoch', 'txn-add', [0], { producerEpoch: client.producerEpoch + 1 });
    await add('no such id', 'txn-add', [0], { transactionalId: 'txn-unknown' });
    await add('empty id', 'txn-add', [0], { transactionalId: '' });
    await add('no partitions', 'txn-add', []);
    const end = (step: string, change: object) => client.end(step, version, true, change);
    await end('end: another producer', { producerId: 987_654n });
    await end('end: older epoch', { producerEpoch: client.producerEpoch - 1 });
    await end('end: newer epoch', { producerEpoch: client.producerEpoch + 1 });
    await end('end: no such id', { transactionalId: 'txn-unknown' });
    await end('end: empty id', { transactionalId: '' });
  }
};

const batched: Scenario = async (scene) => {
  await scene.create('txn-batched', { partitions: 2 });
  const one = await new TransactionalClient(scene, 'txn-batched-1').begin();
  const two = await new TransactionalClient(scene, 'txn-batched-2').begin();
  for (const version of [4, 5]) {
    const topics = [{ name: 'txn-batched', partitions: [0, 1] }];
    const ask = (step: string, transactions: object[]) =>
      scene.ask(
        step,
        'AddPartitionsToTxn',
        version,
        { transactions },
        { view: (answer) => inOrder(answer, 'partitionIndex') },
      );
    const only = [{ name: 'txn-batched', partitions: [0] }];
    await ask('verify before', [{ ...one.name, verifyOnly: true, topics }]);
    await ask('add and refuse', [
      { ...one.name, topics: only },
      { ...two.name, producerEpoch: two.producerEpoch + 1, topics },
    ]);
    await ask('verify', [{ ...one.name, verifyOnly: true, topics }]);
    await ask('verify another producer', [
      { ...one.name, producerId: 987_654n, verifyOnly: true, topics },
    ]);
    await ask('verify another epoch', [
      { ...one.name, producerEpoch: 77, verifyOnly: true, topics },
    ]);
    await ask('verify no such id', [
      { ...one.name, transactionalId: 'txn-unknown', verifyOnly: true, topics },
    ]);
    await ask('nothing', []);
    await one.describe('added');
    await one.end('abort', 4, false);
  }
};

const strangers: Scenario = async (scene) => {
  const topicId = await scene.create('txn-strangers', { partitions: 2 });
  const client = await new TransactionalClient(scene, 'txn-strangers').begin();
  for (const version of [3, 10, 11]) {
    await client.produce('before it is added', version, 'txn-strangers', ['a']);
  }
  await client.add('add', 3, 'txn-strangers', [0]);
  for (const version of [3, 10, 11]) {
    await client.produce('not added', version, 'txn-strangers', ['a'], { partition: 1 });
    await client.produce('older epoch', version, 'txn-strangers', ['a'], {
      batch: { producerEpoch: client.producerEpoch - 1 },
    });
    await client.produce('newer epoch', version, 'txn-strangers', ['a'], {
      batch: { producerEpoch: client.producerEpoch + 1 },
    });
    await client.produce('another producer', version, 'txn-strangers', ['a'], {
      batch: { producerId: 987_654n },
    });
  }
  await client.produce('added', 11, 'txn-strangers', ['a']);
  await client.produce('outside of it', 11, 'txn-strangers', ['b'], {
    batch: { transactional: false },
  });
  const foreign = batchOf(['c'], { ...client.name, baseSequence: 5, transactional: true });
  await scene.ask('without an id', 'Produce', 11, produce('txn-strangers', foreign));
  await scene.ask(
    'with an unknown id',
    'Produce',
    11,
    produce('txn-strangers', foreign, { transactionalId: 'txn-unknown', partition: 1 }),
  );
  await client.end('commit', 4, true);
  for (const version of [11, 12, 13]) {
    const at = version === 13 ? { topicId } : {};
    await client.produce('older epoch, adding', version, 'txn-strangers', ['a'], {
      ...{ ...at, batch: { producerEpoch: client.producerEpoch - 1 } },
    });
    await client.produce('newer epoch, adding', version, 'txn-strangers', ['a'], {
      ...{ ...at, batch: { producerEpoch: client.producerEpoch + 1 } },
    });
    await client.produce('another producer, adding', version, 'txn-strangers', ['a'], {
      ...{ ...at, batch: { producerId: 987_654n } },
    });
  }
  await read(scene, 'after all', 'txn-strangers');
};

const fencing: Scenario = async (scene) => {
  for (const version of [1, 4]) {
    const topic = `txn-fenced-${version}`;
    await scene.create(topic);
    const first = await new TransactionalClient(scene, topic).begin();
    await first.add('add', 3, topic);
    await first.produce('first', 9, topic, ['zombie']);
    const second = new TransactionalClient(scene, topic);
    await scene.ask('init while it is open', 'InitProducerId', version, {
      ...{ transactionalId: topic, transactionTimeoutMs: 60_000 },
    });
    await second.settled();
    await second.describe('after the first init');
    await read(scene, 'fenced', topic);
    await second.init('init', version);
    await first.add('zombie adds', Math.min(version, 3), topic);
    await first.end('zombie commits', version, true);
    await first.end('zombie aborts', version, false);
    await first.produce('zombie produces', 9, topic, ['again']);
    await scene.ask('zombie continues', 'InitProducerId', 4, {
      ...{ ...first.name, transactionTimeoutMs: 60_000 },
    });
    await second.describe('in the end');
  }
};

const epochs: Scenario = async (scene) => {
  const topicId = await scene.create('txn-epochs', { partitions: 2 });
  for (const version of [12, 13]) {
    const topic = 'txn-epochs';
    const at = version === 13 ? { topicId } : {};
    const client = await new TransactionalClient(scene, `txn-epochs-${version}`).begin();
    await client.end('nothing to commit', 5, true);
    await client.end('nothing to abort', 5, false);
    await client.describe('aborted nothing');
    await client.produce('adds by itself', version, topic, ['a'], at);
    await client.produce('and on', version, topic, ['b'], at);
    await client.produce('other partition', version, topic, ['c'], { ...at, partition: 1 });
    await client.describe('ongoing');
    await read(scene, 'ongoing', topic);
    const before = client.name;
    await client.end('commit', 5, true);
    await client.describe('committed');
    await read(scene, 'committed', topic);
    const after = client.name;
    await client.end('commit again', 5, true, before);
    await client.end('abort of what is committed', 5, false, before);
    client.became(after);
    await client.end('commit with the new epoch', 5, true);
    await client.end('an older epoch', 5, true, { producerEpoch: before.producerEpoch - 1 });
    await client.end('a newer epoch', 5, true, { producerEpoch: after.producerEpoch + 1 });
    await client.end('another producer', 5, true, { producerId: 987_654n });
    await client.end('no such id', 5, true, { transactionalId: 'txn-unknown' });
    await client.end('empty id', 5, true, { transactionalId: '' });
    await client.produce('next', version, topic, ['d'], at);
    const third = client.name;
    await client.end('abort', 5, false);
    const fourth = client.name;
    await client.end('abort again', 5, false, third);
    await client.end('commit of what is aborted', 5, true, third);
    client.became(fourth);
    await client.end('abort with the new epoch', 5, false);
    await client.describe('aborted twice');
    await read(scene, 'aborted', topic);
    await client.produce('left open', version, topic, ['e'], at);
    await scene.ask('init while it is open', 'InitProducerId', 4, {
      ...{ transactionalId: client.transactionalId, transactionTimeoutMs: 60_000 },
    });
    await client.settled();
    await client.describe('fenced');
    await client.end('zombie commits', 5, true);
    await client.produce('zombie produces', version, topic, ['f'], at);
    await read(scene, 'fenced', topic);
  }
};

function offsetsOf(topicId: string, version: number, change: object = {}) {
  const topic = version >= 6 ? { topicId } : { name: 'txn-offsets' };
  const partitions = [
    { partitionIndex: 0, committedOffset: 3n, committedLeaderEpoch: 0, committedMetadata: 'm' },
  ];
  return { topics: [{ ...topic, partitions }], ...change };
}

/** The first search for a group's coordinator creates its topic. */
async function coordinatorOf(scene: Scene, groupId: string): Promise<void> {
  for (let left = 200; left > 0; left--) {
    await scene.quietly('FindCoordinator', 2, { key: groupId, keyType: 0 });
    const request = { groups: [{ groupId, topics: null }], requireStable: false };
    const answer = await scene.quietly('OffsetFetch', 8, request);
    if (answer.groups[0].errorCode === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const offsets: Scenario = async (scene) => {
  const topicId = await scene.create('txn-offsets');
  for (let version = 0; version <= 6; version++) {
    const groupId = `txn-offsets-group-${version}`;
    const client = await new TransactionalClient(scene, `txn-offsets-${version}`).begin();
    const commit = (step: string, change: object = {}) =>
      scene.ask(step, 'TxnOffsetCommit', version, {
        ...{ ...client.name, groupId },
        ...offsetsOf(topicId, version, change),
      });
    const fetched = async (step: string) => {
      for (const requireStable of [false, true]) {
        await scene.ask(`${step}, stable ${requireStable}`, 'OffsetFetch', 8, {
          groups: [{ groupId, topics: [{ name: 'txn-offsets', partitionIndexes: [0] }] }],
          requireStable,
        });
      }
    };
    const add = (step: string, change: object = {}) =>
      scene.ask(step, 'AddOffsetsToTxn', Math.min(version, 4), {
        ...{ ...client.name, groupId, ...change },
      });
    await coordinatorOf(scene, groupId);
    const bumps = version >= 5;
    const end = (step: string, committed: boolean) => client.end(step, bumps ? 5 : 4, committed);
    if (!bumps) await commit('before it is added');
    await add('empty group', { groupId: '' });
    await add('add: another producer', { producerId: 987_654n });
    await add('add: older epoch', { producerEpoch: client.producerEpoch - 1 });
    await add('add: newer epoch', { producerEpoch: client.producerEpoch + 1 });
    await add('add: empty id', { transactionalId: '' });
    if (!bumps) await add('add');
    await commit('empty group id', { groupId: '' });
    await commit('another producer', { producerId: 987_654n });
    await commit('older epoch', { producerEpoch: client.producerEpoch - 1 });
    await commit('newer epoch', { producerEpoch: client.producerEpoch + 1 });
    await commit('no such topic', {
      topics: [
        {
          ...(version >= 6 ? { topicId: 'AAAAAAAAAAAAAAAAAAAABA' } : { name: 'txn-none' }),
          partitions: [{ partitionIndex: 0, committedOffset: 3n, committedMetadata: '' }],
        },
      ],
    });
    if (version >= 3) {
      await commit('a generation', { generationIdOrMemberEpoch: 4 });
      await commit('a member', { memberId: 'nobody' });
    }
    await commit('commit');
    await client.describe('open');
    await fetched('open');
    await end('end', true);
    await fetched('committed');
    if (!bumps) await add('add again');
    await commit('commit again', {
      topics: [
        {
          ...(version >= 6 ? { topicId } : { name: 'txn-offsets' }),
          partitions: [{ partitionIndex: 0, committedOffset: 9n, committedMetadata: 'n' }],
        },
      ],
    });
    await fetched('open again');
    await end('abort', false);
    await fetched('aborted');
  }
};

const markers: Scenario = async (scene) => {
  for (const version of [1, 2]) {
    const topic = `txn-markers-${version}`;
    await scene.create(topic);
    const client = await new TransactionalClient(scene, topic).begin();
    await client.begin();
    await client.begin();
    const { producerId, producerEpoch } = client;
    const write = (step: string, change: object, name = topic, partition = 0) =>
      scene.ask(step, 'WriteTxnMarkers', version, {
        markers: [
          {
            ...{ producerId, producerEpoch, transactionResult: true, coordinatorEpoch: 0 },
            ...{ topics: [{ name, partitionIndexes: [partition] }], ...change },
          },
        ],
      });
    await write('of an unknown producer', { producerId: 987_654n });
    await client.add('add', 3, topic);
    await client.produce('produce', 9, topic, ['a']);
    await write('no such topic', {}, 'txn-none');
    await write('no such partition', {}, topic, 4);
    await write('older epoch', { producerEpoch: producerEpoch - 1 });
    await write('older coordinator', { coordinatorEpoch: -5 });
    await write('same epoch of version 2', { transactionVersion: 2 });
    await write('same epoch', {});
    await write('same epoch again', {});
    await write('next epoch of version 2', {
      ...{ transactionVersion: 2, producerEpoch: producerEpoch + 1 },
    });
    await write('newer coordinator', { producerEpoch: producerEpoch + 1, coordinatorEpoch: 3 });
    await write('older coordinator than the last', { producerEpoch: producerEpoch + 1 });
    await read(scene, 'after markers', topic);
  }
};

const describedProducers: Scenario = async (scene) => {
  await scene.create('txn-producers', { partitions: 2 });
  const client = await new TransactionalClient(scene, 'txn-producers').begin();
  const describe = (step: string) =>
    scene.ask(
      step,
      'DescribeProducers',
      0,
      { topics: [{ name: 'txn-producers', partitionIndexes: [0, 1, 9] }] },
      {
        view: (answer) => {
          for (const { partitions } of answer.topics) {
            for (const { activeProducers } of partitions) {
              for (const one of activeProducers) one.lastTimestamp = one.lastTimestamp > 0n ? 1 : 0;
            }
          }
          return answer;
        },
      },
    );
  await describe('before');
  await client.add('add', 3, 'txn-producers');
  await client.produce('first', 9, 'txn-producers', ['a', 'b']);
  await describe('open');
  await client.end('commit', 4, true);
  await describe('committed');
  await scene.ask('no such topic', 'DescribeProducers', 0, {
    topics: [{ name: 'txn-none', partitionIndexes: [0] }],
  });
};

const listed: Scenario = async (scene) => {
  await scene.create('txn-listed');
  const idle = await new TransactionalClient(scene, 'txn-listed-idle').begin();
  const open = await new TransactionalClient(scene, 'txn-listed-open').begin();
  const done = await new TransactionalClient(scene, 'txn-listed-done').begin();
  await open.add('add', 3, 'txn-listed');
  await done.add('add', 3, 'txn-listed');
  await done.end('commit', 4, true);
  const ask = (step: string, version: number, request: object = {}) =>
    scene.ask(
      step,
      'ListTransactions',
      version,
      { stateFilters: [], producerIdFilters: [], ...request },
      {
        view: (answer) => ({
          ...answer,
          transactionStates: answer.transactionStates
            .filter((one: Answer) => one.transactionalId.startsWith('txn-listed'))
            .sort((a: Answer, b: Answer) => (a.transactionalId < b.transactionalId ? -1 : 1)),
        }),
      },
    );
  for (const version of [0, 1, 2]) {
    await ask('all', version);
    await ask('ongoing', version, { stateFilters: ['Ongoing'] });
    await ask('two states', version, { stateFilters: ['Empty', 'CompleteCommit'] });
    await ask('lower case', version, { stateFilters: ['ongoing'] });
    await ask('no such state', version, { stateFilters: ['Ongoing', 'Sleeping'] });
    await ask('only no such states', version, { stateFilters: ['Sleeping'] });
    await ask('one producer', version, { producerIdFilters: [idle.producerId] });
    await ask('no such producer', version, { producerIdFilters: [987_654n] });
    if (version < 1) continue;
    await ask('runs for an hour', version, { durationFilter: 3_600_000n });
    await ask('runs for no time', version, { durationFilter: -7n });
    if (version < 2) continue;
    await ask('pattern', version, { transactionalIdPattern: 'txn-listed-(open|idle)' });
    await ask('pattern of a part', version, { transactionalIdPattern: 'listed' });
    await ask('pattern of all', version, { transactionalIdPattern: 'txn-listed-.*' });
    await ask('empty pattern', version, { transactionalIdPattern: '' });
    await ask('broken pattern', version, { transactionalIdPattern: 'txn-(' });
  }
  await scene.ask('not there', 'DescribeTransactions', 0, {
    transactionalIds: ['txn-unknown', ''],
  });
  await open.end('abort', 4, false);
};

export const TRANSACTIONS: Readonly<Record<string, Scenario>> = {
  ...{ classic, initialising, refusedPartitions, batched, strangers, fencing, epochs },
  ...{ offsets, markers, describedProducers, listed },
};
