import type { TopologyDescriber } from '../assignor/task-assignor.ts';
import type { ConfiguredSubtopology } from './configured-topology.ts';

/** A configured topology as an assignor sees it (Kafka's TopologyMetadata). */
export function topologyDescriber(
  subtopologies: ReadonlyMap<string, ConfiguredSubtopology>,
): TopologyDescriber {
  return {
    subtopologies: [...subtopologies.keys()],
    numberOfTasks: (subtopologyId) => subtopologies.get(subtopologyId)?.numberOfTasks ?? 0,
    isStateful: (subtopologyId) =>
      (subtopologies.get(subtopologyId)?.stateChangelogTopics.size ?? 0) > 0,
  };
}
