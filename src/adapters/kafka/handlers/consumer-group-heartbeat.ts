// ConsumerGroupHeartbeat, versions 0 and 1 (KIP-848). 1 brings regular expressions and member ids that the
// client makes itself (KIP-1082).
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { ConsumerGroupHeartbeatApi } from '../../../domain/protocol/messages/consumer-group-heartbeat.ts';
import type { GroupCoordinator } from '../../../ports/group-coordinator.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function consumerGroupHeartbeatHandler({
  groups,
}: {
  groups: GroupCoordinator;
}): RequestHandler {
  return handler(
    ConsumerGroupHeartbeatApi,
    async (request, { apiVersion, clientId, clientHost }) => {
      const { error, assignment, ...answer } = await groups.consumerGroupHeartbeat(
        { ...request, clientId: clientId ?? '', clientHost },
        { isMemberIdRequired: apiVersion >= 1 },
      );
      return {
        throttleTimeMs: 0,
        ...answer,
        errorCode: ERROR_CODES[error].code,
        assignment: assignment && { topicPartitions: assignment },
      };
    },
  );
}
