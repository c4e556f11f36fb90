import { KafkaError } from '../../../kafka-error.ts';
import type { StreamsTopology, Subtopology } from './streams-topology.ts';

/** Subtopologies, topics and copartition groups together. The largest applications have some hundreds. */
const PARTS_MAX = 5_000;

/**
 * Throws STREAMS_INVALID_TOPOLOGY for a topology that is larger than any application: it would have to be gone through again
 * and again before it turned out to be too large to be stored, while nobody else is served.
 */
export function checkTopologySize({ subtopologies }: StreamsTopology): void {
  let parts = subtopologies.length;
  for (const each of subtopologies) {
    parts += partsOf(each);
    if (parts > PARTS_MAX) break;
  }
  if (parts <= PARTS_MAX) return;
  throw new KafkaError(
    'STREAMS_INVALID_TOPOLOGY',
    `A topology may have ${PARTS_MAX} subtopologies, topics and copartition groups in all.`,
  );
}

function partsOf(subtopology: Subtopology): number {
  const { copartitionGroups } = subtopology;
  const groups = copartitionGroups.reduce(
    (sum, each) => sum + 1 + each.sourceTopics.length + each.repartitionSourceTopics.length,
    0,
  );
  return (
    subtopology.sourceTopics.length +
    subtopology.sourceTopicRegex.length +
    subtopology.stateChangelogTopics.length +
    subtopology.repartitionSinkTopics.length +
    subtopology.repartitionSourceTopics.length +
    groups
  );
}
