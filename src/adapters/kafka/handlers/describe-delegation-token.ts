// DescribeDelegationToken, versions 1 to 3.
// KIP-48; KIP-373 (who asked for a token since 3).
import { KafkaError } from '../../../domain/kafka-error.ts';
import { DescribeDelegationTokenApi } from '../../../domain/protocol/messages/describe-delegation-token.ts';
import type { ResponseInput } from '../../../domain/protocol/schema.ts';
import type { DelegationTokenAdmin, ProvenToken } from '../../../ports/delegation-token-admin.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import {
  principalOf,
  tokenRequester,
  wirePrincipal,
  wireRenewers,
  wireRequester,
} from './token-requester.ts';

type ResponseToken = ResponseInput<typeof DescribeDelegationTokenApi>['tokens'][number];

export function describeDelegationTokenHandler({
  tokens,
}: {
  readonly tokens: Pick<DelegationTokenAdmin, 'describe'>;
}): RequestHandler {
  return handler(DescribeDelegationTokenApi, (request, context) => {
    try {
      const owners = request.owners?.map(principalOf) ?? null;
      const described = tokens.describe(tokenRequester(context), owners);
      const shown = described.map((one) => responseToken(one, context.apiVersion));
      return { errorCode: 0, tokens: shown, throttleTimeMs: 0 };
    } catch (thrown) {
      return { errorCode: KafkaError.from(thrown).code, tokens: [], throttleTimeMs: 0 };
    }
  });
}

function responseToken({ token, hmac }: ProvenToken, apiVersion: number): ResponseToken {
  return {
    ...wirePrincipal(token.owner),
    ...wireRequester(token.requester, apiVersion),
    issueTimestamp: token.issueTimestampMs,
    expiryTimestamp: token.expiryTimestampMs,
    maxTimestamp: token.maxTimestampMs,
    ...{ tokenId: token.tokenId, hmac, renewers: wireRenewers(token) },
  } as ResponseToken;
}
