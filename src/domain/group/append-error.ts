import type { ErrorName } from '../error-code.ts';
import { KafkaError } from '../kafka-error.ts';

/** Kafka's CoordinatorOperationExceptionHelper: a coordinator's log is none of the client's business. */
const APPEND_ERRORS: Partial<Record<ErrorName, ErrorName>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'COORDINATOR_NOT_AVAILABLE',
  NOT_ENOUGH_REPLICAS: 'COORDINATOR_NOT_AVAILABLE',
  REQUEST_TIMED_OUT: 'COORDINATOR_NOT_AVAILABLE',
  NOT_LEADER_OR_FOLLOWER: 'NOT_COORDINATOR',
  KAFKA_STORAGE_ERROR: 'NOT_COORDINATOR',
  MESSAGE_TOO_LARGE: 'UNKNOWN_SERVER_ERROR',
  RECORD_LIST_TOO_LARGE: 'UNKNOWN_SERVER_ERROR',
  INVALID_FETCH_SIZE: 'UNKNOWN_SERVER_ERROR',
};

/** What a client is told when a group's record could not be stored. */
export function appendErrorForClients({ errorName }: KafkaError): ErrorName {
  return APPEND_ERRORS[errorName] ?? errorName;
}

/** The same with a text where the member itself can do something about it: `tooLarge` says what was too large. */
export function storageErrorForClients(error: KafkaError, tooLarge: string): KafkaError {
  const message = error.errorName === 'MESSAGE_TOO_LARGE' ? tooLarge : undefined;
  return new KafkaError(appendErrorForClients(error), message);
}
