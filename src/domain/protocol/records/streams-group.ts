// Records of `__consumer_offsets`: streams groups (KIP-1071).
import { array, int8, int16, int32, int64, message, string, struct, uint16 } from '../schema.ts';

export const StreamsGroupMetadataKey = message({
  name: 'StreamsGroupMetadataKey',
  recordType: 17,
  versions: [0, 0],
  fields: {
    groupId: string,
  },
});

const streamsGroupMetadataLastAssignmentConfig = {
  key: string,
  value: string,
};

export const StreamsGroupMetadataValue = message({
  name: 'StreamsGroupMetadataValue',
  recordType: 17,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    epoch: int32,
    metadataHash: int64,
    validatedTopologyEpoch: int32.tagged(0, 0).default(-1),
    lastAssignmentConfigs: array(streamsGroupMetadataLastAssignmentConfig).tagged(1, 0).orNull(),
    storedDescriptionTopologyEpoch: int32.tagged(2, 0).default(-1),
    failedDescriptionTopologyEpoch: int32.tagged(3, 0).default(-1),
  },
});

export const StreamsGroupMemberMetadataKey = message({
  name: 'StreamsGroupMemberMetadataKey',
  recordType: 19,
  versions: [0, 0],
  fields: {
    groupId: string,
    memberId: string,
  },
});

const streamsGroupMemberMetadataEndpoint = {
  host: string,
  port: uint16,
};

const streamsGroupMemberMetadataKeyValue = {
  key: string,
  value: string,
};

export const StreamsGroupMemberMetadataValue = message({
  name: 'StreamsGroupMemberMetadataValue',
  recordType: 19,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    instanceId: string.orNull(),
    rackId: string.orNull(),
    clientId: string,
    clientHost: string,
    rebalanceTimeoutMs: int32.default(-1),
    topologyEpoch: int32,
    processId: string,
    userEndpoint: struct(streamsGroupMemberMetadataEndpoint).orNull().default(null),
    clientTags: array(streamsGroupMemberMetadataKeyValue),
  },
});

export const StreamsGroupTargetAssignmentMetadataKey = message({
  name: 'StreamsGroupTargetAssignmentMetadataKey',
  recordType: 20,
  versions: [0, 0],
  fields: {
    groupId: string,
  },
});

export const StreamsGroupTargetAssignmentMetadataValue = message({
  name: 'StreamsGroupTargetAssignmentMetadataValue',
  recordType: 20,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    assignmentEpoch: int32,
    assignmentTimestamp: int64.tagged(0, 0).default(0n).ignorable(),
  },
});

export const StreamsGroupTargetAssignmentMemberKey = message({
  name: 'StreamsGroupTargetAssignmentMemberKey',
  recordType: 21,
  versions: [0, 0],
  fields: {
    groupId: string,
    memberId: string,
  },
});

const streamsGroupTargetAssignmentMemberTaskIds = {
  subtopologyId: string,
  partitions: array(int32),
};

export const StreamsGroupTargetAssignmentMemberValue = message({
  name: 'StreamsGroupTargetAssignmentMemberValue',
  recordType: 21,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    activeTasks: array(streamsGroupTargetAssignmentMemberTaskIds),
    standbyTasks: array(streamsGroupTargetAssignmentMemberTaskIds),
    warmupTasks: array(streamsGroupTargetAssignmentMemberTaskIds),
  },
});

export const StreamsGroupCurrentMemberAssignmentKey = message({
  name: 'StreamsGroupCurrentMemberAssignmentKey',
  recordType: 22,
  versions: [0, 0],
  fields: {
    groupId: string,
    memberId: string,
  },
});

const streamsGroupCurrentMemberAssignmentTaskIds = {
  subtopologyId: string,
  partitions: array(int32),
  assignmentEpochs: array(int32).tagged(0, 0).orNull(),
};

export const StreamsGroupCurrentMemberAssignmentValue = message({
  name: 'StreamsGroupCurrentMemberAssignmentValue',
  recordType: 22,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    memberEpoch: int32,
    previousMemberEpoch: int32,
    state: int8,
    activeTasks: array(streamsGroupCurrentMemberAssignmentTaskIds),
    standbyTasks: array(streamsGroupCurrentMemberAssignmentTaskIds),
    warmupTasks: array(streamsGroupCurrentMemberAssignmentTaskIds),
    activeTasksPendingRevocation: array(streamsGroupCurrentMemberAssignmentTaskIds),
    standbyTasksPendingRevocation: array(streamsGroupCurrentMemberAssignmentTaskIds),
    warmupTasksPendingRevocation: array(streamsGroupCurrentMemberAssignmentTaskIds),
  },
});

export const StreamsGroupTopologyKey = message({
  name: 'StreamsGroupTopologyKey',
  recordType: 23,
  versions: [0, 0],
  fields: {
    groupId: string,
  },
});

const streamsGroupTopologyTopicConfig = {
  key: string,
  value: string,
};

const streamsGroupTopologyTopicInfo = {
  name: string,
  partitions: int32,
  replicationFactor: int16,
  topicConfigs: array(streamsGroupTopologyTopicConfig),
};

export const StreamsGroupTopologyValue = message({
  name: 'StreamsGroupTopologyValue',
  recordType: 23,
  versions: [0, 0],
  flexibleSince: 0,
  fields: {
    epoch: int32,
    subtopologies: array({
      subtopologyId: string,
      sourceTopics: array(string),
      sourceTopicRegex: array(string),
      stateChangelogTopics: array(streamsGroupTopologyTopicInfo),
      repartitionSinkTopics: array(string),
      repartitionSourceTopics: array(streamsGroupTopologyTopicInfo),
      copartitionGroups: array({
        sourceTopics: array(int16),
        sourceTopicRegex: array(int16),
        repartitionSourceTopics: array(int16),
      }),
    }),
  },
});
