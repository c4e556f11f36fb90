// A million committed offsets, and how long a broker that was killed takes to answer for all of their groups again.
import { createTopic, pause, untilDone, WireClient } from './wire-client.mjs';

const GROUPS = 1_000;
const PARTITIONS = 1_000;
const IN_FLIGHT = 16;

export async function recovery({ port, name, broker }) {
  let client = await WireClient.open(port);
  await createTopic(client, name, PARTITIONS);
  const groups = Array.from({ length: GROUPS }, (_, index) => `${name}-${index}`);
  await untilDone(
    () => client.ask('FindCoordinator', 4, { keyType: 0, coordinatorKeys: [name] }),
    ({ coordinators }) => coordinators[0].errorCode,
  );
  const waiting = [...groups];
  const commitOn = async () => {
    for (let groupId = waiting.pop(); groupId !== undefined; groupId = waiting.pop()) {
      const request = commit(groupId, name);
      await untilDone(
        () => client.ask('OffsetCommit', 8, request),
        ({ topics }) => Math.max(...topics[0].partitions.map(({ errorCode }) => errorCode)),
      );
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, commitOn));
  client.close();
  await broker.kill();
  const startedAt = performance.now();
  await broker.start();
  client = await connected(port);
  const upAt = performance.now();
  for (const groupId of groups) {
    await untilDone(
      () => client.ask('OffsetFetch', 7, { groupId, topics: wanted(name), requireStable: false }),
      ({ errorCode, topics }) =>
        errorCode || (topics[0].partitions[0].committedOffset === 7n ? 0 : 16),
    );
  }
  const recoveredAt = performance.now();
  client.close();
  return {
    'start ms': Math.round(upAt - startedAt),
    'recovered ms': Math.round(recoveredAt - startedAt),
    'RSS MB': broker.memoryMb(),
  };
}

async function connected(port) {
  for (;;) {
    try {
      const client = await WireClient.open(port);
      await client.ask('ApiVersions', 0, {});
      return client;
    } catch {
      await pause(10);
    }
  }
}

const wanted = (name) => [{ name, partitionIndexes: [0] }];

function commit(groupId, name) {
  return {
    ...{ groupId, generationIdOrMemberEpoch: -1, memberId: '', groupInstanceId: null },
    topics: [
      {
        name,
        partitions: Array.from({ length: PARTITIONS }, (_, partitionIndex) => ({
          ...{ partitionIndex, committedOffset: 7n, committedLeaderEpoch: -1 },
          committedMetadata: '',
        })),
      },
    ],
  };
}
