// ListConfigResources, versions 0 to 1 (KIP-1142). Version 0 is KIP-714's ListClientMetricsResources.
import { KafkaError } from '../../../domain/kafka-error.ts';
import { ListConfigResourcesApi } from '../../../domain/protocol/messages/list-config-resources.ts';
import { CONFIG_RESOURCE_TYPES } from '../../../domain/topic/metadata-record.ts';
import type { ConfigAdmin } from '../../../ports/config-admin.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

export function listConfigResourcesHandler({
  configs,
}: {
  readonly configs: Pick<ConfigAdmin, 'list'>;
}): RequestHandler {
  return handler(ListConfigResourcesApi, (request, { apiVersion }) => {
    try {
      const types =
        apiVersion === 0 ? [CONFIG_RESOURCE_TYPES.clientMetrics] : request.resourceTypes;
      const resources = configs.list(types);
      return {
        throttleTimeMs: 0,
        errorCode: 0,
        configResources: resources.map(({ type, name }) => ({
          resourceName: name,
          resourceType: type,
        })),
      };
    } catch (error) {
      const { code } = KafkaError.from(error);
      return { throttleTimeMs: 0, errorCode: code, configResources: [] };
    }
  });
}
