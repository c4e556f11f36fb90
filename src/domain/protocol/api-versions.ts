import type { ApiDefinition, VersionRange } from './schema.ts';

const PRODUCE_KEY = 0;

/** The newest version that is not still in the making. */
export function latestStableVersion(api: ApiDefinition): number {
  return api.latestVersionUnstable ? api.versions[1] - 1 : api.versions[1];
}

/** Whether requests of this version are answered at all. */
export function isServed(api: ApiDefinition, version: number): boolean {
  return version >= api.versions[0] && version <= latestStableVersion(api);
}

/**
 * What ApiVersions says of an API. Produce is advertised from 0, as Kafka 4 does, although 0 to 2 are
 * not served: older librdkafka takes a higher minimum for a broker without compression.
 */
export function advertisedVersions(api: ApiDefinition): VersionRange {
  return [api.key === PRODUCE_KEY ? 0 : api.versions[0], latestStableVersion(api)];
}
