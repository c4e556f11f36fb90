// DescribeAcls, versions 1 to 3, as a broker without an authorizer answers it.
// KIP-140; KIP-290 (pattern types).
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { DescribeAclsApi } from '../../../domain/protocol/messages/describe-acls.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import { checkAclElements } from './known-acl-elements.ts';

export function describeAclsHandler(): RequestHandler {
  return handler(DescribeAclsApi, (filter) => {
    const { resourceTypeFilter, patternTypeFilter, operation, permissionType } = filter;
    checkAclElements([resourceTypeFilter, patternTypeFilter, operation, permissionType]);
    return {
      throttleTimeMs: 0,
      errorCode: ERROR_CODES.SECURITY_DISABLED.code,
      errorMessage: 'No Authorizer is configured on the broker',
      resources: [],
    };
  });
}
