/** A topology with the partitions that its tasks and internal topics have in this cluster (Kafka's ConfiguredTopology). */
export interface ConfiguredTopology {
  readonly epoch: number;
  /** Sorted by subtopology id. Undefined where a problem was found before the partitions could be told. */
  readonly subtopologies: ReadonlyMap<string, ConfiguredSubtopology> | undefined;
  /** Sorted by name; there is a problem (MISSING_INTERNAL_TOPICS) when there are any. */
  readonly internalTopicsToCreate: readonly CreatableTopic[];
  /** The topology is ready, and its tasks can be assigned, when there is none. */
  readonly problem: TopologyProblem | undefined;
}

export interface ConfiguredSubtopology {
  /** Its tasks have the partitions 0 up to this number. */
  readonly numberOfTasks: number;
  readonly sourceTopics: ReadonlySet<string>;
  readonly repartitionSourceTopics: ReadonlyMap<string, ConfiguredInternalTopic>;
  readonly repartitionSinkTopics: ReadonlySet<string>;
  /** A subtopology is stateful that has any. */
  readonly stateChangelogTopics: ReadonlyMap<string, ConfiguredInternalTopic>;
}

export interface ConfiguredInternalTopic {
  readonly name: string;
  /** At least 1. */
  readonly partitions: number;
  /** 0: the broker's default. */
  readonly replicationFactor: number;
  readonly topicConfigs: ReadonlyMap<string, string>;
}

/** An internal topic that is missing, as a CreateTopics request has it. */
export interface CreatableTopic {
  readonly name: string;
  readonly partitions: number;
  /** -1: the broker's default. */
  readonly replicationFactor: number;
  readonly configs: readonly { readonly name: string; readonly value: string }[];
}

/** Why no tasks can be assigned, as the heartbeat's response tells it. */
export interface TopologyProblem {
  readonly status: TopologyProblemStatus;
  readonly message: string;
}

export type TopologyProblemStatus =
  | 'MISSING_SOURCE_TOPICS'
  | 'INCORRECTLY_PARTITIONED_TOPICS'
  | 'MISSING_INTERNAL_TOPICS';
