import { ERROR_CODES } from '../../../domain/error-code.ts';
import { ApiVersionsApi } from '../../../domain/protocol/messages/api-versions.ts';
import type { ApiDefinition, ResponseInput } from '../../../domain/protocol/schema.ts';
import type { ApiRange } from '../handler-registry.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

// ApiVersions (18), versions 0-5.
// Ranges come from the registry of the listener that was asked.
// - An unknown version is answered in version 0's layout with UNSUPPORTED_VERSION and one entry, our own (KIP-511).
// - v3 client software name and version must look like names, else INVALID_REQUEST and no entries (KIP-511).
// - v3 leaves out supported features that may be switched off entirely (minimum 0); v4 has them (KIP-1022).
// - v5 cluster id and node id say whom the client means to reach (KIP-1242).

export interface FeatureRange {
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
}

export interface FinalizedFeature {
  readonly name: string;
  readonly level: number;
}

export interface FinalizedFeatures {
  /** Rises with every change; -1 while unknown. */
  readonly epoch: bigint;
  readonly features: readonly FinalizedFeature[];
}

export interface ApiVersionsHandlerOptions {
  /** Asked per request, since the registry holds this handler too. */
  readonly ranges: () => readonly ApiRange[];
  readonly supportedFeatures: readonly FeatureRange[];
  readonly finalizedFeatures: () => FinalizedFeatures;
}

const SOFTWARE_NAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;

type Response = ResponseInput<typeof ApiVersionsApi>;

export function apiVersionsHandler(options: ApiVersionsHandlerOptions): RequestHandler {
  return handler(ApiVersionsApi, (request, context): Response => {
    const { apiVersion } = context;
    if (apiVersion >= 3) {
      const { clientSoftwareName, clientSoftwareVersion } = request;
      if (!SOFTWARE_NAME.test(clientSoftwareName) || !SOFTWARE_NAME.test(clientSoftwareVersion)) {
        return { errorCode: ERROR_CODES.INVALID_REQUEST.code, apiKeys: [] } as Response;
      }
      context.identify?.({ name: clientSoftwareName, version: clientSoftwareVersion });
    }
    const response = { errorCode: ERROR_CODES.NONE.code, apiKeys: options.ranges() } as Response;
    return apiVersion < 3 ? response : { ...response, ...featuresOf(options, apiVersion) };
  });
}

function featuresOf(options: ApiVersionsHandlerOptions, apiVersion: number) {
  const finalized = options.finalizedFeatures();
  return {
    supportedFeatures: options.supportedFeatures.filter(
      ({ minVersion }) => apiVersion >= 4 || minVersion > 0,
    ),
    finalizedFeaturesEpoch: finalized.epoch,
    finalizedFeatures: finalized.features.map(({ name, level }) => ({
      name,
      maxVersionLevel: level,
      minVersionLevel: level,
    })),
  };
}

/** The answer to a version we do not know, in version 0's layout. */
export function unsupportedApiVersions(): Response {
  const [minVersion, maxVersion] = (ApiVersionsApi as ApiDefinition).versions;
  return {
    errorCode: ERROR_CODES.UNSUPPORTED_VERSION.code,
    apiKeys: [{ apiKey: ApiVersionsApi.key, minVersion, maxVersion }],
  } as Response;
}
