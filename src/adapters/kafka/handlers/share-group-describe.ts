// ShareGroupDescribe (77), version 1 (KIP-932).
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { ShareGroupDescribeApi } from '../../../domain/protocol/messages/share-group-describe.ts';
import type { ShareGroupCoordinator } from '../../../ports/share-groups.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import { ALL_GROUP_OPERATIONS, OPERATIONS_OMITTED } from './authorized-operations.ts';

export function shareGroupDescribeHandler(options: {
  readonly shareGroups: Pick<ShareGroupCoordinator, 'describe'>;
}): RequestHandler {
  return handler(ShareGroupDescribeApi, async ({ groupIds, includeAuthorizedOperations }) => {
    const groups = await options.shareGroups.describe(groupIds);
    return {
      throttleTimeMs: 0,
      groups: groups.map((group) => ({
        errorCode: ERROR_CODES[group.error].code,
        errorMessage: group.message,
        groupId: group.groupId,
        groupState: group.error === 'NONE' ? group.state : '',
        groupEpoch: group.groupEpoch,
        assignmentEpoch: group.assignmentEpoch,
        assignorName: group.assignorName,
        members: group.members.map(({ assignment, ...member }) => ({
          memberId: member.memberId,
          rackId: member.rackId,
          memberEpoch: member.memberEpoch,
          clientId: member.clientId,
          clientHost: member.clientHost,
          subscribedTopicNames: member.subscribedTopicNames,
          assignment: { topicPartitions: assignment },
        })),
        authorizedOperations:
          includeAuthorizedOperations && group.error === 'NONE'
            ? ALL_GROUP_OPERATIONS
            : OPERATIONS_OMITTED,
      })),
    };
  });
}
