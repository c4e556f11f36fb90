import {
  commit,
  describe,
  fetch,
  INITIAL_DELAY_MS,
  join,
  type Scenario,
  sync,
} from './requests.ts';
import type { Answer } from './scene.ts';

function eachVersion(from: number, to: number, run: (version: number) => Scenario) {
  const scenarios: Record<string, Scenario> = {};
  for (let version = from; version <= to; version++) {
    scenarios[`${run.name}${version}`] = run(version);
  }
  return scenarios;
}

const lifeOf: (version: number) => Scenario = (version) => async (scene) => {
  let joining = join(scene, 'a', version);
  if (version >= 4) {
    const { memberId } = await joining;
    joining = join(scene, 'a', version, { memberId });
  }
  await scene.sleep(INITIAL_DELAY_MS);
  const joined = await joining;
  await sync(scene, 'a', Math.min(version, 5), joined);
  const { generationId, memberId } = joined;
  const member = { groupId: scene.group, generationId, memberId };
  await scene.ask('a', 'Heartbeat', Math.min(version, 4), member);
  await describe(scene, Math.min(version, 6));
  const leaving = version < 3 ? { memberId } : { members: [{ memberId }] };
  const left = { groupId: scene.group, ...leaving };
  await scene.ask('a', 'LeaveGroup', Math.min(version, 5), left);
  await scene.ask('a', 'LeaveGroup', Math.min(version, 5), left);
  await describe(scene, Math.min(version, 6));
  const names = { groupsNames: [scene.group, 'nobody'] };
  await scene.ask('admin', 'DeleteGroups', Math.min(version, 3), names);
  await describe(scene, Math.min(version, 6));
};

const offsetsOf: (version: number) => Scenario = (version) => async (scene) => {
  const named = version >= 10 ? { topicId: scene.topicId } : { name: 't' };
  const unknown = version >= 10 ? { topicId: 'iQugrgK6yxB4q7VBrh0K3w' } : { name: 'unknown' };
  await commit(scene, 'a', Math.max(version, 2));
  await fetch(scene, version, [{ ...named, partitionIndexes: [0, 1] }]);
  await fetch(scene, version, [{ ...unknown, partitionIndexes: [0] }]);
  await fetch(scene, version, []);
  if (version >= 2) await fetch(scene, version, null);
};

/** The words of an error are the broker's own. */
function foundNode(one: Answer): object {
  const { errorCode, errorMessage, nodeId, host, port } = one;
  const words = errorMessage === 'NONE' || !errorMessage ? errorMessage : 'in words';
  return { errorCode, errorMessage: words, nodeId, hasHost: host !== '', hasPort: port > 0 };
}

const findVersion: (version: number) => Scenario = (version) => async (scene) => {
  const view = (answer: Answer) =>
    version < 4 ? foundNode(answer) : answer.coordinators.map(foundNode);
  for (const keyType of version === 0 ? [0] : [0, 2, 7]) {
    for (const key of ['g', '', 'g:x:0']) {
      const typed = version === 0 ? {} : { keyType };
      const keys = version >= 4 ? { coordinatorKeys: [key] } : { key };
      await scene.ask('a', 'FindCoordinator', version, { ...typed, ...keys }, view);
    }
  }
};

/** What each version of a request looks like in the answer. */
export const VERSION_SCENARIOS: Record<string, Scenario> = {
  ...eachVersion(0, 9, lifeOf),
  ...eachVersion(1, 10, offsetsOf),
  ...eachVersion(0, 6, findVersion),
};
