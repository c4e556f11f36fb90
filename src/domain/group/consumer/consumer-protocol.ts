import {
  ConsumerProtocolAssignment,
  ConsumerProtocolSubscription,
} from '../../protocol/data/consumer-protocol.ts';
import { decodeRecord, encodeRecord, leadingInt16 } from '../../protocol/record-codec.ts';
import { ProtocolError } from '../../wire/protocol-error.ts';
import { topicNamesOf } from '../modern/modern-group-member.ts';
import { type TopicPartitions, topicPartitionsOf } from '../modern/topic-partitions.ts';
import type { TopicsImage } from '../modern/topics-image.ts';
import { type AssignedPartitions, assignedEntries } from './assigned-partitions.ts';

/** What a member of the classic protocol says in the bytes that only members were to read. */
export interface EmbeddedSubscription {
  readonly topics: readonly string[];
  readonly owned: TopicPartitions;
  readonly rackId: string | null;
}

/** Undefined for bytes that are no subscription. */
export function embeddedSubscription(
  metadata: Uint8Array,
  image: TopicsImage,
): EmbeddedSubscription | undefined {
  return readable(() => {
    const { topics, ownedPartitions, rackId } = decodeRecord(
      ConsumerProtocolSubscription,
      metadata,
    );
    return { topics: topicNamesOf(topics), owned: byId(ownedPartitions, image), rackId };
  });
}

/** Undefined for bytes that are no assignment, and where they hold more than partitions: another assignor would lose it. */
export function embeddedAssignment(
  assignment: Uint8Array,
  image: TopicsImage,
): TopicPartitions | undefined {
  if (assignment.length === 0) return new Map();
  return readable(() => {
    const { assignedPartitions, userData } = decodeRecord(ConsumerProtocolAssignment, assignment);
    return userData === null || userData.length === 0 ? byId(assignedPartitions, image) : undefined;
  });
}

/** An assignment in the version in which the member wrote its subscription. */
export function toEmbeddedAssignment(
  assigned: AssignedPartitions,
  subscription: Uint8Array,
  { topicsById }: TopicsImage,
): Uint8Array {
  const assignedPartitions = assignedEntries(assigned).flatMap(({ topicId, partitions }) => {
    const topic = topicsById.get(topicId)?.name;
    return topic === undefined ? [] : [{ topic, partitions }];
  });
  const version = Math.min(leadingInt16(subscription), ConsumerProtocolAssignment.versions[1]);
  return encodeRecord(ConsumerProtocolAssignment, version, { assignedPartitions, userData: null });
}

function byId(
  topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[],
  { topicsByName }: TopicsImage,
): TopicPartitions {
  return topicPartitionsOf(
    topics.flatMap(({ topic, partitions }) => {
      const topicId = topicsByName.get(topic)?.id;
      return topicId === undefined ? [] : [{ topicId, partitions }];
    }),
  );
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
