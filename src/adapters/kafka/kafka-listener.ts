import { FEATURES } from '../../domain/feature/features.ts';
import { HandlerRegistry } from './handler-registry.ts';
import { apiVersionsHandler, type FinalizedFeatures } from './handlers/api-versions.ts';
import { saslAuthenticateHandler } from './handlers/sasl-authenticate.ts';
import { saslHandshakeHandler } from './handlers/sasl-handshake.ts';
import type { RequestHandler } from './request-handler.ts';

/**
 * The registry of a plaintext listener: the given handlers, and the three that belong to every listener. Their
 * finalised features are asked for with each request.
 */
export function plaintextRegistry(
  handlers: Iterable<RequestHandler>,
  finalizedFeatures: () => FinalizedFeatures,
): HandlerRegistry {
  const registry: HandlerRegistry = new HandlerRegistry([
    ...handlers,
    saslHandshakeHandler(),
    saslAuthenticateHandler(),
    apiVersionsHandler({
      ranges: () => registry.advertised(),
      supportedFeatures: FEATURES.map(({ name, minLevel, maxLevel }) => ({
        ...{ name, minVersion: minLevel, maxVersion: maxLevel },
      })),
      finalizedFeatures,
    }),
  ]);
  return registry;
}
