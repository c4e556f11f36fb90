import { configureGroup, coordinatorOf } from '../../group-setup.ts';
import type { Answer, Scene } from '../../scene.ts';
import { partitionOf } from './stored-records.ts';
import { beat, joining, reading } from './streams-requests.ts';

/** Settings of a group from now on; without others each heartbeat may rebalance, and at once. Sessions last as long as can be. */
export const configured = (
  scene: Scene,
  group: string,
  configs: Readonly<Record<string, string>>,
): Promise<void> =>
  configureGroup(scene, group, {
    'streams.assignment.interval.ms': '0',
    'streams.initial.rebalance.delay.ms': '0',
    'streams.session.timeout.ms': '60000',
    ...configs,
  });

export const coordinated = (scene: Scene, ...groups: readonly string[]): Promise<void> =>
  coordinatorOf(scene, groups, {
    api: 'StreamsGroupHeartbeat',
    of: (groupId) => beat(groupId, 'm', 3),
  });

/**
 * Waits until the coordinator of the group knows the topics: Kafka tells each partition of its log by itself. Another group
 * of the same coordinator asks.
 */
export async function seen(
  scene: Scene,
  group: string,
  ...topics: readonly string[]
): Promise<void> {
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

export function heartbeats(scene: Scene, version = 1): Beat {
  return (step, request, view) =>
    scene.ask(step, 'StreamsGroupHeartbeat', version, request, view === undefined ? {} : { view });
}

export function describing(scene: Scene, ...groupIds: readonly string[]) {
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

/** Beats until the answer is as wanted. */
export async function until(
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
