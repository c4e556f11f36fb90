import { expect, test } from 'vitest';
import { type Broker, startTestBroker } from '../../../src/testing/index.ts';
import { type Answer, Scene } from '../../fidelity/scene.ts';

const UNSUPPORTED_VERSION = 35;
const SAFE_DOWNGRADE = 2;
const UPGRADE = 1;

const settings = { 'group.streams.assignment.interval.ms': '0' };

const subtopology = (change: object) => ({
  ...{ subtopologyId: '0', sourceTopics: ['in'], sourceTopicRegex: [] },
  ...{ stateChangelogTopics: [], repartitionSinkTopics: [], repartitionSourceTopics: [] },
  ...{ copartitionGroups: [], ...change },
});

const join = (change: object = {}) => ({
  ...{ groupId: 'g', memberId: 'm', memberEpoch: 0, endpointInformationEpoch: 0 },
  ...{ rebalanceTimeoutMs: 1_000, processId: 'p' },
  ...{ activeTasks: [], standbyTasks: [], warmupTasks: [] },
  topology: { epoch: 0, subtopologies: [subtopology(change)] },
});

async function asking(broker: Broker, play: (scene: Scene) => Promise<void>): Promise<void> {
  const scene = new Scene(broker.port);
  try {
    await scene.quietly('FindCoordinator', 4, { keyType: 0, coordinatorKeys: ['g'] });
    await play(scene);
  } finally {
    scene.close();
  }
}

/** Beats until the answer is as wanted. */
async function until(
  scene: Scene,
  request: object,
  isWanted: (answer: Answer) => boolean,
): Promise<Answer> {
  for (let left = 500; left > 0; left--) {
    const answer: Answer = await scene.quietly('StreamsGroupHeartbeat', 1, request);
    if (isWanted(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('the answer does not come');
}

test('streams.version 0 has nobody served, and 1 everybody again', async () => {
  await using broker = await startTestBroker({ topics: ['in'], settings });
  await asking(broker, async (scene) => {
    const update = (maxVersionLevel: number, upgradeType: number) =>
      scene.quietly('UpdateFeatures', 1, {
        ...{ timeoutMs: 10_000, validateOnly: false },
        featureUpdates: [{ feature: 'streams.version', maxVersionLevel, upgradeType }],
      });
    const level = async () => {
      const told: Answer = await scene.quietly('ApiVersions', 3, {
        ...{ clientSoftwareName: 'test', clientSoftwareVersion: '1' },
      });
      const feature = told.finalizedFeatures.find((one: Answer) => one.name === 'streams.version');
      return feature?.maxVersionLevel;
    };
    expect(await level()).toBe(1);
    expect(await scene.quietly('StreamsGroupHeartbeat', 1, join())).toMatchObject({ errorCode: 0 });
    expect(await update(0, SAFE_DOWNGRADE)).toMatchObject({ errorCode: 0 });
    expect(await level()).toBeUndefined();
    const describe = { groupIds: ['g', 'h'], includeAuthorizedOperations: false };
    expect(await scene.quietly('StreamsGroupHeartbeat', 1, join())).toMatchObject({
      errorCode: UNSUPPORTED_VERSION,
    });
    const refused: Answer = await scene.quietly('StreamsGroupDescribe', 1, describe);
    expect(refused.groups.map(({ errorCode }: Answer) => errorCode)).toEqual([
      ...[UNSUPPORTED_VERSION, UNSUPPORTED_VERSION],
    ]);
    expect(await update(1, UPGRADE)).toMatchObject({ errorCode: 0 });
    expect(await scene.quietly('StreamsGroupHeartbeat', 1, join())).toMatchObject({ errorCode: 0 });
  });
});

test('a broker whose protocols are others does not serve streams groups', async () => {
  const protocols = { 'group.coordinator.rebalance.protocols': 'classic,consumer' };
  await using broker = await startTestBroker({
    ...{ topics: ['in'], settings: { ...settings, ...protocols } },
  });
  await asking(broker, async (scene) => {
    expect(await scene.quietly('StreamsGroupHeartbeat', 1, join())).toMatchObject({
      errorCode: UNSUPPORTED_VERSION,
    });
  });
});

test('internal topics are made by the broker, and used once they are there', async () => {
  await using broker = await startTestBroker({ topics: ['in'], settings });
  await asking(broker, async (scene) => {
    const changelog = { partitions: 0, replicationFactor: 1 };
    const topicConfigs = [{ key: 'cleanup.policy', value: 'compact' }];
    const request = join({
      stateChangelogTopics: [{ name: 'g-store-changelog', ...changelog, topicConfigs }],
    });
    const first: Answer = await scene.quietly('StreamsGroupHeartbeat', 1, request);
    expect(first.status[0].statusDetail).toBe('Internal topics are missing: g-store-changelog');
    const ready = await until(scene, request, ({ status }) => status.length === 0);
    expect(ready.activeTasks).toHaveLength(1);
    const topics: Answer = await scene.quietly('DescribeTopicPartitions', 0, {
      topics: [{ name: 'g-store-changelog' }],
      ...{ responsePartitionLimit: 10, cursor: null },
    });
    expect(topics.topics[0].partitions).toHaveLength(1);
  });
});

test('of topics that cannot be made a few are told, and how many more', async () => {
  await using broker = await startTestBroker({ topics: ['in'], settings });
  await asking(broker, async (scene) => {
    const topicConfigs = [{ key: 'no.such.config', value: '1' }];
    const request = join({
      stateChangelogTopics: Array.from({ length: 5 }, (_, i) => ({
        ...{ name: `store-${i}`, partitions: 0, replicationFactor: 0, topicConfigs },
      })),
    });
    const told = await until(scene, request, ({ status }) =>
      status[0].statusDetail.includes('Creation failed'),
    );
    expect(told.status[0].statusDetail).toMatch(
      /^Internal topics are missing: .* and 2 additional topics; Creation failed: (store-\d \([^)]*no\.such\.config[^)]*\)(, )?){3} and 2 more\.$/,
    );
  });
});

test('a topology of megabytes is refused in words, and leaves nothing behind', async () => {
  await using broker = await startTestBroker({ topics: ['in'], settings });
  await asking(broker, async (scene) => {
    const topicConfigs = Array.from({ length: 100 }, (_, i) => ({
      ...{ key: `key-${i}`, value: 'x'.repeat(30_000) },
    }));
    const request = join({
      stateChangelogTopics: [{ name: 'store', partitions: 0, replicationFactor: 0, topicConfigs }],
    });
    const refused: Answer = await scene.quietly('StreamsGroupHeartbeat', 1, request);
    expect(refused).toMatchObject({
      errorCode: -1,
      errorMessage: 'The topology or assignment is too large to be stored.',
    });
    const listed: Answer = await scene.quietly('ListGroups', 5, {
      ...{ statesFilter: [], typesFilter: [] },
    });
    expect(listed.groups).toEqual([]);
    expect(await scene.quietly('StreamsGroupHeartbeat', 1, join())).toMatchObject({ errorCode: 0 });
  });
});
