import { KafkaError } from '../kafka-error.ts';
import type { TopicId } from '../topic-partition.ts';
import type { MetadataRecord } from './metadata-record.ts';

/** A controller writes a change as one batch; more partitions than this are no sensible request (KIP-1107). */
export const PARTITIONS_PER_REQUEST_MAX = 10_000;

/** What the placement of replicas depends on. */
export interface Placement {
  /** The registered brokers, in rising order. */
  readonly brokers: readonly number[];
  readonly partitions: number;
  readonly replicationFactor: number;
}

export interface ManualAssignment {
  readonly partition: number;
  readonly replicas: readonly number[];
}

export interface WantedPartitions {
  /** -1: the broker's default. */
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly assignments: readonly ManualAssignment[];
}

/** The replicas of each partition of a new topic; throws a KafkaError as Kafka's ReplicationControlManager does. */
export function placePartitions(
  wanted: WantedPartitions,
  defaults: Placement,
): readonly (readonly number[])[] {
  if (wanted.assignments.length > 0) return manualPartitions(wanted, defaults.brokers);
  if (wanted.replicationFactor < -1 || wanted.replicationFactor === 0) {
    throw new KafkaError(
      'INVALID_REPLICATION_FACTOR',
      `a replication factor is at least 1, or -1 for the default; ${wanted.replicationFactor} was asked for`,
    );
  }
  if (wanted.partitions < -1 || wanted.partitions === 0) {
    throw new KafkaError(
      'INVALID_PARTITIONS',
      `a topic has at least 1 partition, or -1 for the default; ${wanted.partitions} were asked for`,
    );
  }
  const count = wanted.partitions === -1 ? defaults.partitions : wanted.partitions;
  const factor =
    wanted.replicationFactor === -1 ? defaults.replicationFactor : wanted.replicationFactor;
  return placeReplicas(count, factor, 0, defaults.brokers);
}

/** Spreads partitions over the brokers in turn, from partition `first` on. */
export function placeReplicas(
  count: number,
  replicationFactor: number,
  first: number,
  brokers: readonly number[],
): readonly (readonly number[])[] {
  checkPartitionCount(count);
  if (replicationFactor > brokers.length) {
    throw new KafkaError(
      'INVALID_REPLICATION_FACTOR',
      `${replicationFactor} replicas need as many brokers; there are ${brokers.length}`,
    );
  }
  return Array.from({ length: count }, (_, index) =>
    Array.from(
      { length: replicationFactor },
      (_, replica) => brokers[(first + index + replica) % brokers.length] as number,
    ),
  );
}

export function checkReplicas(replicas: readonly number[], brokers: readonly number[]): void {
  const refuse = (what: string): never => {
    throw new KafkaError('INVALID_REPLICA_ASSIGNMENT', what);
  };
  if (replicas.length === 0) refuse('a partition is assigned no replicas');
  for (const [index, broker] of replicas.entries()) {
    if (!brokers.includes(broker)) {
      refuse(`a partition is assigned to broker ${broker}, which is unknown`);
    }
    if (replicas.indexOf(broker) !== index)
      refuse(`a partition is assigned to broker ${broker} twice`);
  }
}

function manualPartitions(
  wanted: WantedPartitions,
  brokers: readonly number[],
): readonly (readonly number[])[] {
  if (wanted.replicationFactor !== -1) {
    throw new KafkaError(
      'INVALID_REQUEST',
      'with assigned replicas the replication factor must be -1',
    );
  }
  if (wanted.partitions !== -1) {
    throw new KafkaError(
      'INVALID_REQUEST',
      'with assigned replicas the number of partitions must be -1',
    );
  }
  checkPartitionCount(wanted.assignments.length);
  const byPartition = new Map<number, readonly number[]>();
  let factor: number | undefined;
  for (const { partition, replicas } of wanted.assignments) {
    if (byPartition.has(partition)) {
      throw new KafkaError(
        'INVALID_REPLICA_ASSIGNMENT',
        `partition ${partition} has replicas assigned twice`,
      );
    }
    checkReplicas(replicas, brokers);
    factor ??= replicas.length;
    checkFactor(replicas.length, factor);
    byPartition.set(partition, replicas);
  }
  return wanted.assignments.map((_, partition) => {
    const replicas = byPartition.get(partition);
    if (replicas !== undefined) return replicas;
    throw new KafkaError(
      'INVALID_REPLICA_ASSIGNMENT',
      `the assigned partitions must be 0 to ${wanted.assignments.length - 1}, but ${partition} is missing`,
    );
  });
}

export function checkFactor(actual: number, expected: number): void {
  if (actual === expected) return;
  throw new KafkaError(
    'INVALID_REPLICA_ASSIGNMENT',
    `a partition is assigned ${actual} replicas, the ones before have ${expected}`,
  );
}

export function checkPartitionCount(count: number): void {
  if (count <= PARTITIONS_PER_REQUEST_MAX) return;
  throw new KafkaError(
    'POLICY_VIOLATION',
    `one request makes ${PARTITIONS_PER_REQUEST_MAX} partitions at most`,
  );
}

/** The records that make a topic. */
export function newTopicRecords(
  topicId: TopicId,
  name: string,
  partitions: readonly (readonly number[])[],
  configs: ReadonlyMap<string, string>,
): MetadataRecord[] {
  return [
    { kind: 'topic', topicId, name },
    ...newPartitionRecords(topicId, 0, partitions),
    ...[...configs].map(
      ([config, value]): MetadataRecord => ({
        kind: 'config',
        resourceType: 'topic',
        resourceName: name,
        name: config,
        value,
      }),
    ),
  ];
}

export function newPartitionRecords(
  topicId: TopicId,
  first: number,
  partitions: readonly (readonly number[])[],
): MetadataRecord[] {
  return partitions.map((replicas, index) => ({
    kind: 'partition',
    topicId,
    partition: first + index,
    leader: replicas[0] as number,
    leaderEpoch: 0,
    replicas,
  }));
}
