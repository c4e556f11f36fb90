import type { Scene } from './scene.ts';

const GROUP_RESOURCE = 32;
export const GROUP_ID_NOT_FOUND = 69;
const TRIES = 200;
const PAUSE_MS = 50;

/** Settings of a group from now on. */
export async function configureGroup(
  scene: Scene,
  group: string,
  configs: Readonly<Record<string, string>>,
): Promise<void> {
  const changes = Object.entries(configs);
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

/**
 * Waits for the coordinator of the groups, whose topic the first search creates: until it says to heartbeats of a member that
 * there is no such group.
 */
export async function coordinatorOf(
  scene: Scene,
  groups: readonly string[],
  heartbeat: { readonly api: string; of(groupId: string): object },
): Promise<void> {
  for (let left = TRIES; left > 0; left--) {
    await scene.quietly('FindCoordinator', 4, { keyType: 0, coordinatorKeys: groups });
    const answers = groups.map((groupId) =>
      scene.quietly(heartbeat.api, 1, heartbeat.of(groupId), groupId),
    );
    const codes = (await Promise.all(answers)).map(({ errorCode }) => errorCode);
    if (codes.every((code) => code === GROUP_ID_NOT_FOUND)) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error('no coordinator of groups');
}
