import { KafkaError } from '../../domain/kafka-error.ts';
import { latestStableVersion } from '../../domain/protocol/api-versions.ts';
import type { ApiDefinition, VersionRange } from '../../domain/protocol/schema.ts';

/** What a broker's ApiVersions answer says it speaks, by API key. */
export type SupportedVersions = ReadonlyMap<number, VersionRange>;

/** The highest version both sides speak, and not above `maxVersion`. */
export function commonVersion(
  api: ApiDefinition,
  supported: SupportedVersions,
  maxVersion: number = latestStableVersion(api),
): number {
  const theirs = supported.get(api.key);
  if (theirs === undefined) {
    throw new KafkaError('UNSUPPORTED_VERSION', `the broker does not offer ${api.name}`);
  }
  const version = Math.min(theirs[1], latestStableVersion(api), maxVersion);
  if (version < theirs[0] || version < api.versions[0]) {
    throw new KafkaError(
      'UNSUPPORTED_VERSION',
      `the broker offers ${api.name} in versions ${theirs[0]} to ${theirs[1]} only`,
    );
  }
  return version;
}
