// Heartbeat, versions 0 to 4. 3 brings the instance id (KIP-345).
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { HeartbeatApi } from '../../../domain/protocol/messages/heartbeat.ts';
import type { GroupCoordinator } from '../../../ports/group-coordinator.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function heartbeatHandler({ groups }: { groups: GroupCoordinator }): RequestHandler {
  return handler(HeartbeatApi, async (request) => ({
    errorCode: ERROR_CODES[await groups.heartbeat(request)].code,
  }));
}
