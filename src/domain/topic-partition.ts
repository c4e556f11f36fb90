import { ZERO_UUID } from './wire/uuid.ts';

/** A topic's identity (KIP-516): 16 bytes as 22 characters of unpadded base64url, as Kafka prints it. */
export type TopicId = string;

/** The position of a record in its partition; int64, hence `bigint`. */
export type Offset = bigint;

/** One partition of one incarnation of a topic. A re-created topic has the same name and another id. */
export interface TopicIdPartition {
  readonly topicId: TopicId;
  readonly topic: string;
  readonly partition: number;
}

export const ZERO_TOPIC_ID: TopicId = ZERO_UUID;
