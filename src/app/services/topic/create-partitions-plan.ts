import { KafkaError } from '../../../domain/kafka-error.ts';
import {
  checkFactor,
  checkPartitionCount,
  checkReplicas,
  newPartitionRecords,
  placeReplicas,
} from '../../../domain/topic/new-topic-plan.ts';
import type { ClusterMetadata, MetadataRecord } from '../../../ports/catalog.ts';
import type { MutationPermits } from '../../../ports/client-throttle.ts';
import type { CreatePartitionsResult, NewPartitions } from '../../../ports/topic-admin.ts';

/** What CreatePartitions changes and answers, decided on one state of the metadata. */
export function planPartitionCreations(
  metadata: ClusterMetadata,
  topics: readonly NewPartitions[],
  brokers: readonly number[],
  permits?: MutationPermits,
): { readonly records: readonly MetadataRecord[]; readonly results: CreatePartitionsResult[] } {
  const records: MetadataRecord[] = [];
  const names = topics.map(({ name }) => name);
  const results = topics.flatMap((topic, index): CreatePartitionsResult[] => {
    const { name } = topic;
    if (names.indexOf(name) !== index) return [];
    try {
      if (names.lastIndexOf(name) !== index) {
        throw new KafkaError('INVALID_REQUEST', `topic ${name} is named more than once`);
      }
      const added = addedPartitions(metadata, topic, brokers);
      const refusal = permits?.take(name, added.length);
      if (refusal !== undefined) throw refusal;
      records.push(...added);
      return [{ name }];
    } catch (error) {
      return [{ name, error: KafkaError.from(error) }];
    }
  });
  return { records, results };
}

function addedPartitions(
  metadata: ClusterMetadata,
  { name, count, assignments }: NewPartitions,
  brokers: readonly number[],
): MetadataRecord[] {
  const topic = metadata.topicsByName.get(name);
  if (topic === undefined) {
    throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `there is no topic ${name}`);
  }
  const present = topic.partitions.length;
  if (count <= present) {
    throw new KafkaError(
      'INVALID_PARTITIONS',
      `topic ${name} has ${present} partitions and can only get more; ${count} were asked for`,
    );
  }
  const added = count - present;
  checkPartitionCount(added);
  const factor = topic.partitions[0]?.replicas.length ?? 1;
  if (assignments === null) {
    const placed = placeReplicas(added, factor, present, brokers);
    return newPartitionRecords(topic.id, present, placed);
  }
  if (assignments.length !== added) {
    throw new KafkaError(
      'INVALID_REPLICA_ASSIGNMENT',
      `${added} partitions are to be added, but ${assignments.length} have replicas assigned`,
    );
  }
  for (const replicas of assignments) {
    checkReplicas(replicas, brokers);
    checkFactor(replicas.length, factor);
  }
  return newPartitionRecords(topic.id, present, assignments);
}
