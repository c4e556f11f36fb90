import { KafkaError } from '../../../kafka-error.ts';
import type { PartitionCounts } from './partition-counts.ts';
import type { StreamsTopology, Subtopology } from './streams-topology.ts';
import { TopologyConfigurationError } from './topology-configuration-error.ts';

type Counts = ReadonlyMap<string, number>;

/**
 * Topics that are joined must have as many partitions as one another: repartition topics that may have any number are
 * given that of the others (Kafka's CopartitionedTopicsEnforcer). Throws a TopologyConfigurationError where that cannot be.
 */
export function enforceCopartitioning(
  { subtopologies }: StreamsTopology,
  counts: PartitionCounts,
): void {
  const repartitionTopics = subtopologies.flatMap((each) => each.repartitionSourceTopics);
  const names = new Set(repartitionTopics.map(({ name }) => name));
  const fixed = new Set(
    repartitionTopics.filter(({ partitions }) => partitions !== 0).map(({ name }) => name),
  );
  for (const subtopology of subtopologies) {
    for (const group of copartitionGroups(subtopology)) {
      if (group.length > 0) enforce(group, names, fixed, counts);
    }
  }
}

/** The names of each group's topics, in order, so that the same topology always leads to the same message. */
function copartitionGroups({
  sourceTopics,
  repartitionSourceTopics,
  copartitionGroups: groups,
}: Subtopology): readonly string[][] {
  return groups.map((group) => {
    const names = new Set<string>();
    for (const index of group.sourceTopics) {
      const name = sourceTopics[index];
      if (name !== undefined) names.add(name);
    }
    for (const index of group.repartitionSourceTopics) {
      const topic = repartitionSourceTopics[index];
      if (topic !== undefined) names.add(topic.name);
    }
    return [...names].sort();
  });
}

function enforce(
  group: readonly string[],
  repartitionTopics: ReadonlySet<string>,
  fixed: ReadonlySet<string>,
  counts: PartitionCounts,
): void {
  const internal = countsOf(
    group.filter((name) => repartitionTopics.has(name)),
    counts,
  );
  const external = countsOf(
    group.filter((name) => !repartitionTopics.has(name)),
    counts,
  );
  const wanted =
    external.size > 0 ? commonCount(external) : countOfInternal(internal, fixed, counts);
  for (const [name, count] of internal) {
    if (fixed.has(name) && count !== wanted) {
      throw incorrectlyPartitioned(
        `Number of partitions [${count}] of repartition topic [${name}] doesn't match number of partitions [${wanted}] of the source topic.`,
      );
    }
    counts.decide(name, wanted);
  }
}

/**
 * Without a source topic of the application's the fixed ones decide, or the most that one has. As in Kafka these are the
 * fixed ones of the whole topology, not of the group alone.
 */
function countOfInternal(
  internal: Counts,
  fixed: ReadonlySet<string>,
  counts: PartitionCounts,
): number {
  if (fixed.size === 0) return Math.max(...internal.values());
  const all = new Set(countsOf([...fixed], counts).values());
  if (all.size > 1) throw differentCounts(internal);
  return [...all][0] as number;
}

function commonCount(external: Counts): number {
  const all = new Set(external.values());
  if (all.size > 1) throw differentCounts(external);
  return [...all][0] as number;
}

function countsOf(names: readonly string[], counts: PartitionCounts): Counts {
  return new Map(
    names.map((name) => {
      const count = counts.of(name);
      if (count === undefined) {
        // A topic of the application's that is missing was found before, so this one is internal.
        throw new KafkaError(
          'STREAMS_INVALID_TOPOLOGY',
          `Number of partitions is not set for topic: ${name}`,
        );
      }
      return [name, count];
    }),
  );
}

function differentCounts(counts: Counts): TopologyConfigurationError {
  const each = [...counts].map(([name, count]) => `${name}=${count}`).join(', ');
  return incorrectlyPartitioned(
    `Following topics do not have the same number of partitions: [{${each}}]`,
  );
}

function incorrectlyPartitioned(message: string): TopologyConfigurationError {
  return new TopologyConfigurationError('INCORRECTLY_PARTITIONED_TOPICS', message);
}
