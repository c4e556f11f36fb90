// DescribeClientQuotas, key 48, versions 0 to 1, flexible since 1.
import { api, array, bool, float64, int8, int16, int32, string } from '../schema.ts';

export const DescribeClientQuotasApi = api({
  key: 48,
  name: 'DescribeClientQuotas',
  versions: [0, 1],
  flexibleSince: 1,
  request: {
    components: array({
      entityType: string,
      matchType: int8,
      match: string.orNull(),
    }),
    strict: bool,
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.orNull(),
    entries: array({
      entity: array({
        entityType: string,
        entityName: string.orNull(),
      }),
      values: array({
        key: string,
        value: float64,
      }),
    }).orNull(),
  },
});
