// StreamsGroupDescribe, key 89, versions 0 to 1, flexible since 0.
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

const endpoint = {
  host: string,
  port: uint16,
};

const taskOffset = {
  subtopologyId: string,
  partition: int32,
  offset: int64,
};

const taskIds = {
  subtopologyId: string,
  partitions: array(int32),
};

const assignment = {
  activeTasks: array(taskIds),
  standbyTasks: array(taskIds),
  warmupTasks: array(taskIds),
};

const topologyDescriptionNode = {
  name: string,
  nodeType: int8,
  sourceTopics: array(string),
  sinkTopic: string.orNull().default(null),
  stores: array(string),
  successors: array(string),
};

const topologyDescriptionSubtopology = {
  subtopologyId: string,
  nodes: array(topologyDescriptionNode),
};

const topologyDescriptionGlobalStore = {
  source: struct(topologyDescriptionNode),
  processor: struct(topologyDescriptionNode),
};

const topologyDescription = {
  subtopologies: array(topologyDescriptionSubtopology),
  globalStores: array(topologyDescriptionGlobalStore),
};

export const StreamsGroupDescribeApi = api({
  key: 89,
  name: 'StreamsGroupDescribe',
  versions: [0, 1],
  flexibleSince: 0,
  request: {
    groupIds: array(string),
    includeAuthorizedOperations: bool,
    includeTopologyDescription: bool.since(1).default(false),
  },
  response: {
    throttleTimeMs: int32,
    groups: array({
      errorCode: int16,
      errorMessage: string.orNull().default(null),
      groupId: string,
      groupState: string,
      groupEpoch: int32,
      assignmentEpoch: int32,
      topology: struct({
        epoch: int32,
        subtopologies: array({
          subtopologyId: string,
          sourceTopics: array(string),
          repartitionSinkTopics: array(string),
          stateChangelogTopics: array(topicInfo),
          repartitionSourceTopics: array(topicInfo),
        })
          .orNull()
          .default(null),
      })
        .orNull()
        .default(null),
      members: array({
        memberId: string,
        memberEpoch: int32,
        instanceId: string.orNull().default(null),
        rackId: string.orNull().default(null),
        clientId: string,
        clientHost: string,
        topologyEpoch: int32,
        processId: string,
        userEndpoint: struct(endpoint).orNull().default(null),
        clientTags: array(keyValue),
        taskOffsets: array(taskOffset),
        taskEndOffsets: array(taskOffset),
        assignment: struct(assignment),
        targetAssignment: struct(assignment),
        isClassic: bool,
      }),
      authorizedOperations: int32.default(-2147483648),
      topologyDescription: struct(topologyDescription).since(1).orNull().default(null),
      topologyDescriptionStatus: int8.since(1).default(0),
      assignorName: string.since(1).orNull().default(null).ignorable(),
    }),
  },
});
