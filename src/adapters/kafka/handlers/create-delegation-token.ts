// CreateDelegationToken, versions 1 to 3.
// KIP-48; KIP-373 (for another owner since 3).
import { KafkaError } from '../../../domain/kafka-error.ts';
import { CreateDelegationTokenApi } from '../../../domain/protocol/messages/create-delegation-token.ts';
import type { RequestOf, ResponseInput } from '../../../domain/protocol/schema.ts';
import type { DelegationTokenAdmin, Principal } from '../../../ports/delegation-token-admin.ts';
import { handler, type RequestContext, type RequestHandler } from '../request-handler.ts';
import { principalOf, tokenRequester, wirePrincipal, wireRequester } from './token-requester.ts';

type Request = RequestOf<typeof CreateDelegationTokenApi>;
type Response = ResponseInput<typeof CreateDelegationTokenApi>;

export function createDelegationTokenHandler({
  tokens,
}: {
  readonly tokens: Pick<DelegationTokenAdmin, 'create'>;
}): RequestHandler {
  return handler(CreateDelegationTokenApi, async (request, context) => {
    const owner = ownerOf(request);
    try {
      const { token, hmac } = await tokens.create(tokenRequester(context), {
        owner,
        renewers: request.renewers.map(principalOf),
        maxLifetimeMs: request.maxLifetimeMs,
      });
      return {
        ...{ errorCode: 0, throttleTimeMs: 0, tokenId: token.tokenId, hmac },
        ...wirePrincipal(token.owner),
        ...wireRequester(token.requester, context.apiVersion),
        issueTimestampMs: token.issueTimestampMs,
        expiryTimestampMs: token.expiryTimestampMs,
        maxTimestampMs: token.maxTimestampMs,
      } as Response;
    } catch (thrown) {
      return refusal(KafkaError.from(thrown), owner, context);
    }
  });
}

function ownerOf({ ownerPrincipalType, ownerPrincipalName }: Request): Principal | null {
  if (!ownerPrincipalType || !ownerPrincipalName) return null;
  return principalOf({ principalType: ownerPrincipalType, principalName: ownerPrincipalName });
}

function refusal(
  { code }: KafkaError,
  owner: Principal | null,
  { principal, apiVersion }: RequestContext,
): Response {
  return {
    ...{ errorCode: code, throttleTimeMs: 0, tokenId: '', hmac: new Uint8Array() },
    ...wirePrincipal(owner ?? principal),
    ...wireRequester(principal, apiVersion),
    ...{ issueTimestampMs: -1n, expiryTimestampMs: -1n, maxTimestampMs: -1n },
  } as Response;
}
