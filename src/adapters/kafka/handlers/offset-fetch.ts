// OffsetFetch, versions 1 to 10. From 2 on null topics ask for all offsets and a group has an error
// of its own, 7 asks for stable offsets (KIP-447), 8 for several groups (KIP-709), 9 says which member
// asks, 10 goes by topic id (KIP-848).
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { OffsetFetchApi } from '../../../domain/protocol/messages/offset-fetch.ts';
import type { RequestOf } from '../../../domain/protocol/schema.ts';
import { ZERO_TOPIC_ID } from '../../../domain/topic-partition.ts';
import type { FetchOffsetsAnswer, GroupCoordinator } from '../../../ports/group-coordinator.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

type Request = RequestOf<typeof OffsetFetchApi>;

export function offsetFetchHandler({ groups }: { groups: GroupCoordinator }): RequestHandler {
  return handler(OffsetFetchApi, async (request, { apiVersion }) => {
    if (apiVersion < 8) return fetchOne(groups, request, apiVersion);
    const answers = request.groups.map(async ({ groupId, memberId, memberEpoch, topics }) => {
      const answer = await groups.fetchOffsets({
        groupId,
        memberId,
        memberEpoch,
        byTopicId: apiVersion >= 10,
        requireStable: request.requireStable,
        topics:
          topics?.map(({ name, topicId, partitionIndexes }) => ({
            name,
            topicId,
            partitions: partitionIndexes,
          })) ?? null,
      });
      return {
        groupId,
        errorCode: ERROR_CODES[answer.error].code,
        topics: answer.topics.map(topicResponse),
      };
    });
    return { groups: await Promise.all(answers) };
  });
}

async function fetchOne(groups: GroupCoordinator, request: Request, apiVersion: number) {
  const { groupId, topics, requireStable } = request;
  const answer = await groups.fetchOffsets({
    groupId,
    byTopicId: false,
    requireStable,
    topics:
      topics?.map(({ name, partitionIndexes }) => ({
        name,
        topicId: ZERO_TOPIC_ID,
        partitions: partitionIndexes,
      })) ?? null,
  });
  const errorCode = ERROR_CODES[answer.error].code;
  // Version 1 has nowhere else to put the group's error than at each partition.
  if (errorCode !== 0 && apiVersion < 2) {
    const failed = (topics ?? []).map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => ({
        partitionIndex,
        committedOffset: -1n,
        metadata: '',
        errorCode,
      })),
    }));
    return { topics: failed };
  }
  return {
    errorCode,
    topics: answer.topics.map((topic) => {
      const { name, partitions } = topicResponse(topic);
      return { name, partitions };
    }),
  };
}

function topicResponse({ name, topicId, partitions }: FetchOffsetsAnswer['topics'][number]) {
  return {
    name,
    topicId,
    partitions: partitions.map((partition) => ({
      partitionIndex: partition.partition,
      committedOffset: partition.offset,
      committedLeaderEpoch: partition.leaderEpoch,
      metadata: partition.metadata,
      errorCode: ERROR_CODES[partition.error].code,
    })),
  };
}
