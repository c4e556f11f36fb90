// RenewDelegationToken, versions 1 to 2.
// KIP-48.
import { KafkaError } from '../../../domain/kafka-error.ts';
import { RenewDelegationTokenApi } from '../../../domain/protocol/messages/renew-delegation-token.ts';
import type { DelegationTokenAdmin } from '../../../ports/delegation-token-admin.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import { tokenRequester } from './token-requester.ts';

export function renewDelegationTokenHandler({
  tokens,
}: {
  readonly tokens: Pick<DelegationTokenAdmin, 'renew'>;
}): RequestHandler {
  return handler(RenewDelegationTokenApi, async ({ hmac, renewPeriodMs }, context) => {
    try {
      const expiryTimestampMs = await tokens.renew(tokenRequester(context), hmac, renewPeriodMs);
      return { errorCode: 0, expiryTimestampMs, throttleTimeMs: 0 };
    } catch (thrown) {
      const errorCode = KafkaError.from(thrown).code;
      return { errorCode, expiryTimestampMs: -1n, throttleTimeMs: 0 };
    }
  });
}
