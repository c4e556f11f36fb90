import type { TopicsImage } from '../../modern/topics-image.ts';
import type { TasksBySubtopology } from '../tasks-tuple.ts';
import type { ConfiguredSubtopology } from './configured-topology.ts';

/** The partitions of source topics that a member's tasks read, for queries of its state (Kafka's EndpointToPartitionsManager). */
export interface EndpointPartitions {
  readonly activePartitions: readonly SourcePartitions[];
  readonly standbyPartitions: readonly SourcePartitions[];
}

export interface SourcePartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** Standby tasks are those that keep a copy of the state: warm-up tasks as well. */
export function endpointToPartitions(
  tasks: { readonly activeTasks: TasksBySubtopology; readonly standbyTasks: TasksBySubtopology },
  subtopologies: ReadonlyMap<string, ConfiguredSubtopology>,
  image: TopicsImage,
): EndpointPartitions {
  return {
    activePartitions: sourcePartitions(tasks.activeTasks, subtopologies, image),
    standbyPartitions: sourcePartitions(tasks.standbyTasks, subtopologies, image),
  };
}

/** A topic with fewer partitions than the subtopology has tasks is read by the first ones only; one deleted meanwhile by none. */
function sourcePartitions(
  tasks: TasksBySubtopology,
  subtopologies: ReadonlyMap<string, ConfiguredSubtopology>,
  { topicsByName }: TopicsImage,
): readonly SourcePartitions[] {
  const all: SourcePartitions[] = [];
  for (const [subtopologyId, taskPartitions] of tasks) {
    const subtopology = subtopologies.get(subtopologyId);
    if (subtopology === undefined) continue;
    const { sourceTopics, repartitionSourceTopics } = subtopology;
    for (const topic of [...new Set([...sourceTopics, ...repartitionSourceTopics.keys()])].sort()) {
      const count = topicsByName.get(topic)?.partitions.length ?? 0;
      const partitions = taskPartitions.filter((partition) => partition < count);
      if (partitions.length > 0) all.push({ topic, partitions });
    }
  }
  return all;
}
