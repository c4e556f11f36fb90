// SyncGroup, versions 0 to 5. 3 brings the instance id (KIP-345), 5 the protocol's type and name
// (KIP-559).
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { SyncGroupApi } from '../../../domain/protocol/messages/sync-group.ts';
import type { GroupCoordinator } from '../../../ports/group-coordinator.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function syncGroupHandler({ groups }: { groups: GroupCoordinator }): RequestHandler {
  return handler(SyncGroupApi, async (request, { apiVersion }) => {
    const hasProtocol = request.protocolType !== null && request.protocolName !== null;
    if (apiVersion >= 5 && !hasProtocol) {
      const errorCode = ERROR_CODES.INCONSISTENT_GROUP_PROTOCOL.code;
      return { errorCode, assignment: new Uint8Array(0) };
    }
    const answer = await groups.syncGroup(request);
    return {
      errorCode: ERROR_CODES[answer.error].code,
      protocolType: answer.protocolType,
      protocolName: answer.protocolName,
      assignment: answer.assignment,
    };
  });
}
