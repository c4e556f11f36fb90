import { batchOf, produce } from '../batches.ts';
import type { Answer, Scenario, Scene } from '../scene.ts';

interface Wanted {
  readonly topic?: string;
  readonly topicId?: string;
  readonly partition?: number;
  readonly offset?: bigint;
  readonly maxBytes?: number;
  readonly leaderEpoch?: number;
  readonly lastFetchedEpoch?: number;
}

function fetching(wanted: readonly Wanted[], more: object = {}): object {
  return {
    ...{ maxWaitMs: 0, minBytes: 0, maxBytes: 1 << 20, forgottenTopicsData: [] },
    topics: wanted.map((one) => ({
      ...(one.topicId === undefined ? { topic: one.topic } : { topicId: one.topicId }),
      partitions: [
        {
          ...{ partition: one.partition ?? 0, fetchOffset: one.offset ?? 0n },
          ...{ partitionMaxBytes: one.maxBytes ?? 1 << 20 },
          ...(one.leaderEpoch === undefined ? {} : { currentLeaderEpoch: one.leaderEpoch }),
          ...(one.lastFetchedEpoch === undefined ? {} : { lastFetchedEpoch: one.lastFetchedEpoch }),
        },
      ],
    })),
    ...more,
  };
}

async function filled(scene: Scene, name: string, partitions = 1): Promise<string> {
  const id = await scene.create(name, { partitions });
  for (let partition = 0; partition < partitions; partition++) {
    for (const values of [['a', 'b'], ['c'], ['d', 'e', 'f']]) {
      await scene.quietly('Produce', 9, produce(name, batchOf(values), { partition }));
    }
  }
  return id;
}

/** Kafka puts the partitions in error last; the order says nothing to a client. */
const byPartition = (answer: Answer) => ({
  ...answer,
  responses: answer.responses.map((topic: Answer) => ({
    ...topic,
    partitions: [...topic.partitions].sort((a, b) => a.partitionIndex - b.partitionIndex),
  })),
});

const versions: Scenario = async (scene) => {
  const topicId = await filled(scene, 'fetch-versions');
  for (let version = 4; version <= 18; version++) {
    const topic = version >= 13 ? { topicId } : { topic: 'fetch-versions' };
    const none = version >= 13 ? { topicId: 'AAAAAAAAAAAAAAAAAAAABA' } : { topic: 'fetch-none' };
    const ask = (step: string, wanted: readonly Wanted[], more?: object) =>
      scene.ask(step, 'Fetch', version, fetching(wanted, more));
    await ask('all', [topic]);
    await ask('committed', [topic], { isolationLevel: 1 });
    await ask('from the middle of a batch', [{ ...topic, offset: 4n }]);
    await ask('at the end', [{ ...topic, offset: 6n }]);
    await ask('beyond the end', [{ ...topic, offset: 7n }]);
    await ask('before the start', [{ ...topic, offset: -1n }]);
    await ask('no such partition', [{ ...topic, partition: 9 }]);
    await ask('unknown topic', [none]);
    await ask('one known, one unknown', [topic, none]);
    await ask('nothing', []);
    if (version >= 9) {
      await ask('current epoch', [{ ...topic, leaderEpoch: 0 }]);
      await ask('future epoch', [{ ...topic, leaderEpoch: 5 }]);
    }
    if (version >= 12) {
      await ask('last fetched epoch', [
        { ...topic, leaderEpoch: 0, lastFetchedEpoch: 0, offset: 3n },
      ]);
      await ask('last fetched in the future', [{ ...topic, lastFetchedEpoch: 4, offset: 3n }]);
    }
  }
};

const sizes: Scenario = async (scene) => {
  await filled(scene, 'fetch-sizes', 2);
  const topic = 'fetch-sizes';
  const ask = (step: string, wanted: readonly Wanted[], more?: object) =>
    scene.ask(step, 'Fetch', 12, fetching(wanted, more));
  for (const maxBytes of [0, 1, 80, 90, 200, 220, 1000]) {
    await ask(`partition max ${maxBytes}`, [{ topic, maxBytes }]);
    await ask(`request max ${maxBytes}`, [{ topic }], { maxBytes });
    const both = [
      { topic, maxBytes: 100 },
      { topic, partition: 1 },
    ];
    await ask(`two partitions, max ${maxBytes}`, both, { maxBytes });
    await ask(`from offset 1, max ${maxBytes}`, [{ topic, maxBytes, offset: 1n }]);
  }
  await ask('negative partition max', [{ topic, maxBytes: -1 }]);
  await ask('negative max', [{ topic }], { maxBytes: -1 });
  await ask('negative min', [{ topic }], { minBytes: -1 });
  await ask('negative wait', [{ topic }], { maxWaitMs: -1 });
  await ask('isolation 7', [{ topic }], { isolationLevel: 7 });
};

const waiting: Scenario = async (scene) => {
  await filled(scene, 'fetch-waiting');
  const timed = async (step: string, wanted: Wanted, more: object, atLeast: number) => {
    const from = Date.now();
    await scene.ask(step, 'Fetch', 12, fetching([{ topic: 'fetch-waiting', ...wanted }], more));
    const waited = Date.now() - from >= atLeast;
    scene.lines.push({ step: `${step}: did it wait`, api: 'Fetch', version: 12, answer: waited });
  };
  await timed('nothing comes', { offset: 6n }, { minBytes: 1, maxWaitMs: 300 }, 280);
  await timed('min bytes 0', { offset: 6n }, { minBytes: 0, maxWaitMs: 300 }, 280);
  await timed('not enough', { offset: 5n }, { minBytes: 100_000, maxWaitMs: 300 }, 280);
  await timed('an error', { offset: 60n }, { minBytes: 1, maxWaitMs: 300 }, 280);
  await timed(
    'a session of nothing',
    { offset: 6n },
    { minBytes: 1, maxWaitMs: 300, sessionEpoch: 0 },
    280,
  );
  const wait = scene.ask(
    'data comes',
    'Fetch',
    12,
    fetching([{ topic: 'fetch-waiting', offset: 6n }], { minBytes: 1, maxWaitMs: 10_000 }),
    { client: 'waiting' },
  );
  await new Promise((resolve) => setTimeout(resolve, 100));
  await scene.quietly('Produce', 9, produce('fetch-waiting', batchOf(['new'])));
  await wait;
};

const sessions: Scenario = async (scene) => {
  const name = 'fetch-sessions';
  const topicId = await filled(scene, name, 3);
  for (const version of [7, 12, 13, 17, 18]) {
    const topic = version >= 13 ? { topicId } : { topic: name };
    const all = [0, 1, 2].map((partition) => ({ ...topic, partition, offset: 6n }));
    const ask = (
      step: string,
      wanted: readonly Wanted[],
      sessionId: number,
      sessionEpoch: number,
      more = {},
    ) =>
      scene.ask(step, 'Fetch', version, fetching(wanted, { sessionId, sessionEpoch, ...more }), {
        view: byPartition,
      });
    const full: Answer = await ask('full', all, 0, 0);
    const id = full.sessionId;
    await ask('incremental, nothing new', [], id, 1);
    await ask('one changes', [{ ...topic, offset: 3n }], id, 2);
    await ask('told again, as not fetched further', [], id, 3);
    await ask('goes on', [{ ...topic, offset: 6n }], id, 4);
    await ask('same epoch again', [], id, 4);
    await ask('epoch too large', [], id, 9);
    const forgottenTopicsData = [{ ...topic, partitions: [1] }];
    await ask('forgets', [], id, 5, { forgottenTopicsData });
    await ask('forgets another not there', [], id, 6, { forgottenTopicsData });
    await scene.quietly('Produce', 9, produce(name, batchOf(['new']), { partition: 1 }));
    await scene.quietly('Produce', 9, produce(name, batchOf(['new']), { partition: 2 }));
    await ask('news of the one left', [], id, 7);
    await ask('an error is told', [{ ...topic, partition: 8 }], id, 8);
    await ask('and again', [], id, 9);
    await ask('out of range', [{ ...topic, offset: 100n }], id, 10);
    await ask('out of range again', [], id, 11);
    await ask('forgets all', [], id, 12, {
      forgottenTopicsData: [{ ...topic, partitions: [0, 2, 8] }],
    });
    await ask('is empty', [], id, 13);
    const again: Answer = await ask('a new one in its place', all, id, 0);
    await ask('the old one is gone', [], id, 14);
    await ask('the new one lives', [], again.sessionId, 1);
    await ask('closes', all.slice(0, 1), again.sessionId, -1);
    await ask('is gone', [], again.sessionId, 2);
    await ask('unknown session', [], 12_345, 1);
    await ask('unknown session closes', all.slice(0, 1), 12_345, -1);
    await ask('epoch without a session', [], 0, 5);
    await ask('epoch -2', [], 0, -2);
    await ask('no session', all.slice(0, 1), 0, -1);
  }
};

const emptySession: Scenario = async (scene) => {
  const request = fetching([], { sessionId: 0, sessionEpoch: 0 });
  await scene.ask('a full one of nothing', 'Fetch', 12, request);
};

const deletedTopic: Scenario = async (scene) => {
  const first = await filled(scene, 'fetch-deleted');
  const full: Answer = await scene.ask(
    'full',
    'Fetch',
    13,
    fetching([{ topicId: first, offset: 6n }], { sessionEpoch: 0 }),
  );
  await scene.quietly('DeleteTopics', 6, { topics: [{ name: 'fetch-deleted' }], timeoutMs: 5_000 });
  const second = await filled(scene, 'fetch-deleted');
  const more = { sessionId: full.sessionId };
  await scene.ask('the old id', 'Fetch', 13, fetching([{ topicId: first }]));
  await scene.ask(
    'the old id in the session',
    'Fetch',
    13,
    fetching([], { ...more, sessionEpoch: 1 }),
  );
  await scene.ask(
    'the new id',
    'Fetch',
    13,
    fetching([{ topicId: second, offset: 5n }], { ...more, sessionEpoch: 2 }),
  );
  await scene.ask('mixed versions', 'Fetch', 12, fetching([], { ...more, sessionEpoch: 3 }));
  const old = produce('', batchOf(['x']), { topicId: first });
  await scene.ask('to the old id', 'Produce', 13, old);
};

export const FETCH: Readonly<Record<string, Scenario>> = {
  ...{ versions, sizes, waiting, sessions, emptySession, deletedTopic },
};
