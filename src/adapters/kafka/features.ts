import type { FeatureRange, FinalizedFeature } from './handlers/api-versions.ts';

/**
 * Feature levels this broker could be finalised at: those of Kafka 4.4. A client acts on finalised levels; those of the
 * protocols that are not here yet (KIP-848, KIP-932, KIP-1071) are told once their APIs come. transaction.version 2
 * lets producers leave the adding of partitions to the broker, and gives each transaction an epoch (KIP-890).
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
  { name: 'transaction.version', level: 2 },
];
