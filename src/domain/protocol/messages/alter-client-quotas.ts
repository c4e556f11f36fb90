// AlterClientQuotas, key 49, versions 0 to 1, flexible since 1.
import { api, array, bool, float64, int16, int32, string } from '../schema.ts';

export const AlterClientQuotasApi = api({
  key: 49,
  name: 'AlterClientQuotas',
  versions: [0, 1],
  flexibleSince: 1,
  listeners: ['broker', 'controller'],
  request: {
    entries: array({
      entity: array({
        entityType: string,
        entityName: string.orNull(),
      }),
      ops: array({
        key: string,
        value: float64,
        remove: bool,
      }),
    }),
    validateOnly: bool,
  },
  response: {
    throttleTimeMs: int32,
    entries: array({
      errorCode: int16,
      errorMessage: string.orNull(),
      entity: array({
        entityType: string,
        entityName: string.orNull(),
      }),
    }),
  },
});
