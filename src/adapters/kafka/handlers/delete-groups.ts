// DeleteGroups, versions 0 to 3. 3 brings a message.
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { DeleteGroupsApi } from '../../../domain/protocol/messages/delete-groups.ts';
import type { GroupCoordinator } from '../../../ports/group-coordinator.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function deleteGroupsHandler({
  groups,
}: {
  readonly groups: Pick<GroupCoordinator, 'deleteGroups'>;
}): RequestHandler {
  return handler(DeleteGroupsApi, async (request) => {
    const results = await groups.deleteGroups(request.groupsNames);
    return {
      throttleTimeMs: 0,
      results: results.map(({ groupId, error }) => ({
        groupId,
        errorCode: ERROR_CODES[error].code,
      })),
    };
  });
}
