import { usageError } from './cli-error.ts';

export interface TopicSelection {
  readonly topic: string;
  /** Undefined means all. */
  readonly partitions: readonly number[] | undefined;
}

/** Reads `TOPIC` or `TOPIC:0,1,2`. */
export function parseTopicSelection(text: string): TopicSelection {
  const [, topic, list] = /^([^:]+)(?::(\d{1,9}(?:,\d{1,9})*))?$/.exec(text) ?? [];
  if (topic === undefined) {
    throw usageError(`--topic ${text}: it must look like TOPIC or TOPIC:PARTITION,PARTITION`);
  }
  return { topic, partitions: list?.split(',').map(Number) };
}
