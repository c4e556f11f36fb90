// JoinGroup, versions 0 to 9. 4 makes a new member learn its id first (KIP-394), 5 brings the
// instance id (KIP-345), 7 null protocol names (KIP-559), 8 a reason (KIP-800), 9 skipAssignment
// (KIP-814).
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { JoinGroupApi } from '../../../domain/protocol/messages/join-group.ts';
import type { GroupCoordinator } from '../../../ports/group-coordinator.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function joinGroupHandler({ groups }: { groups: GroupCoordinator }): RequestHandler {
  return handler(JoinGroupApi, async (request, { apiVersion, clientId, clientHost }) => {
    const { sessionTimeoutMs, rebalanceTimeoutMs } = request;
    const answer = await groups.joinGroup({
      groupId: request.groupId,
      memberId: request.memberId,
      groupInstanceId: request.groupInstanceId,
      clientId: clientId ?? '',
      clientHost,
      sessionTimeoutMs,
      // Version 0 has one timeout for both.
      rebalanceTimeoutMs: apiVersion === 0 ? sessionTimeoutMs : rebalanceTimeoutMs,
      protocolType: request.protocolType,
      protocols: request.protocols,
      requireKnownMemberId: apiVersion >= 4,
      supportsSkippingAssignment: apiVersion >= 9,
    });
    return {
      errorCode: ERROR_CODES[answer.error].code,
      generationId: answer.generationId,
      protocolType: answer.protocolType,
      protocolName: apiVersion >= 7 ? answer.protocolName : (answer.protocolName ?? ''),
      leader: answer.leader,
      skipAssignment: apiVersion >= 9 && answer.skipAssignment,
      memberId: answer.memberId,
      members: answer.members.map(({ memberId, groupInstanceId, metadata }) => ({
        memberId,
        groupInstanceId,
        metadata,
      })),
    };
  });
}
