// AlterClientQuotas, versions 0 to 1.
// KIP-546; addresses by KIP-612, changes of topics by KIP-599.
import { AlterClientQuotasApi } from '../../../domain/protocol/messages/alter-client-quotas.ts';
import type { ClientQuotaAdmin } from '../../../ports/client-quota-admin.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function alterClientQuotasHandler({
  quotas,
}: {
  readonly quotas: Pick<ClientQuotaAdmin, 'alter'>;
}): RequestHandler {
  return handler(AlterClientQuotasApi, async ({ entries, validateOnly }) => {
    const alterations = entries.map(({ entity, ops }) => ({ entity, operations: ops }));
    const results = await quotas.alter(alterations, { validateOnly });
    return {
      throttleTimeMs: 0,
      entries: results.map(({ entity, error }) => ({
        errorCode: error?.code ?? 0,
        errorMessage: error?.message ?? null,
        entity: [...entity],
      })),
    };
  });
}
