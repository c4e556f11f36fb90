import type { ErrorName } from '../../domain/error-code.ts';
import { KafkaError } from '../../domain/kafka-error.ts';

/** Where something failed, as far as it is known. */
export interface ErrorPlace {
  readonly topic: string;
  readonly partition: number;
  /** How many partitions the topic has; undefined when there is no such topic. */
  readonly partitionCount: number | undefined;
}

/** A call that the broker refused. `errorName` is Kafka's name of the error. */
export class BrokerError extends Error {
  readonly errorName: ErrorName;

  constructor(errorName: ErrorName, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.errorName = errorName;
  }
}

export class TopicNotFoundError extends BrokerError {
  readonly topic: string;

  constructor(topic: string) {
    super('UNKNOWN_TOPIC_OR_PARTITION', `there is no topic ${topic}; create it with createTopic`);
    this.topic = topic;
  }
}

export class InvalidPartitionError extends BrokerError {
  readonly topic: string;
  readonly partition: number;
  /** The topic's partitions go from 0 to this. */
  readonly maxPartition: number;

  constructor(topic: string, partition: number, maxPartition: number) {
    super(
      'UNKNOWN_TOPIC_OR_PARTITION',
      `topic ${topic} has no partition ${partition}; its partitions are 0 to ${maxPartition}`,
    );
    this.topic = topic;
    this.partition = partition;
    this.maxPartition = maxPartition;
  }
}

/** The offset asked for is before the log's start or after its end. */
export class OffsetOutOfRangeError extends BrokerError {
  constructor(topic: string, partition: number, offset: bigint) {
    super('OFFSET_OUT_OF_RANGE', `${topic}-${partition} holds no offset ${offset}`);
  }
}

/** What was to be written or read could not be: the disk is full or failed. The broker's log says why. */
export class StorageError extends BrokerError {}

/** The error of a partition as a caller wants it. */
export function brokerError(
  errorName: ErrorName,
  place: ErrorPlace,
  message?: string | null,
): BrokerError {
  const { topic, partition, partitionCount } = place;
  if (errorName === 'UNKNOWN_TOPIC_OR_PARTITION' || errorName === 'UNKNOWN_TOPIC_ID') {
    if (partitionCount === undefined) return new TopicNotFoundError(topic);
    return new InvalidPartitionError(topic, partition, partitionCount - 1);
  }
  const text = `${topic}-${partition}: ${message ?? errorName}`;
  if (errorName === 'KAFKA_STORAGE_ERROR') return new StorageError(errorName, text);
  return new BrokerError(errorName, text);
}

/** Anything thrown inside, as a BrokerError. */
export function brokerErrorOf(thrown: unknown): BrokerError {
  if (thrown instanceof BrokerError) return thrown;
  const { errorName, message } = KafkaError.from(thrown);
  const options = { cause: thrown };
  if (errorName === 'KAFKA_STORAGE_ERROR') return new StorageError(errorName, message, options);
  return new BrokerError(errorName, message, options);
}
