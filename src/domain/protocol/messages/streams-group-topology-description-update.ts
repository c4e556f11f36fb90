// StreamsGroupTopologyDescriptionUpdate, key 93, version 0, flexible since 0.
import { api, array, int8, int16, int32, string, struct } from '../schema.ts';

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

export const StreamsGroupTopologyDescriptionUpdateApi = api({
  key: 93,
  name: 'StreamsGroupTopologyDescriptionUpdate',
  versions: [0, 0],
  flexibleSince: 0,
  request: {
    groupId: string,
    memberId: string,
    topologyEpoch: int32,
    topologyDescription: struct(topologyDescription),
  },
  response: {
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: string.orNull().default(null),
  },
});
