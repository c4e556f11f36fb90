// StreamsGroupHeartbeat, key 88, versions 0 to 1, flexible since 0.
import { api, array, bool, int8, int16, int32, int64, string, struct, uint16 } from '../schema.ts';

const keyValue = {
  key: string,
  value: string,
};

const topicInfo = {
  name: string,
  partitions: int32,
  replicationFactor: int16,
  topicConfigs: array(keyValue),
};

const taskIds = {
  subtopologyId: string,
  partitions: array(int32),
};

const endpoint = {
  host: string,
  port: uint16,
};

const taskOffset = {
  subtopologyId: string,
  partition: int32,
  offset: int64,
};

const status = {
  statusCode: int8,
  statusDetail: string,
};

const responseTaskIds = {
  subtopologyId: string,
  partitions: array(int32),
};

const responseEndpoint = {
  host: string,
  port: uint16,
};

const topicPartition = {
  topic: string,
  partitions: array(int32),
};

export const StreamsGroupHeartbeatApi = api({
  key: 88,
  name: 'StreamsGroupHeartbeat',
  versions: [0, 1],
  flexibleSince: 0,
  request: {
    groupId: string,
    memberId: string,
    memberEpoch: int32,
    endpointInformationEpoch: int32,
    instanceId: string.orNull().default(null),
    rackId: string.orNull().default(null),
    rebalanceTimeoutMs: int32.default(-1),
    topology: struct({
      epoch: int32,
      subtopologies: array({
        subtopologyId: string,
        sourceTopics: array(string),
        sourceTopicRegex: array(string),
        stateChangelogTopics: array(topicInfo),
        repartitionSinkTopics: array(string),
        repartitionSourceTopics: array(topicInfo),
        copartitionGroups: array({
          sourceTopics: array(int16),
          sourceTopicRegex: array(int16),
          repartitionSourceTopics: array(int16),
        }),
      }),
    })
      .orNull()
      .default(null),
    activeTasks: array(taskIds).orNull().default(null),
    standbyTasks: array(taskIds).orNull().default(null),
    warmupTasks: array(taskIds).orNull().default(null),
    processId: string.orNull().default(null),
    userEndpoint: struct(endpoint).orNull().default(null),
    clientTags: array(keyValue).orNull().default(null),
    taskOffsets: array(taskOffset).orNull().default(null),
    taskEndOffsets: array(taskOffset).orNull().default(null),
    shutdownApplication: bool.default(false),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.orNull().default(null),
    memberId: string,
    memberEpoch: int32,
    heartbeatIntervalMs: int32,
    acceptableRecoveryLagLegacy: int32.until(0),
    taskOffsetIntervalMs: int32,
    acceptableRecoveryLag: int64.since(1).default(-1n).ignorable(),
    status: array(status).orNull(),
    activeTasks: array(responseTaskIds).orNull().default(null),
    standbyTasks: array(responseTaskIds).orNull().default(null),
    warmupTasks: array(responseTaskIds).orNull().default(null),
    topologyDescriptionRequired: bool.since(1).default(false),
    endpointInformationEpoch: int32,
    partitionsByUserEndpoint: array({
      userEndpoint: struct(responseEndpoint),
      activePartitions: array(topicPartition),
      standbyPartitions: array(topicPartition),
    })
      .orNull()
      .default(null),
  },
});
