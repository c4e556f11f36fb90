import { OffsetCommitApi } from '../../domain/protocol/messages/offset-commit.ts';
import { OffsetFetchApi } from '../../domain/protocol/messages/offset-fetch.ts';
import { checkAnswer } from './answer-error.ts';
import type { ClusterClient } from './cluster-client.ts';

export interface GroupOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

/** Who commits: a member in its generation; without one the group must have no members. */
export interface Committer {
  readonly memberId: string;
  readonly generationId: number;
}

/** Version 10 names topics by id; this client goes by names. */
const MAX_VERSION = 9;
const NO_MEMBER: Committer = { memberId: '', generationId: -1 };

/** Everything the group has committed, by topic and partition. */
export async function committedOffsets(
  cluster: ClusterClient,
  groupId: string,
): Promise<readonly GroupOffset[]> {
  const what = `cannot read the offsets of group ${groupId}`;
  const answer = await cluster.retrying(async () => {
    const answer = await cluster.send(
      { coordinatorOf: groupId },
      OffsetFetchApi,
      (version) =>
        version < 8 ? { groupId, topics: null } : { groups: [{ groupId, topics: null }] },
      { maxVersion: MAX_VERSION },
    );
    const group = answer.groups[0] ?? answer;
    checkAnswer(group.errorCode, what);
    return group;
  });
  const offsets: GroupOffset[] = [];
  for (const { name, partitions } of answer.topics) {
    for (const { partitionIndex, committedOffset, errorCode } of partitions) {
      checkAnswer(errorCode, `${what} in ${name}-${partitionIndex}`);
      if (committedOffset < 0n) continue;
      offsets.push({ topic: name, partition: partitionIndex, offset: committedOffset });
    }
  }
  return offsets.sort((a, b) =>
    a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1,
  );
}

export async function commitOffsets(
  cluster: ClusterClient,
  groupId: string,
  offsets: readonly GroupOffset[],
  { memberId, generationId }: Committer = NO_MEMBER,
): Promise<void> {
  if (offsets.length === 0) return;
  const names = new Set(offsets.map(({ topic }) => topic));
  const request = {
    groupId,
    memberId,
    generationIdOrMemberEpoch: generationId,
    topics: [...names].map((name) => ({
      name,
      partitions: offsets
        .filter(({ topic }) => topic === name)
        .map(({ partition, offset }) => ({
          partitionIndex: partition,
          committedOffset: offset,
          committedMetadata: '',
        })),
    })),
  };
  await cluster.retrying(async () => {
    const options = { maxVersion: MAX_VERSION };
    const answer = await cluster.send(
      { coordinatorOf: groupId },
      OffsetCommitApi,
      request,
      options,
    );
    for (const { name, partitions } of answer.topics) {
      for (const { partitionIndex, errorCode } of partitions) {
        const place = `${name}-${partitionIndex}`;
        checkAnswer(errorCode, `cannot commit the offset of ${place} for group ${groupId}`);
      }
    }
  });
}
