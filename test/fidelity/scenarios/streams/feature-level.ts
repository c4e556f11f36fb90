import type { Answer, Scenario } from '../../scene.ts';
import { configured, coordinated, describing, heartbeats, seen } from './streams-group.ts';
import { beat, joining, reading } from './streams-requests.ts';

/** The last scenario, for others would not be served meanwhile. */
export const notServed: Scenario = async (scene) => {
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
