// OffsetCommit, versions 2 to 10. 2 to 4 bring a retention (KIP-211), 6 a leader epoch (KIP-320),
// 7 the instance id (KIP-345), 10 topic ids (KIP-848). The answer keeps the order of the request.
import { OffsetCommitApi } from '../../../domain/protocol/messages/offset-commit.ts';
import type { GroupCoordinator } from '../../../ports/group-coordinator.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import { answeredTopics, committedTopics } from './committed-topics.ts';

export function offsetCommitHandler({ groups }: { groups: GroupCoordinator }): RequestHandler {
  return handler(OffsetCommitApi, async (request, { apiVersion }) => {
    const topics = await groups.commitOffsets({
      groupId: request.groupId,
      generationId: request.generationIdOrMemberEpoch,
      memberId: request.memberId,
      groupInstanceId: request.groupInstanceId,
      retentionTimeMs: request.retentionTimeMs,
      supportsConsumerGroups: apiVersion >= 9,
      byTopicId: apiVersion >= 10,
      topics: committedTopics(request.topics),
    });
    return { topics: answeredTopics(topics) };
  });
}
