import type { Answer, Scenario, Scene } from '../../scene.ts';
import { configured, coordinated, heartbeats, seen, until } from './streams-group.ts';
import { beat, internal, joining, subtopology, tasks } from './streams-requests.ts';

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

export const internalTopics: Scenario = async (scene) => {
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
