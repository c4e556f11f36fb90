// StreamsGroupHeartbeat (88), versions 0-1 (KIP-1071).
// - Epoch 0 joins, with the topology; -1 leaves, -2 leaves with a static member's place kept.
// - What did not change is null, in both directions.
// - v0 has no field for the acceptable recovery lag, only one of 32 bits that Kafka leaves 0.
// - v1 clients know MISSING_CLIENT_TAGS (KAFKA-20744). No topology description is asked for: there is no plug-in (KIP-1331).
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { taskEntries } from '../../../domain/group/streams/assigned-tasks.ts';
import { STREAMS_STATUSES } from '../../../domain/group/streams/streams-messages.ts';
import { StreamsGroupHeartbeatApi } from '../../../domain/protocol/messages/streams-group-heartbeat.ts';
import type { StreamsGroupCoordinator } from '../../../ports/streams-groups.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function streamsGroupHeartbeatHandler(options: {
  readonly streamsGroups: Pick<StreamsGroupCoordinator, 'heartbeat'>;
}): RequestHandler {
  return handler(StreamsGroupHeartbeatApi, async (request, context) => {
    const answer = await options.streamsGroups.heartbeat({
      ...request,
      clientId: context.clientId ?? '',
      clientHost: context.clientHost,
      knowsMissingClientTags: context.apiVersion >= 1,
    });
    const { tasks } = answer;
    return {
      throttleTimeMs: 0,
      errorCode: ERROR_CODES[answer.error].code,
      errorMessage: answer.message,
      memberId: answer.memberId,
      memberEpoch: answer.memberEpoch,
      heartbeatIntervalMs: answer.heartbeatIntervalMs,
      acceptableRecoveryLagLegacy: 0,
      taskOffsetIntervalMs: answer.taskOffsetIntervalMs,
      acceptableRecoveryLag: answer.acceptableRecoveryLag,
      status: answer.statuses.map(({ status, detail }) => ({
        statusCode: STREAMS_STATUSES[status],
        statusDetail: detail,
      })),
      activeTasks: tasks && taskEntries(tasks.activeTasks),
      standbyTasks: tasks && taskEntries(tasks.standbyTasks),
      warmupTasks: tasks && taskEntries(tasks.warmupTasks),
      topologyDescriptionRequired: false,
      endpointInformationEpoch: answer.endpointInformationEpoch,
      partitionsByUserEndpoint: answer.partitionsByUserEndpoint,
    };
  });
}
