// DescribeConfigs, key 32, versions 1 to 4, flexible since 4.
import { api, array, bool, int8, int16, int32, string } from '../schema.ts';

export const DescribeConfigsApi = api({
  key: 32,
  name: 'DescribeConfigs',
  versions: [1, 4],
  flexibleSince: 4,
  listeners: ['broker', 'controller'],
  request: {
    resources: array({
      resourceType: int8,
      resourceName: string,
      configurationKeys: array(string).orNull(),
    }),
    includeSynonyms: bool.default(false),
    includeDocumentation: bool.since(3).default(false),
  },
  response: {
    throttleTimeMs: int32,
    results: array({
      errorCode: int16,
      errorMessage: string.orNull(),
      resourceType: int8,
      resourceName: string,
      configs: array({
        name: string,
        value: string.orNull(),
        readOnly: bool,
        configSource: int8.default(-1).ignorable(),
        isSensitive: bool,
        synonyms: array({
          name: string,
          value: string.orNull(),
          source: int8,
        }).ignorable(),
        configType: int8.since(3).default(0).ignorable(),
        documentation: string.since(3).orNull().ignorable(),
      }),
    }),
  },
});
