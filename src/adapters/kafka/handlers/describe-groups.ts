// DescribeGroups, versions 0 to 6. 3 tells the authorised operations (KIP-430), 4 instance ids
// (KIP-345); 6 names an unknown group by an error (KIP-1043), which before looked like a dead
// group.
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { DescribeGroupsApi } from '../../../domain/protocol/messages/describe-groups.ts';
import type { GroupCoordinator } from '../../../ports/group-coordinator.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import { ALL_GROUP_OPERATIONS, OPERATIONS_OMITTED } from './authorized-operations.ts';

export function describeGroupsHandler({ groups }: { groups: GroupCoordinator }): RequestHandler {
  return handler(DescribeGroupsApi, async (request, { apiVersion }) => {
    const described = await groups.describeGroups(request.groups);
    return {
      groups: described.map((group) => {
        const unknown = group.error === 'GROUP_ID_NOT_FOUND';
        const error = unknown && apiVersion < 6 ? 'NONE' : group.error;
        return {
          errorCode: ERROR_CODES[error].code,
          errorMessage: apiVersion >= 6 ? group.errorMessage : null,
          groupId: group.groupId,
          groupState: error === 'NONE' || unknown ? group.state : '',
          protocolType: group.protocolType,
          protocolData: group.protocolData,
          members: group.members.map((member) => ({
            memberId: member.memberId,
            groupInstanceId: member.groupInstanceId,
            clientId: member.clientId,
            clientHost: member.clientHost,
            memberMetadata: member.metadata,
            memberAssignment: member.assignment,
          })),
          authorizedOperations:
            request.includeAuthorizedOperations && error === 'NONE'
              ? ALL_GROUP_OPERATIONS
              : OPERATIONS_OMITTED,
        };
      }),
    };
  });
}
