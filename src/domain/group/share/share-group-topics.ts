import type { TopicId } from '../../topic-partition.ts';
import type { TopicPartitions } from '../modern/topic-partitions.ts';
import type { TopicsImage } from '../modern/topics-image.ts';

export interface ShareTopic {
  readonly name: string;
  /** The numbers rise. */
  readonly partitions: readonly number[];
  /** When it was last asked for; not stored, so that a restart asks again at once. */
  readonly sinceMs: number;
}

type ShareTopics = ReadonlyMap<TopicId, ShareTopic>;

/**
 * The partitions that the share coordinator keeps states of for the group, or is about to (Kafka's
 * ShareGroupStatePartitionMetadataInfo). Only initialized ones are assigned. Never changed in place.
 */
export interface ShareGroupTopics {
  readonly initializing: ShareTopics;
  readonly initialized: ShareTopics;
  /** With their names. */
  readonly deleting: ReadonlyMap<TopicId, string>;
}

export const NO_SHARE_TOPICS: ShareGroupTopics = {
  initializing: new Map(),
  initialized: new Map(),
  deleting: new Map(),
};

/** What of the topics has no state yet and is not being given one; after `retryMs` it is asked for again. */
export function partitionsToInitialize(
  topics: ShareGroupTopics,
  names: Iterable<string>,
  image: TopicsImage,
  options: { readonly nowMs: number; readonly retryMs: number },
): Map<TopicId, ShareTopic> {
  const { nowMs, retryMs } = options;
  const missing = new Map<TopicId, ShareTopic>();
  for (const name of names) {
    const topic = image.topicsByName.get(name);
    if (topic === undefined) continue;
    const asked = topics.initializing.get(topic.id);
    const isAsked = asked !== undefined && nowMs - asked.sinceMs < retryMs;
    const known = new Set([
      ...(topics.initialized.get(topic.id)?.partitions ?? []),
      ...(isAsked ? asked.partitions : []),
    ]);
    if (known.size >= topic.partitions.length) continue;
    const partitions = [...topic.partitions.keys()].filter((each) => !known.has(each));
    missing.set(topic.id, { name, partitions, sinceMs: nowMs });
  }
  return missing;
}

/** A topic that is asked for again is not being deleted any more. */
export function withInitializing(topics: ShareGroupTopics, added: ShareTopics): ShareGroupTopics {
  const initializing = merged(topics.initializing, added);
  const deleting = new Map(topics.deleting);
  for (const topicId of initializing.keys()) deleting.delete(topicId);
  return { ...topics, initializing, deleting };
}

export function withInitialized(
  topics: ShareGroupTopics,
  partitions: TopicPartitions,
  image: TopicsImage,
  nowMs: number,
): ShareGroupTopics {
  const added = new Map<TopicId, ShareTopic>();
  for (const [topicId, numbers] of partitions) {
    // A topic that was deleted meanwhile is not to come back with this.
    const name = image.topicsById.get(topicId)?.name;
    if (name !== undefined) added.set(topicId, { name, partitions: numbers, sinceMs: nowMs });
  }
  return {
    ...withoutInitializing(topics, partitions),
    initialized: merged(topics.initialized, added),
  };
}

/** They got their states, or will not. */
export function withoutInitializing(
  topics: ShareGroupTopics,
  partitions: TopicPartitions,
): ShareGroupTopics {
  const initializing = new Map(topics.initializing);
  for (const [topicId, numbers] of partitions) {
    const topic = initializing.get(topicId);
    if (topic === undefined) continue;
    const left = topic.partitions.filter((each) => !numbers.includes(each));
    if (left.length === 0) initializing.delete(topicId);
    else initializing.set(topicId, { ...topic, partitions: left });
  }
  return { ...topics, initializing };
}

/** What the states of these topics are is of no interest any more. */
export function withDeleting(
  topics: ShareGroupTopics,
  topicIds: Iterable<TopicId>,
  image: TopicsImage,
): ShareGroupTopics {
  const initializing = new Map(topics.initializing);
  const initialized = new Map(topics.initialized);
  const deleting = new Map(topics.deleting);
  for (const topicId of topicIds) {
    const name = initialized.get(topicId)?.name ?? initializing.get(topicId)?.name;
    initializing.delete(topicId);
    initialized.delete(topicId);
    deleting.set(topicId, name ?? image.topicsById.get(topicId)?.name ?? '');
  }
  return { initializing, initialized, deleting };
}

/** The topics are gone, or their states are. */
export function withoutTopics(
  topics: ShareGroupTopics,
  topicIds: Iterable<TopicId>,
  from: 'deleting' | 'everywhere',
): ShareGroupTopics {
  const initializing = new Map(topics.initializing);
  const initialized = new Map(topics.initialized);
  const deleting = new Map(topics.deleting);
  for (const topicId of topicIds) {
    deleting.delete(topicId);
    if (from === 'deleting') continue;
    initializing.delete(topicId);
    initialized.delete(topicId);
  }
  return { initializing, initialized, deleting };
}

export function knowsAny(topics: ShareGroupTopics, topicIds: ReadonlySet<TopicId>): boolean {
  const { initializing, initialized, deleting } = topics;
  for (const topicId of topicIds) {
    if (initializing.has(topicId) || initialized.has(topicId) || deleting.has(topicId)) return true;
  }
  return false;
}

function merged(a: ShareTopics, b: ShareTopics): Map<TopicId, ShareTopic> {
  const all = new Map(a);
  for (const [topicId, { name, partitions, sinceMs }] of b) {
    const both = new Set([...(all.get(topicId)?.partitions ?? []), ...partitions]);
    all.set(topicId, { name, sinceMs, partitions: [...both].sort((x, y) => x - y) });
  }
  return all;
}
