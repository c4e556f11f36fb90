import type { Record, RecordInput } from '../record/record.ts';
import type { Offset } from '../topic-partition.ts';
import { encodeUtf8 } from '../wire/utf8.ts';
import type { DeadLetterCause } from './dead-letter.ts';

/** What Kafka tells of the causes. */
const MESSAGES: { readonly [cause in DeadLetterCause]: string } = {
  rejected: 'Offset rejected by client.',
  delivery_count_exceeded: 'Offset delivery count exceeded the threshold.',
};

/** A record that its group gives up, and why. */
export interface UndeliverableRecord {
  readonly groupId: string;
  readonly topicName: string;
  readonly partition: number;
  readonly offset: Offset;
  readonly deliveryCount: number;
  readonly cause: DeadLetterCause;
}

/**
 * What is written to the queue for a record that is given up (KIP-1191): where it is and why in the headers, and its key
 * and value if it is copied; Kafka 4.4 does not copy its headers. The time is that of writing: retention counts from there.
 */
export function deadLetterRecord(
  undeliverable: UndeliverableRecord,
  copied: Record | undefined,
  nowMs: number,
): RecordInput {
  const { groupId, topicName, partition, offset, deliveryCount, cause } = undeliverable;
  const header = (name: string, value: string) => ({
    key: `__dlq.errors.${name}`,
    value: encodeUtf8(value),
  });
  return {
    timestampMs: BigInt(nowMs),
    key: copied?.key ?? null,
    value: copied?.value ?? null,
    headers: [
      header('topic', topicName),
      header('partition', `${partition}`),
      header('offset', `${offset}`),
      header('group', groupId),
      header('delivery.count', `${deliveryCount}`),
      header('message', MESSAGES[cause]),
    ],
  };
}
