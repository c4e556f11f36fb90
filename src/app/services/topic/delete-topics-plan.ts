import { KafkaError } from '../../../domain/kafka-error.ts';
import type { TopicId } from '../../../domain/topic-partition.ts';
import type { ClusterMetadata, MetadataRecord, TopicMetadata } from '../../../ports/catalog.ts';
import type { DeleteTopicResult, TopicSelector } from '../../../ports/topic-admin.ts';

export interface TopicDeletionPlan {
  readonly records: readonly MetadataRecord[];
  readonly results: readonly DeleteTopicResult[];
  readonly removed: readonly TopicId[];
}

/** What DeleteTopics changes and answers, decided on one state of the metadata. */
export function planTopicDeletions(
  metadata: ClusterMetadata,
  selectors: readonly TopicSelector[],
  allowed: boolean,
): TopicDeletionPlan {
  const removed = new Set<TopicId>();
  const duplicates = duplicatesOf(selectors);
  const results = selectors.map((selector): DeleteTopicResult => {
    try {
      if (!allowed) throw new KafkaError('TOPIC_DELETION_DISABLED', 'delete.topic.enable is false');
      const key = selector.name ?? selector.id ?? '';
      if (duplicates.has(key)) {
        throw new KafkaError('INVALID_REQUEST', `topic ${key} is named more than once`);
      }
      const topic = selectTopic(metadata, selector);
      if (removed.has(topic.id)) {
        throw new KafkaError(
          'INVALID_REQUEST',
          `topic ${topic.name} is named twice, by its name and by its id`,
        );
      }
      removed.add(topic.id);
      return { name: topic.name, id: topic.id };
    } catch (error) {
      return { ...selector, error: KafkaError.from(error) };
    }
  });
  return {
    results,
    removed: [...removed],
    // Configs go with their topic: a new one of the same name starts without.
    records: [...removed].map((topicId) => ({ kind: 'removeTopic', topicId })),
  };
}

function selectTopic(metadata: ClusterMetadata, { name, id }: TopicSelector): TopicMetadata {
  if (name !== null && id !== null) {
    throw new KafkaError(
      'INVALID_REQUEST',
      'a topic is named by its name or by its id, not by both',
    );
  }
  if (name !== null) {
    const topic = metadata.topicsByName.get(name);
    if (topic !== undefined) return topic;
    throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `there is no topic ${name}`);
  }
  if (id === null) {
    throw new KafkaError('INVALID_REQUEST', 'a topic has neither a name nor an id');
  }
  const topic = metadata.topicsById.get(id);
  if (topic !== undefined) return topic;
  throw new KafkaError('UNKNOWN_TOPIC_ID', `no topic has id ${id}`);
}

function duplicatesOf(selectors: readonly TopicSelector[]): Set<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { name, id } of selectors) {
    const key = name ?? id;
    if (key === null) continue;
    if (seen.has(key)) twice.add(key);
    seen.add(key);
  }
  return twice;
}
