import type { TopicsImage } from '../../modern/topics-image.ts';
import type {
  ConfiguredInternalTopic,
  ConfiguredSubtopology,
  ConfiguredTopology,
  CreatableTopic,
} from './configured-topology.ts';
import { enforceCopartitioning } from './copartitioned-topics.ts';
import { inHashMapOrder } from './hash-map-order.ts';
import { mostInputPartitions } from './input-partitions.ts';
import { PartitionCounts } from './partition-counts.ts';
import { repartitionTopicCounts } from './repartition-topics.ts';
import {
  requiredTopics,
  type StreamsTopology,
  type Subtopology,
  type TopicInfo,
} from './streams-topology.ts';
import { TopologyConfigurationError } from './topology-configuration-error.ts';

/** A status tells the names of so many topics. */
const TOPICS_TOLD_MAX = 3;

/**
 * The tasks of a topology and the partitions of its internal topics in the cluster as it is (Kafka's
 * InternalTopicManager). Throws STREAMS_INVALID_TOPOLOGY where no change of topics could help.
 */
export function configureTopology(
  topology: StreamsTopology,
  image: TopicsImage,
): ConfiguredTopology {
  const { epoch } = topology;
  const subtopologies = inHashMapOrder(topology.subtopologies, (each) => each.subtopologyId);
  try {
    return configure({ epoch, subtopologies }, new PartitionCounts(image));
  } catch (error) {
    if (!(error instanceof TopologyConfigurationError)) throw error;
    const { problem } = error;
    return { epoch, subtopologies: undefined, internalTopicsToCreate: [], problem };
  }
}

function configure(topology: StreamsTopology, counts: PartitionCounts): ConfiguredTopology {
  checkSourceTopics(topology, counts);
  const repartition = repartitionTopicCounts(topology, counts);
  for (const [name, count] of repartition) counts.decide(name, count);
  enforceCopartitioning(topology, counts);
  for (const subtopology of topology.subtopologies) {
    const count = mostInputPartitions(subtopology, counts);
    for (const { name } of subtopology.stateChangelogTopics) counts.decide(name, count);
  }
  const subtopologies = new Map<string, ConfiguredSubtopology>();
  const sorted = [...topology.subtopologies].sort((a, b) =>
    a.subtopologyId < b.subtopologyId ? -1 : 1,
  );
  for (const each of sorted) subtopologies.set(each.subtopologyId, configured(each, counts));
  const internalTopicsToCreate = missingInternalTopics(topology, subtopologies, counts);
  return {
    epoch: topology.epoch,
    subtopologies,
    internalTopicsToCreate,
    problem:
      internalTopicsToCreate.length === 0
        ? undefined
        : {
            status: 'MISSING_INTERNAL_TOPICS',
            message: `Internal topics are missing: ${told(internalTopicsToCreate.map(({ name }) => name))}`,
          },
  };
}

function checkSourceTopics({ subtopologies }: StreamsTopology, counts: PartitionCounts): void {
  const missing = new Set<string>();
  for (const { sourceTopics } of subtopologies) {
    for (const name of sourceTopics) if (counts.existing(name) === undefined) missing.add(name);
  }
  if (missing.size === 0) return;
  throw new TopologyConfigurationError(
    'MISSING_SOURCE_TOPICS',
    `Source topics ${told([...missing].sort())} are missing.`,
  );
}

function configured(subtopology: Subtopology, counts: PartitionCounts): ConfiguredSubtopology {
  return {
    numberOfTasks: mostInputPartitions(subtopology, counts),
    sourceTopics: new Set(subtopology.sourceTopics),
    repartitionSourceTopics: internalTopics(subtopology.repartitionSourceTopics, counts),
    repartitionSinkTopics: new Set(subtopology.repartitionSinkTopics),
    stateChangelogTopics: internalTopics(subtopology.stateChangelogTopics, counts),
  };
}

function internalTopics(
  topics: readonly TopicInfo[],
  counts: PartitionCounts,
): ReadonlyMap<string, ConfiguredInternalTopic> {
  return new Map(
    topics.map(({ name, partitions, replicationFactor, topicConfigs }) => {
      const decided = partitions === 0 ? (counts.decided(name) as number) : partitions;
      const configs = new Map(topicConfigs.map(({ key, value }) => [key, value]));
      return [name, { name, partitions: decided, replicationFactor, topicConfigs: configs }];
    }),
  );
}

/** An internal topic that exists must have the partitions it would be made with. */
function missingInternalTopics(
  topology: StreamsTopology,
  subtopologies: ReadonlyMap<string, ConfiguredSubtopology>,
  counts: PartitionCounts,
): readonly CreatableTopic[] {
  const wanted = new Map<string, ConfiguredInternalTopic>();
  for (const { repartitionSourceTopics, stateChangelogTopics } of subtopologies.values()) {
    for (const topic of repartitionSourceTopics.values()) wanted.set(topic.name, topic);
    for (const topic of stateChangelogTopics.values()) wanted.set(topic.name, topic);
  }
  const missing: CreatableTopic[] = [];
  for (const name of [...requiredTopics(topology)].sort()) {
    const topic = wanted.get(name);
    if (topic === undefined) continue;
    const existing = counts.existing(name);
    if (existing === undefined) missing.push(creatable(topic));
    else if (existing !== topic.partitions) {
      throw new TopologyConfigurationError(
        'INCORRECTLY_PARTITIONED_TOPICS',
        `Existing topic ${name} has different number of partitions: expected ${topic.partitions}, found ${existing}`,
      );
    }
  }
  return missing;
}

function creatable({
  name,
  partitions,
  replicationFactor,
  topicConfigs,
}: ConfiguredInternalTopic): CreatableTopic {
  return {
    name,
    partitions,
    replicationFactor: replicationFactor === 0 ? -1 : replicationFactor,
    configs: [...topicConfigs].map(([key, value]) => ({ name: key, value })),
  };
}

function told(names: readonly string[]): string {
  const rest = names.length - TOPICS_TOLD_MAX;
  const first = names.slice(0, TOPICS_TOLD_MAX).join(', ');
  return rest > 0 ? `${first} and ${rest} additional topics` : first;
}
