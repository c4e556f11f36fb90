// DescribeUserScramCredentials, version 0.
// KIP-554.
import { DescribeUserScramCredentialsApi } from '../../../domain/protocol/messages/describe-user-scram-credentials.ts';
import { SCRAM_MECHANISM_TYPES } from '../../../domain/scram-credential/scram-mechanism.ts';
import type { ScramCredentialAdmin } from '../../../ports/scram-credential-admin.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function describeUserScramCredentialsHandler({
  scram,
}: {
  readonly scram: Pick<ScramCredentialAdmin, 'describe'>;
}): RequestHandler {
  return handler(DescribeUserScramCredentialsApi, ({ users }) => ({
    ...{ throttleTimeMs: 0, errorCode: 0, errorMessage: '' },
    results: scram
      .describe(users?.map(({ name }) => name) ?? null)
      .map(({ user, credentials, error }) => ({
        ...{ user, errorCode: error?.code ?? 0, errorMessage: error?.message ?? '' },
        credentialInfos: credentials.map(({ mechanism, iterations }) => ({
          mechanism: SCRAM_MECHANISM_TYPES[mechanism],
          iterations,
        })),
      })),
  }));
}
