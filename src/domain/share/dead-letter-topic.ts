/** What is known of the topic that a group names for its dead letters. */
export interface DeadLetterTopic {
  readonly name: string;
  /** Whether errors.deadletterqueue.group.enable of the topic is true; undefined: there is no such topic. */
  readonly isEnabled: boolean | undefined;
  /** errors.deadletterqueue.topic.name.prefix; empty: any name will do. */
  readonly prefix: string;
  /** errors.deadletterqueue.auto.create.topics.enable */
  readonly isCreated: boolean;
}

/** Why nothing can be written to the topic; undefined: it can, once it is created (Kafka's validateDlqTopic). */
export function refusalOfDeadLetterTopic(topic: DeadLetterTopic): string | undefined {
  const { name, isEnabled, prefix, isCreated } = topic;
  if (name === '') return 'the group has no errors.deadletterqueue.topic.name';
  if (name.startsWith('__')) return `${name} begins with __, as topics of the broker do`;
  if (isEnabled === false) return `errors.deadletterqueue.group.enable of ${name} is false`;
  if (!name.startsWith(prefix)) {
    return `${name} does not begin with errors.deadletterqueue.topic.name.prefix, ${prefix}`;
  }
  if (isEnabled !== undefined || isCreated) return undefined;
  return `${name} does not exist, and errors.deadletterqueue.auto.create.topics.enable is false`;
}
