// DescribeShareGroupOffsets (90), versions 0-1 (KIP-932). 1 tells the lag (KIP-1226).
// - Without topics it tells of all that the group has a state of.
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { DescribeShareGroupOffsetsApi } from '../../../domain/protocol/messages/describe-share-group-offsets.ts';
import type { ShareGroupCoordinator } from '../../../ports/share-groups.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function describeShareGroupOffsetsHandler(options: {
  readonly shareGroups: Pick<ShareGroupCoordinator, 'describeOffsets'>;
}): RequestHandler {
  return handler(DescribeShareGroupOffsetsApi, async (request) => {
    const groups = request.groups.map(async ({ groupId, topics }) => {
      const described = await options.shareGroups.describeOffsets(groupId, topics ?? undefined);
      return {
        groupId,
        topics: described.topics.map(({ topicName, topicId, partitions }) => ({
          topicName,
          topicId,
          partitions: partitions.map(({ partition, startOffset, leaderEpoch, lag, ...told }) => ({
            ...{ partitionIndex: partition, startOffset, leaderEpoch, lag },
            errorCode: ERROR_CODES[told.error].code,
            errorMessage: told.message,
          })),
        })),
        errorCode: ERROR_CODES[described.error].code,
        errorMessage: described.message,
      };
    });
    return { throttleTimeMs: 0, groups: await Promise.all(groups) };
  });
}
