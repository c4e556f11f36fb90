// ShareGroupHeartbeat (76), version 1 (KIP-932).
// - Epoch 0 joins, -1 leaves. Several members may have a partition; none waits for another to give it up.
// - A topic's partitions are assigned once the share coordinator has a state of them: with a later heartbeat.
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { topicPartitionsEntries } from '../../../domain/group/modern/topic-partitions.ts';
import { ShareGroupHeartbeatApi } from '../../../domain/protocol/messages/share-group-heartbeat.ts';
import type { ShareGroupCoordinator } from '../../../ports/share-groups.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function shareGroupHeartbeatHandler(options: {
  readonly shareGroups: Pick<ShareGroupCoordinator, 'heartbeat'>;
}): RequestHandler {
  return handler(ShareGroupHeartbeatApi, async (request, { clientId, clientHost }) => {
    const answer = await options.shareGroups.heartbeat({
      ...request,
      clientId: clientId ?? '',
      clientHost,
    });
    const { assignment } = answer;
    return {
      throttleTimeMs: 0,
      errorCode: ERROR_CODES[answer.error].code,
      errorMessage: answer.message,
      memberId: answer.memberId,
      memberEpoch: answer.memberEpoch,
      heartbeatIntervalMs: answer.heartbeatIntervalMs,
      assignment: assignment && { topicPartitions: topicPartitionsEntries(assignment) },
    };
  });
}
