// CreatePartitions, versions 0 to 3 (KIP-195).
import { CreatePartitionsApi } from '../../../domain/protocol/messages/create-partitions.ts';
import type { TopicAdmin } from '../../../ports/topic-admin.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function createPartitionsHandler({
  topics,
}: {
  readonly topics: Pick<TopicAdmin, 'createPartitions'>;
}): RequestHandler {
  return handler(CreatePartitionsApi, async (request) => {
    const wanted = request.topics.map(({ name, count, assignments }) => ({
      name,
      count,
      assignments: assignments?.map(({ brokerIds }) => brokerIds) ?? null,
    }));
    const { validateOnly } = request;
    const results = await topics.createPartitions(wanted, { validateOnly });
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
