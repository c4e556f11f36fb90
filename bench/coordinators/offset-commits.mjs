// Commits of ten partitions each, of eight groups, one after the other within a group.
import { createTopic, untilDone, WireClient } from './wire-client.mjs';

const GROUPS = 8;
const PARTITIONS = 10;

export async function offsetCommits({ port, load, name }) {
  const admin = await WireClient.open(port);
  await createTopic(admin, name, PARTITIONS);
  admin.close();
  const groups = await Promise.all(
    Array.from({ length: GROUPS }, async (_, index) => {
      const groupId = `${name}-${index}`;
      const client = await WireClient.open(port, groupId);
      await untilDone(
        () => client.ask('FindCoordinator', 4, { keyType: 0, coordinatorKeys: [groupId] }),
        ({ coordinators }) => coordinators[0].errorCode,
      );
      await untilDone(
        () => client.ask('OffsetCommit', 8, commit(groupId, name, 0)),
        ({ topics }) => topics[0].partitions[0].errorCode,
      );
      return { client, groupId };
    }),
  );
  const counted = await load(async (running) => {
    const counts = await Promise.all(
      groups.map(async ({ client, groupId }) => {
        let count = 0;
        for (; running(); count++) {
          const { topics } = await client.ask('OffsetCommit', 8, commit(groupId, name, count));
          const { errorCode } = topics[0].partitions[0];
          if (errorCode !== 0) throw new Error(`commit: ${errorCode}`);
        }
        return count;
      }),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  });
  for (const { client } of groups) client.close();
  return { ...counted, unit: 'commits' };
}

function commit(groupId, name, offset) {
  return {
    ...{ groupId, generationIdOrMemberEpoch: -1, memberId: '', groupInstanceId: null },
    topics: [
      {
        name,
        partitions: Array.from({ length: PARTITIONS }, (_, partitionIndex) => ({
          ...{ partitionIndex, committedOffset: BigInt(offset), committedLeaderEpoch: -1 },
          committedMetadata: '',
        })),
      },
    ],
  };
}
