// CreatePartitions, versions 0 to 3 (KIP-195). Refused beyond a quota since 3 (KIP-599).
import { CreatePartitionsApi } from '../../../domain/protocol/messages/create-partitions.ts';
import type { TopicAdmin } from '../../../ports/topic-admin.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

/** Clients of this version know THROTTLING_QUOTA_EXCEEDED (KIP-599). */
const STRICT_SINCE = 3;

export function createPartitionsHandler({
  topics,
}: {
  readonly topics: Pick<TopicAdmin, 'createPartitions'>;
}): RequestHandler {
  return handler(CreatePartitionsApi, async (request, { apiVersion, quota }) => {
    const wanted = request.topics.map(({ name, count, assignments }) => ({
      name,
      count,
      assignments: assignments?.map(({ brokerIds }) => brokerIds) ?? null,
    }));
    const { validateOnly } = request;
    const permits = quota?.mutations({ strict: apiVersion >= STRICT_SINCE });
    const results = await topics.createPartitions(wanted, { validateOnly, permits });
    return {
      throttleTimeMs: 0,
      results: results.map(({ name, error }) => ({
        name,
        errorCode: error?.code ?? 0,
        errorMessage: error?.message ?? null,
      })),
    };
  });
}
