// DescribeConfigs, versions 1 to 4.
// KIP-226 (sources and synonyms since 1), KIP-569 (types and documentation since 3).
import { CONFIG_ENTRY_TYPES } from '../../../domain/config/config-key.ts';
import { CONFIG_SOURCES } from '../../../domain/config/config-source.ts';
import { DescribeConfigsApi } from '../../../domain/protocol/messages/describe-configs.ts';
import type { ResponseInput } from '../../../domain/protocol/schema.ts';
import type { ConfigAdmin, ConfigEntry } from '../../../ports/config-admin.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

type ResponseConfig = ResponseInput<
  typeof DescribeConfigsApi
>['results'][number]['configs'][number];

export function describeConfigsHandler({
  configs,
}: {
  readonly configs: Pick<ConfigAdmin, 'describe'>;
}): RequestHandler {
  return handler(DescribeConfigsApi, (request) => {
    const resources = request.resources.map((resource) => ({
      type: resource.resourceType,
      name: resource.resourceName,
      // No keys at all are all keys, as in Kafka's ConfigHelper.
      keys: resource.configurationKeys?.length === 0 ? null : resource.configurationKeys,
    }));
    const described = configs.describe(resources, {
      synonyms: request.includeSynonyms,
      documentation: request.includeDocumentation,
    });
    return {
      throttleTimeMs: 0,
      results: described.map(({ type, name, error, entries }) => ({
        errorCode: error?.code ?? 0,
        errorMessage: error?.message ?? '',
        resourceType: type,
        resourceName: name,
        configs: entries.map(responseConfig),
      })),
    };
  });
}

function responseConfig(entry: ConfigEntry): ResponseConfig {
  return {
    name: entry.name,
    value: entry.value,
    readOnly: entry.readOnly,
    configSource: CONFIG_SOURCES[entry.source],
    isSensitive: entry.sensitive,
    synonyms: entry.synonyms.map(({ name, value, source }) => ({
      name,
      value,
      source: CONFIG_SOURCES[source],
    })),
    configType: CONFIG_ENTRY_TYPES[entry.type],
    documentation: entry.documentation,
  };
}
