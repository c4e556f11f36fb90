// DeleteTopics, versions 1 to 6.
// KIP-516 (by id since 6), KIP-599 (error messages, and refused beyond a quota, since 5). TOPIC_DELETION_DISABLED is known since version 3.
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { DeleteTopicsApi } from '../../../domain/protocol/messages/delete-topics.ts';
import type { RequestOf } from '../../../domain/protocol/schema.ts';
import { ZERO_TOPIC_ID } from '../../../domain/topic-partition.ts';
import type { DeleteTopicResult, TopicAdmin, TopicSelector } from '../../../ports/topic-admin.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

/** Clients of this version know THROTTLING_QUOTA_EXCEEDED (KIP-599). */
const STRICT_SINCE = 5;

export function deleteTopicsHandler({
  topics,
}: {
  readonly topics: Pick<TopicAdmin, 'deleteTopics'>;
}): RequestHandler {
  return handler(DeleteTopicsApi, async (request, { apiVersion, quota }) => {
    const permits = quota?.mutations({ strict: apiVersion >= STRICT_SINCE });
    const results = await topics.deleteTopics(selectors(request, apiVersion), { permits });
    return {
      throttleTimeMs: 0,
      responses: results.map((result) => ({
        name: result.name ?? (apiVersion < 6 ? '' : null),
        topicId: result.id ?? ZERO_TOPIC_ID,
        errorCode: codeOf(result, apiVersion),
        errorMessage: result.error?.message ?? null,
      })),
    };
  });
}

function selectors(
  request: RequestOf<typeof DeleteTopicsApi>,
  apiVersion: number,
): readonly TopicSelector[] {
  if (apiVersion < 6) return request.topicNames.map((name) => ({ name, id: null }));
  return request.topics.map(({ name, topicId }) => ({
    name,
    id: topicId === ZERO_TOPIC_ID ? null : topicId,
  }));
}

function codeOf({ error }: DeleteTopicResult, apiVersion: number): number {
  if (error?.errorName === 'TOPIC_DELETION_DISABLED' && apiVersion < 3) {
    return ERROR_CODES.INVALID_REQUEST.code;
  }
  return error?.code ?? 0;
}
