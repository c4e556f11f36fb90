// ExpireDelegationToken, versions 1 to 2.
// KIP-48.
import { KafkaError } from '../../../domain/kafka-error.ts';
import { ExpireDelegationTokenApi } from '../../../domain/protocol/messages/expire-delegation-token.ts';
import type { DelegationTokenAdmin } from '../../../ports/delegation-token-admin.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import { tokenRequester } from './token-requester.ts';

export function expireDelegationTokenHandler({
  tokens,
}: {
  readonly tokens: Pick<DelegationTokenAdmin, 'expire'>;
}): RequestHandler {
  return handler(ExpireDelegationTokenApi, async ({ hmac, expiryTimePeriodMs }, context) => {
    try {
      const expiryTimestampMs = await tokens.expire(
        tokenRequester(context),
        hmac,
        expiryTimePeriodMs,
      );
      return { errorCode: 0, expiryTimestampMs, throttleTimeMs: 0 };
    } catch (thrown) {
      const errorCode = KafkaError.from(thrown).code;
      return { errorCode, expiryTimestampMs: -1n, throttleTimeMs: 0 };
    }
  });
}
