import { FINALIZED_FEATURES, SUPPORTED_FEATURES } from './features.ts';
import { HandlerRegistry } from './handler-registry.ts';
import { apiVersionsHandler } from './handlers/api-versions.ts';
import { saslHandshakeHandler } from './handlers/sasl-handshake.ts';
import type { RequestHandler } from './request-handler.ts';

/**
 * The registry of a plaintext listener: the given handlers, and the two that belong to every listener. The epoch is
 * that of the finalised features, the catalog's version.
 */
export function plaintextRegistry(
  handlers: Iterable<RequestHandler>,
  featuresEpoch: () => bigint,
): HandlerRegistry {
  const registry: HandlerRegistry = new HandlerRegistry([
    ...handlers,
    saslHandshakeHandler(),
    apiVersionsHandler({
      ranges: () => registry.advertised(),
      supportedFeatures: SUPPORTED_FEATURES,
      finalizedFeatures: () => ({ epoch: featuresEpoch(), features: FINALIZED_FEATURES }),
    }),
  ]);
  return registry;
}
