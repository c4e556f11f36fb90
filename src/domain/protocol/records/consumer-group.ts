// Records of `__consumer_offsets`: consumer groups (KIP-848).
import { array, bytes, int8, int32, int64, message, string, struct, uuid } from '../schema.ts';

export const ConsumerGroupMetadataKey = message({
  name: 'ConsumerGroupMetadataKey',
  recordType: 3,
  versions: [0, 0],
  fields: {
    groupId: string,
  },
});

export const ConsumerGroupMetadataValue = message({
  name: 'ConsumerGroupMetadataValue',
  recordType: 3,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    epoch: int32,
    metadataHash: int64.tagged(0, 0).default(0n),
  },
});

export const ConsumerGroupPartitionMetadataKey = message({
  name: 'ConsumerGroupPartitionMetadataKey',
  recordType: 4,
  versions: [0, 0],
  fields: {
    groupId: string,
  },
});

export const ConsumerGroupPartitionMetadataValue = message({
  name: 'ConsumerGroupPartitionMetadataValue',
  recordType: 4,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    topics: array({
      topicId: uuid,
      topicName: string,
      numPartitions: int32,
      partitionMetadata: array({
        partition: int32,
        racks: array(string),
      }),
    }),
  },
});

export const ConsumerGroupMemberMetadataKey = message({
  name: 'ConsumerGroupMemberMetadataKey',
  recordType: 5,
  versions: [0, 0],
  fields: {
    groupId: string,
    memberId: string,
  },
});

export const ConsumerGroupMemberMetadataValue = message({
  name: 'ConsumerGroupMemberMetadataValue',
  recordType: 5,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    instanceId: string.orNull(),
    rackId: string.orNull(),
    clientId: string,
    clientHost: string,
    subscribedTopicNames: array(string),
    subscribedTopicRegex: string.orNull(),
    rebalanceTimeoutMs: int32.default(-1),
    serverAssignor: string.orNull(),
    classicMemberMetadata: struct({
      sessionTimeoutMs: int32,
      supportedProtocols: array({
        name: string,
        metadata: bytes,
      }),
    })
      .tagged(0, 0)
      .orNull(),
  },
});

export const ConsumerGroupTargetAssignmentMetadataKey = message({
  name: 'ConsumerGroupTargetAssignmentMetadataKey',
  recordType: 6,
  versions: [0, 0],
  fields: {
    groupId: string,
  },
});

export const ConsumerGroupTargetAssignmentMetadataValue = message({
  name: 'ConsumerGroupTargetAssignmentMetadataValue',
  recordType: 6,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    assignmentEpoch: int32,
    assignmentTimestamp: int64.tagged(0, 0).default(0n).ignorable(),
  },
});

export const ConsumerGroupTargetAssignmentMemberKey = message({
  name: 'ConsumerGroupTargetAssignmentMemberKey',
  recordType: 7,
  versions: [0, 0],
  fields: {
    groupId: string,
    memberId: string,
  },
});

export const ConsumerGroupTargetAssignmentMemberValue = message({
  name: 'ConsumerGroupTargetAssignmentMemberValue',
  recordType: 7,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    topicPartitions: array({
      topicId: uuid,
      partitions: array(int32),
    }),
  },
});

export const ConsumerGroupCurrentMemberAssignmentKey = message({
  name: 'ConsumerGroupCurrentMemberAssignmentKey',
  recordType: 8,
  versions: [0, 0],
  fields: {
    groupId: string,
    memberId: string,
  },
});

const consumerGroupCurrentMemberAssignmentTopicPartitions = {
  topicId: uuid,
  partitions: array(int32),
  assignmentEpochs: array(int32).tagged(0, 0).orNull(),
};

export const ConsumerGroupCurrentMemberAssignmentValue = message({
  name: 'ConsumerGroupCurrentMemberAssignmentValue',
  recordType: 8,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    memberEpoch: int32,
    previousMemberEpoch: int32,
    state: int8,
    assignedPartitions: array(consumerGroupCurrentMemberAssignmentTopicPartitions),
    partitionsPendingRevocation: array(consumerGroupCurrentMemberAssignmentTopicPartitions),
  },
});

export const ConsumerGroupRegularExpressionKey = message({
  name: 'ConsumerGroupRegularExpressionKey',
  recordType: 16,
  versions: [0, 0],
  fields: {
    groupId: string,
    regularExpression: string,
  },
});

export const ConsumerGroupRegularExpressionValue = message({
  name: 'ConsumerGroupRegularExpressionValue',
  recordType: 16,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    topics: array(string),
    version: int64,
    timestamp: int64,
  },
});
