import type { FeatureRange, FinalizedFeature } from './handlers/api-versions.ts';

/**
 * Feature levels this broker could be finalised at: those of Kafka 4.4. A client acts on finalised levels; of those only
 * metadata.version is told, as the protocols behind the others (KIP-890 part 2, KIP-848, KIP-932, KIP-1071) come with
 * their APIs.
 */
export const SUPPORTED_FEATURES: readonly FeatureRange[] = [
  { name: 'metadata.version', minVersion: 7, maxVersion: 33 },
  { name: 'kraft.version', minVersion: 0, maxVersion: 1 },
  { name: 'transaction.version', minVersion: 0, maxVersion: 2 },
  { name: 'group.version', minVersion: 0, maxVersion: 1 },
  { name: 'eligible.leader.replicas.version', minVersion: 0, maxVersion: 1 },
  { name: 'share.version', minVersion: 0, maxVersion: 2 },
  { name: 'streams.version', minVersion: 0, maxVersion: 1 },
];

export const FINALIZED_FEATURES: readonly FinalizedFeature[] = [
  { name: 'metadata.version', level: 33 },
];
