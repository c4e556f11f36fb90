// DescribeClientQuotas, versions 0 to 1.
// KIP-546.
import { KafkaError } from '../../../domain/kafka-error.ts';
import { DescribeClientQuotasApi } from '../../../domain/protocol/messages/describe-client-quotas.ts';
import type { RequestOf } from '../../../domain/protocol/schema.ts';
import type { ClientQuotaAdmin, QuotaFilterComponent } from '../../../ports/client-quota-admin.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

type RequestComponent = RequestOf<typeof DescribeClientQuotasApi>['components'][number];

const MATCHES: readonly QuotaFilterComponent['match'][] = ['exact', 'default', 'any'];

export function describeClientQuotasHandler({
  quotas,
}: {
  readonly quotas: Pick<ClientQuotaAdmin, 'describe'>;
}): RequestHandler {
  return handler(DescribeClientQuotasApi, ({ components, strict }) => {
    try {
      const described = quotas.describe(components.map(componentOf), strict);
      return {
        ...{ throttleTimeMs: 0, errorCode: 0, errorMessage: '' },
        entries: described.map(({ entity, values }) => ({
          entity: [...entity].map(([entityType, entityName]) => ({ entityType, entityName })),
          values: [...values].map(([key, value]) => ({ key, value })),
        })),
      };
    } catch (thrown) {
      const { code, message } = KafkaError.from(thrown);
      return { throttleTimeMs: 0, errorCode: code, errorMessage: message, entries: null };
    }
  });
}

function componentOf({ entityType, matchType, match }: RequestComponent): QuotaFilterComponent {
  const kind = MATCHES[matchType];
  if (kind !== undefined) return { entityType, match: kind, name: match };
  const message = `a match is of type 0 (exact), 1 (default) or 2 (any), not ${matchType}`;
  throw new KafkaError('INVALID_REQUEST', message);
}
