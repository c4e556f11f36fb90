import { KafkaError } from '../../../domain/kafka-error.ts';
import type { TopicId } from '../../../domain/topic-partition.ts';
import type { ClusterMetadata, MetadataRecord, TopicMetadata } from '../../../ports/catalog.ts';
import type { MutationPermits } from '../../../ports/client-throttle.ts';
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
  permits?: MutationPermits,
): TopicDeletionPlan {
  const removed = new Set<TopicId>();
  const duplicates = duplicatesOf(selectors);
  const both = namedBothWays(metadata, selectors);
  const results = distinct(selectors, metadata, both).map((selector): DeleteTopicResult => {
    try {
      if (!allowed) throw new KafkaError('TOPIC_DELETION_DISABLED', 'delete.topic.enable is false');
      const key = selector.name ?? selector.id ?? '';
      if (duplicates.has(key)) {
        throw new KafkaError('INVALID_REQUEST', `topic ${key} is named more than once`);
      }
      const topic = selectTopic(metadata, selector);
      if (both.has(topic.id)) {
        const message = `topic ${topic.name} is named twice, by its name and by its id`;
        return {
          name: topic.name,
          id: topic.id,
          error: new KafkaError('INVALID_REQUEST', message),
        };
      }
      const refusal = permits?.take(topic.name, topic.partitions.length);
      if (refusal !== undefined) throw refusal;
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

/** Topics that the request names by their names and by their ids: none of them goes, as which was meant is unsure. */
function namedBothWays(
  { topicsByName }: ClusterMetadata,
  selectors: readonly TopicSelector[],
): Set<TopicId> {
  const ids = new Set(selectors.filter(({ name }) => name === null).map(({ id }) => id));
  const both = new Set<TopicId>();
  for (const { name, id } of selectors) {
    const topic = name !== null && id === null ? topicsByName.get(name) : undefined;
    if (topic !== undefined && ids.has(topic.id)) both.add(topic.id);
  }
  return both;
}

/** What is named more than once is answered once, as Kafka's ControllerApis does. */
function distinct(
  selectors: readonly TopicSelector[],
  { topicsByName }: ClusterMetadata,
  both: ReadonlySet<TopicId>,
): TopicSelector[] {
  const seen = new Set<string>();
  return selectors.filter(({ name, id }) => {
    const named = id === null && name !== null ? topicsByName.get(name)?.id : undefined;
    const key = named !== undefined && both.has(named) ? named : (name ?? id);
    if (key === null) return true;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
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
