// Records of `__consumer_offsets`: share groups (KIP-932).
import { array, int8, int32, int64, message, string, uuid } from '../schema.ts';

export const ShareGroupMemberMetadataKey = message({
  name: 'ShareGroupMemberMetadataKey',
  recordType: 10,
  versions: [0, 0],
  fields: {
    groupId: string,
    memberId: string,
  },
});

export const ShareGroupMemberMetadataValue = message({
  name: 'ShareGroupMemberMetadataValue',
  recordType: 10,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    rackId: string.orNull(),
    clientId: string,
    clientHost: string,
    subscribedTopicNames: array(string),
  },
});

export const ShareGroupMetadataKey = message({
  name: 'ShareGroupMetadataKey',
  recordType: 11,
  versions: [0, 0],
  fields: {
    groupId: string,
  },
});

export const ShareGroupMetadataValue = message({
  name: 'ShareGroupMetadataValue',
  recordType: 11,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    epoch: int32,
    metadataHash: int64,
  },
});

export const ShareGroupTargetAssignmentMetadataKey = message({
  name: 'ShareGroupTargetAssignmentMetadataKey',
  recordType: 12,
  versions: [0, 0],
  fields: {
    groupId: string,
  },
});

export const ShareGroupTargetAssignmentMetadataValue = message({
  name: 'ShareGroupTargetAssignmentMetadataValue',
  recordType: 12,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    assignmentEpoch: int32,
    assignmentTimestamp: int64.tagged(0, 0).default(0n).ignorable(),
  },
});

export const ShareGroupTargetAssignmentMemberKey = message({
  name: 'ShareGroupTargetAssignmentMemberKey',
  recordType: 13,
  versions: [0, 0],
  fields: {
    groupId: string,
    memberId: string,
  },
});

export const ShareGroupTargetAssignmentMemberValue = message({
  name: 'ShareGroupTargetAssignmentMemberValue',
  recordType: 13,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    topicPartitions: array({
      topicId: uuid,
      partitions: array(int32),
    }),
  },
});

export const ShareGroupCurrentMemberAssignmentKey = message({
  name: 'ShareGroupCurrentMemberAssignmentKey',
  recordType: 14,
  versions: [0, 0],
  fields: {
    groupId: string,
    memberId: string,
  },
});

const shareGroupCurrentMemberAssignmentTopicPartitions = {
  topicId: uuid,
  partitions: array(int32),
};

export const ShareGroupCurrentMemberAssignmentValue = message({
  name: 'ShareGroupCurrentMemberAssignmentValue',
  recordType: 14,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    memberEpoch: int32,
    previousMemberEpoch: int32,
    state: int8,
    assignedPartitions: array(shareGroupCurrentMemberAssignmentTopicPartitions),
  },
});

export const ShareGroupStatePartitionMetadataKey = message({
  name: 'ShareGroupStatePartitionMetadataKey',
  recordType: 15,
  versions: [0, 0],
  fields: {
    groupId: string,
  },
});

const shareGroupStatePartitionMetadataTopicPartitionsInfo = {
  topicId: uuid,
  topicName: string,
  partitions: array(int32),
};

const shareGroupStatePartitionMetadataTopicInfo = {
  topicId: uuid,
  topicName: string,
};

export const ShareGroupStatePartitionMetadataValue = message({
  name: 'ShareGroupStatePartitionMetadataValue',
  recordType: 15,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    initializingTopics: array(shareGroupStatePartitionMetadataTopicPartitionsInfo),
    initializedTopics: array(shareGroupStatePartitionMetadataTopicPartitionsInfo),
    deletingTopics: array(shareGroupStatePartitionMetadataTopicInfo),
  },
});
