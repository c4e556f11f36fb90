// ListGroups, versions 0 to 5. 4 filters by state (KIP-518), 5 by type (KIP-848).
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { ListGroupsApi } from '../../../domain/protocol/messages/list-groups.ts';
import type { GroupCoordinator } from '../../../ports/group-coordinator.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function listGroupsHandler({ groups }: { groups: GroupCoordinator }): RequestHandler {
  return handler(ListGroupsApi, (request) => {
    const { statesFilter: states, typesFilter: types } = request;
    const { error, groups: listed } = groups.listGroups({ states, types });
    return {
      errorCode: ERROR_CODES[error].code,
      groups: listed.map(({ groupId, protocolType, state, type }) => ({
        groupId,
        protocolType,
        groupState: state,
        groupType: type,
      })),
    };
  });
}
