// StreamsGroupDescribe (89), versions 0-1 (KIP-1071).
// - v1 topology descriptions (KIP-1331) are kept by a plug-in, which there is none of: asked for one, none is stored.
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { StreamsGroupDescribeApi } from '../../../domain/protocol/messages/streams-group-describe.ts';
import type { StreamsGroupCoordinator } from '../../../ports/streams-groups.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import { ALL_GROUP_OPERATIONS, OPERATIONS_OMITTED } from './authorized-operations.ts';

const NOT_REQUESTED = 0;
const NOT_STORED = 1;

export function streamsGroupDescribeHandler(options: {
  readonly streamsGroups: Pick<StreamsGroupCoordinator, 'describe'>;
}): RequestHandler {
  return handler(StreamsGroupDescribeApi, async (request) => {
    const { groupIds, includeAuthorizedOperations, includeTopologyDescription } = request;
    const groups = await options.streamsGroups.describe(groupIds);
    return {
      throttleTimeMs: 0,
      groups: groups.map((group) => {
        const isThere = group.error === 'NONE';
        return {
          errorCode: ERROR_CODES[group.error].code,
          errorMessage: group.message,
          groupId: group.groupId,
          groupState: group.state,
          groupEpoch: group.groupEpoch,
          assignmentEpoch: group.assignmentEpoch,
          topology: group.topology,
          members: group.members.map((member) => ({ ...member, isClassic: false })),
          authorizedOperations:
            includeAuthorizedOperations && isThere ? ALL_GROUP_OPERATIONS : OPERATIONS_OMITTED,
          topologyDescription: null,
          topologyDescriptionStatus:
            includeTopologyDescription && isThere ? NOT_STORED : NOT_REQUESTED,
          assignorName: group.assignorName,
        };
      }),
    };
  });
}
