export const CONSUMER_OFFSETS_TOPIC = '__consumer_offsets';
export const TRANSACTION_STATE_TOPIC = '__transaction_state';
export const SHARE_GROUP_STATE_TOPIC = '__share_group_state';

export type InternalTopicName =
  | typeof CONSUMER_OFFSETS_TOPIC
  | typeof TRANSACTION_STATE_TOPIC
  | typeof SHARE_GROUP_STATE_TOPIC;

/** The coordinators' topics: clients may read them, and only the broker writes them. */
export function isInternalTopic(name: string): name is InternalTopicName {
  return (
    name === CONSUMER_OFFSETS_TOPIC ||
    name === TRANSACTION_STATE_TOPIC ||
    name === SHARE_GROUP_STATE_TOPIC
  );
}
