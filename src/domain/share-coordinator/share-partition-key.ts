import type { TopicId } from '../topic-partition.ts';

/** A partition as one share group sees it (Kafka's SharePartitionKey). */
export interface SharePartitionKey {
  readonly groupId: string;
  readonly topicId: TopicId;
  readonly partition: number;
}

/** The key that says which partition of `__share_group_state` keeps it. */
export function sharePartitionName({ groupId, topicId, partition }: SharePartitionKey): string {
  return `${groupId}:${topicId}:${partition}`;
}
