import { errorName } from '../../domain/error-code.ts';
import { KafkaError } from '../../domain/kafka-error.ts';

/** The error of an answer; `what` says what was being done, `reason` is the broker's own word if it gave one. */
export function answerError(errorCode: number, what: string, reason?: string | null): KafkaError {
  const name = errorName(errorCode);
  const why = reason === undefined || reason === null || reason === '' ? REASONS[name] : reason;
  return new KafkaError(name, why === undefined || why === name ? what : `${what}: ${why}`);
}

/** Throws for every code but that of success. */
export function checkAnswer(errorCode: number, what: string, reason?: string | null): void {
  if (errorCode !== 0) throw answerError(errorCode, what, reason);
}

/** Words for what comes without any, as far as people meet it. */
const REASONS: Readonly<Record<string, string>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'the broker has no such topic or partition',
  UNKNOWN_TOPIC_ID: 'the topic was deleted or made anew',
  TOPIC_ALREADY_EXISTS: 'there is one already',
  INVALID_TOPIC_EXCEPTION: 'that is no name for a topic',
  LEADER_NOT_AVAILABLE: 'the partition has no leader now',
  NOT_LEADER_OR_FOLLOWER: 'the partition is led by another broker now',
  OFFSET_OUT_OF_RANGE: 'the log does not have this offset',
  MESSAGE_TOO_LARGE: 'the records are larger than the topic takes',
  NON_EMPTY_GROUP: 'the group has members; stop them first',
  GROUP_ID_NOT_FOUND: 'there is no such group',
  COORDINATOR_NOT_AVAILABLE: 'the coordinator of the group is not available',
  COORDINATOR_LOAD_IN_PROGRESS: 'the coordinator of the group is loading',
  NOT_COORDINATOR: 'the group is coordinated by another broker now',
  REQUEST_TIMED_OUT: 'the broker ran out of time',
  NOT_ENOUGH_REPLICAS: 'too few replicas are in sync',
  TOPIC_AUTHORIZATION_FAILED: 'not allowed for this topic',
  GROUP_AUTHORIZATION_FAILED: 'not allowed for this group',
  CLUSTER_AUTHORIZATION_FAILED: 'not allowed for this cluster',
  UNSUPPORTED_COMPRESSION_TYPE: 'the broker does not know the compression',
};
