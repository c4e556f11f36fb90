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
      if (!allowed) throw new KafkaError('TOPIC_DELETION_DISABLED', 'Topic deletion is disabled.');
      const key = selector.name ?? selector.id ?? '';
      if (duplicates.has(key)) {
        const what = selector.name === null ? 'id' : 'name';
        throw new KafkaError('INVALID_REQUEST', `Duplicate topic ${what}.`);
      }
      const topic = selectTopic(metadata, selector);
      if (removed.has(topic.id)) {
        throw new KafkaError(
          'INVALID_REQUEST',
          'The provided topic name maps to an ID that was already supplied.',
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
    throw new KafkaError('INVALID_REQUEST', 'You may not specify both topic name and topic id.');
  }
  if (name !== null) {
    const topic = metadata.topicsByName.get(name);
    if (topic !== undefined) return topic;
    throw new KafkaError(
      'UNKNOWN_TOPIC_OR_PARTITION',
      'This server does not host this topic-partition.',
    );
  }
  if (id === null) {
    throw new KafkaError('INVALID_REQUEST', 'Neither topic name nor id were specified.');
  }
  const topic = metadata.topicsById.get(id);
  if (topic !== undefined) return topic;
  throw new KafkaError('UNKNOWN_TOPIC_ID', 'This server does not host this topic ID.');
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
