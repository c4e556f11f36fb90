import { KafkaError } from '../../../kafka-error.ts';
import type { PartitionCounts } from './partition-counts.ts';
import type { StreamsTopology, Subtopology } from './streams-topology.ts';

/**
 * The partitions of repartition topics that the application leaves open: the most that an input of a subtopology has
 * which writes to it (Kafka's RepartitionTopics). Inputs may be repartition topics too, so that rounds are needed. All
 * source topics must exist.
 */
export function repartitionTopicCounts(
  { subtopologies }: StreamsTopology,
  counts: PartitionCounts,
): ReadonlyMap<string, number> {
  const decided = new Map<string, number>();
  for (const { repartitionSourceTopics } of subtopologies) {
    for (const { name, partitions } of repartitionSourceTopics) {
      if (partitions !== 0) decided.set(name, partitions);
    }
  }
  for (;;) {
    const { isComplete, hasProgressed } = decideSinks(subtopologies, decided, counts);
    if (isComplete) break;
    if (!hasProgressed) {
      throw new KafkaError(
        'STREAMS_INVALID_TOPOLOGY',
        'Failed to compute number of partitions for all repartition topics. There may be loops in the topology that cannot be resolved.',
      );
    }
  }
  if (!subtopologies.every((each) => hasSourcesIn(each, decided))) {
    throw new KafkaError(
      'STREAMS_INVALID_TOPOLOGY',
      'Failed to compute number of partitions for all repartition topics, because a repartition source topic is never used as a sink topic.',
    );
  }
  return decided;
}

function decideSinks(
  subtopologies: readonly Subtopology[],
  decided: Map<string, number>,
  counts: PartitionCounts,
) {
  let isComplete = true;
  let hasProgressed = false;
  for (const subtopology of subtopologies) {
    for (const sink of subtopology.repartitionSinkTopics) {
      if (decided.has(sink)) continue;
      const count = mostInputPartitions(subtopology, decided, counts);
      if (count === undefined) {
        isComplete = false;
        continue;
      }
      decided.set(sink, count);
      hasProgressed = true;
    }
  }
  return { isComplete, hasProgressed };
}

/** Of the inputs that are known by now; as in Kafka one that is not yet known does not keep the others from deciding. */
function mostInputPartitions(
  { repartitionSourceTopics, sourceTopics }: Subtopology,
  decided: ReadonlyMap<string, number>,
  counts: PartitionCounts,
): number | undefined {
  let most: number | undefined;
  const take = (count: number | undefined) => {
    if (count !== undefined && (most === undefined || count > most)) most = count;
  };
  for (const { name } of repartitionSourceTopics) take(decided.get(name));
  for (const name of sourceTopics) take(counts.existing(name));
  return most;
}

function hasSourcesIn(
  { repartitionSourceTopics }: Subtopology,
  decided: ReadonlyMap<string, number>,
): boolean {
  return repartitionSourceTopics.every(({ name }) => decided.has(name));
}
