// DeleteAcls, versions 1 to 3, as a broker without an authorizer answers it.
// KIP-140; KIP-290 (pattern types).
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { DeleteAclsApi } from '../../../domain/protocol/messages/delete-acls.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import { checkAclElements } from './known-acl-elements.ts';

export function deleteAclsHandler(): RequestHandler {
  return handler(DeleteAclsApi, ({ filters }) => {
    for (const { resourceTypeFilter, patternTypeFilter, operation, permissionType } of filters) {
      checkAclElements([resourceTypeFilter, patternTypeFilter, operation, permissionType]);
    }
    return {
      throttleTimeMs: 0,
      filterResults: filters.map(() => ({
        errorCode: ERROR_CODES.SECURITY_DISABLED.code,
        errorMessage: 'No Authorizer is configured.',
        matchingAcls: [],
      })),
    };
  });
}
