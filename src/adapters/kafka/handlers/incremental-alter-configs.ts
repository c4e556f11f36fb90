// IncrementalAlterConfigs, versions 0 to 1 (KIP-339).
import { IncrementalAlterConfigsApi } from '../../../domain/protocol/messages/incremental-alter-configs.ts';
import type { ConfigAdmin, ConfigOperation } from '../../../ports/config-admin.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import { alteredResource } from './altered-resource.ts';

/** In the order of Kafka's AlterConfigOp.OpType. */
const OPERATIONS = ['set', 'delete', 'append', 'subtract'] as const;

export function incrementalAlterConfigsHandler({
  configs,
}: {
  readonly configs: Pick<ConfigAdmin, 'alter'>;
}): RequestHandler {
  return handler(IncrementalAlterConfigsApi, async (request) => {
    const resources = request.resources.map((resource) => ({
      type: resource.resourceType,
      name: resource.resourceName,
      operations: resource.configs.map(
        ({ name, configOperation, value }): ConfigOperation => ({
          name,
          operation: OPERATIONS[configOperation] ?? 'unknown',
          value,
        }),
      ),
    }));
    const { validateOnly } = request;
    const results = await configs.alter(resources, { validateOnly });
    return { throttleTimeMs: 0, responses: results.map(alteredResource) };
  });
}
