// CreateAcls, versions 1 to 3, as a broker without an authorizer answers it.
// KIP-140; KIP-290 (pattern types).
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { CreateAclsApi } from '../../../domain/protocol/messages/create-acls.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import { checkAclElements } from './known-acl-elements.ts';

export function createAclsHandler(): RequestHandler {
  return handler(CreateAclsApi, ({ creations }) => {
    for (const { resourceType, resourcePatternType, operation, permissionType } of creations) {
      checkAclElements([resourceType, resourcePatternType, operation, permissionType]);
    }
    return {
      throttleTimeMs: 0,
      results: creations.map(() => ({
        errorCode: ERROR_CODES.SECURITY_DISABLED.code,
        errorMessage: 'No Authorizer is configured.',
      })),
    };
  });
}
