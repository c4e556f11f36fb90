// LeaveGroup, versions 0 to 5. 3 takes several members (KIP-345), 5 brings reasons (KIP-800).
// Versions 0 to 2 have one error for the request and its only member.
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { LeaveGroupApi } from '../../../domain/protocol/messages/leave-group.ts';
import type { GroupCoordinator } from '../../../ports/group-coordinator.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function leaveGroupHandler({ groups }: { groups: GroupCoordinator }): RequestHandler {
  return handler(LeaveGroupApi, async (request, { apiVersion }) => {
    const { groupId } = request;
    const single = apiVersion < 3;
    const leaving = single
      ? [{ memberId: request.memberId, groupInstanceId: null }]
      : request.members;
    const { error, members } = await groups.leaveGroup({ groupId, members: leaving });
    if (single) {
      const told = error === 'NONE' ? (members[0]?.error ?? 'NONE') : error;
      return { errorCode: ERROR_CODES[told].code };
    }
    return {
      errorCode: ERROR_CODES[error].code,
      members: members.map((member) => ({
        memberId: member.memberId,
        groupInstanceId: member.groupInstanceId,
        errorCode: ERROR_CODES[member.error].code,
      })),
    };
  });
}
