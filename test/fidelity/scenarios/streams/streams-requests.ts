export const tasks = (active: object[] = [], standby: object[] = [], warmup: object[] = []) => ({
  ...{ activeTasks: active, standbyTasks: standby, warmupTasks: warmup },
});
export const task = (subtopologyId: string, ...partitions: number[]) => ({
  subtopologyId,
  partitions,
});

export const subtopology = (subtopologyId: string, change: object = {}) => ({
  subtopologyId,
  ...{ sourceTopics: [], sourceTopicRegex: [], stateChangelogTopics: [] },
  ...{ repartitionSinkTopics: [], repartitionSourceTopics: [], copartitionGroups: [] },
  ...change,
});

export const internal = (name: string, change: object = {}) => ({
  ...{ name, partitions: 0, replicationFactor: 0, topicConfigs: [] },
  ...change,
});

export const copartitioned = (sourceTopics: number[], repartitionSourceTopics: number[] = []) => ({
  ...{ sourceTopics, sourceTopicRegex: [], repartitionSourceTopics },
});

export const reading = (topics: readonly string[], epoch = 0) => ({
  epoch,
  subtopologies: [subtopology('0', { sourceTopics: topics })],
});

export const beat = (
  groupId: string,
  memberId: string,
  memberEpoch: number,
  change: object = {},
) => ({
  ...{ groupId, memberId, memberEpoch, endpointInformationEpoch: 0 },
  ...change,
});

/** What a client sends to join. */
export const joining = (topology: object, change: object = {}) => ({
  ...{ rebalanceTimeoutMs: 600_000, topology, processId: 'p1', ...tasks() },
  ...change,
});
