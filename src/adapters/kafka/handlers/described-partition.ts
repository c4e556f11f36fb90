import type { PartitionMetadata } from '../../../ports/catalog.ts';

/** A partition as Metadata and DescribeTopicPartitions both tell it: every replica is in sync. */
export function describedPartition({
  partition,
  leader,
  leaderEpoch,
  replicas,
}: PartitionMetadata) {
  return {
    errorCode: 0,
    partitionIndex: partition,
    leaderId: leader,
    leaderEpoch,
    replicaNodes: [...replicas],
    isrNodes: [...replicas],
    offlineReplicas: [],
  };
}
