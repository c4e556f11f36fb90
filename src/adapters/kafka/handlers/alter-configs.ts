// AlterConfigs, versions 0 to 2 (KIP-133): replaces all configs of a resource. Clients use IncrementalAlterConfigs.
import { AlterConfigsApi } from '../../../domain/protocol/messages/alter-configs.ts';
import type { ConfigAdmin } from '../../../ports/config-admin.ts';
import { handler, type RequestHandler } from '../request-handler.ts';
import { alteredResource } from './altered-resource.ts';

export function alterConfigsHandler({
  configs,
}: {
  readonly configs: Pick<ConfigAdmin, 'replace'>;
}): RequestHandler {
  return handler(AlterConfigsApi, async (request) => {
    const resources = request.resources.map((resource) => ({
      type: resource.resourceType,
      name: resource.resourceName,
      configs: resource.configs,
    }));
    const { validateOnly } = request;
    const results = await configs.replace(resources, { validateOnly });
    return { throttleTimeMs: 0, responses: results.map(alteredResource) };
  });
}
