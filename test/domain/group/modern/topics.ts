import type { TopicsImage } from '../../../../src/domain/group/modern/topics-image.ts';
import type { TopicMetadata } from '../../../../src/domain/topic/cluster-metadata.ts';

/** The id of a topic in tests: its name, made as long as an id is. */
export function topicIdOf(name: string): string {
  return `${name.padEnd(21, '-')}A`;
}

/** Topics by name, with so many partitions each. */
export function imageOf(partitionCounts: Readonly<Record<string, number>>): TopicsImage {
  const topics = Object.entries(partitionCounts).map(
    ([name, count]): TopicMetadata => ({
      id: topicIdOf(name),
      name,
      partitions: Array.from({ length: count }, (_, partition) => ({
        partition,
        leader: 1,
        leaderEpoch: 0,
        replicas: [1],
      })),
      configs: new Map(),
      internal: false,
    }),
  );
  return {
    topicsByName: new Map(topics.map((topic) => [topic.name, topic])),
    topicsById: new Map(topics.map((topic) => [topic.id, topic])),
  };
}
