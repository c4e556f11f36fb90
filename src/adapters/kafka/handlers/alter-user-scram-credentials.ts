// AlterUserScramCredentials, version 0.
// KIP-554.
import { AlterUserScramCredentialsApi } from '../../../domain/protocol/messages/alter-user-scram-credentials.ts';
import { scramMechanismOf } from '../../../domain/scram-credential/scram-mechanism.ts';
import type { ScramCredentialAdmin } from '../../../ports/scram-credential-admin.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function alterUserScramCredentialsHandler({
  scram,
}: {
  readonly scram: Pick<ScramCredentialAdmin, 'alter'>;
}): RequestHandler {
  return handler(AlterUserScramCredentialsApi, async ({ deletions, upsertions }) => {
    const results = await scram.alter({
      deletions: deletions.map(({ name, mechanism }) => ({
        ...{ user: name, mechanism: scramMechanismOf(mechanism) },
      })),
      upsertions: upsertions.map(({ name, mechanism, iterations, salt, saltedPassword }) => ({
        ...{ user: name, mechanism: scramMechanismOf(mechanism) },
        ...{ iterations, salt, saltedPassword },
      })),
    });
    return {
      throttleTimeMs: 0,
      results: results.map(({ user, error }) => ({
        ...{ user, errorCode: error?.code ?? 0, errorMessage: error?.message ?? null },
      })),
    };
  });
}
