import { KafkaError } from '../../../kafka-error.ts';
import type { PartitionCounts } from './partition-counts.ts';
import type { Subtopology } from './streams-topology.ts';

/** The most partitions that one of a subtopology's inputs has: the number of its tasks, and of its changelogs' partitions. */
export function mostInputPartitions(
  { subtopologyId, sourceTopics, repartitionSourceTopics }: Subtopology,
  counts: PartitionCounts,
): number {
  let most = 0;
  for (const name of [...sourceTopics, ...repartitionSourceTopics.map((topic) => topic.name)]) {
    most = Math.max(most, counts.of(name) ?? 0);
  }
  if (most === 0) {
    throw new KafkaError(
      'STREAMS_INVALID_TOPOLOGY',
      `No source topics found for subtopology ${subtopologyId}`,
    );
  }
  return most;
}
