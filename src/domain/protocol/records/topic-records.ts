// Records of `__cluster_metadata`: topics, partitions and configs.
import { array, int8, int32, message, string, uuid } from '../schema.ts';

export const TopicRecord = message({
  name: 'TopicRecord',
  recordType: 2,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    name: string,
    topicId: uuid,
  },
});

export const PartitionRecord = message({
  name: 'PartitionRecord',
  recordType: 3,
  versions: [0, 2],
  flexibleSince: 0,
  fields: {
    partitionId: int32.default(-1),
    topicId: uuid,
    replicas: array(int32),
    isr: array(int32),
    removingReplicas: array(int32),
    addingReplicas: array(int32),
    leader: int32.default(-1),
    leaderRecoveryState: int8.tagged(0, 0).default(0),
    leaderEpoch: int32.default(-1),
    partitionEpoch: int32.default(-1),
    directories: array(uuid).since(1),
    eligibleLeaderReplicas: array(int32).tagged(1, 2).orNull().default(null),
    lastKnownElr: array(int32).tagged(2, 2).orNull().default(null),
  },
});

export const ConfigRecord = message({
  name: 'ConfigRecord',
  recordType: 4,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    resourceType: int8,
    resourceName: string,
    name: string,
    value: string.orNull(),
  },
});

export const PartitionChangeRecord = message({
  name: 'PartitionChangeRecord',
  recordType: 5,
  versions: [0, 2],
  flexibleSince: 0,
  fields: {
    partitionId: int32.default(-1),
    topicId: uuid,
    isr: array(int32).tagged(0, 0).orNull().default(null),
    leader: int32.tagged(1, 0).default(-2),
    replicas: array(int32).tagged(2, 0).orNull().default(null),
    removingReplicas: array(int32).tagged(3, 0).orNull().default(null),
    addingReplicas: array(int32).tagged(4, 0).orNull().default(null),
    leaderRecoveryState: int8.tagged(5, 0).default(-1),
    directories: array(uuid).tagged(8, 1).orNull().default(null),
    eligibleLeaderReplicas: array(int32).tagged(6, 2).orNull().default(null),
    lastKnownElr: array(int32).tagged(7, 2).orNull().default(null),
  },
});

export const RemoveTopicRecord = message({
  name: 'RemoveTopicRecord',
  recordType: 9,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    topicId: uuid,
  },
});

export const ClearElrRecord = message({
  name: 'ClearElrRecord',
  recordType: 28,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    topicName: string,
  },
});
