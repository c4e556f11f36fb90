import type { MetadataApi } from '../../domain/protocol/messages/metadata.ts';
import type { ResponseOf } from '../../domain/protocol/schema.ts';
import { ZERO_UUID } from '../../domain/wire/uuid.ts';
import { answerError } from './answer-error.ts';
import type { BrokerAddress } from './broker-address.ts';

export interface PartitionView {
  readonly partition: number;
  /** -1 when there is none. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly inSyncReplicas: readonly number[];
}

export interface TopicView {
  readonly name: string;
  /** Undefined from a broker without topic ids. */
  readonly id: string | undefined;
  readonly internal: boolean;
  readonly partitions: readonly PartitionView[];
}

/** The part of the cluster a Metadata answer told about. */
export interface ClusterView {
  readonly controllerId: number;
  readonly brokers: ReadonlyMap<number, BrokerAddress>;
  readonly topics: readonly TopicView[];
}

/** Throws for a topic that has an error, unless `missing` takes it. */
export function clusterViewOf(
  answer: ResponseOf<typeof MetadataApi>,
  missing?: (name: string, error: Error) => void,
): ClusterView {
  const topics: TopicView[] = [];
  for (const { name, errorCode, topicId, isInternal, partitions } of answer.topics) {
    if (errorCode !== 0) {
      const error = answerError(errorCode, `topic ${name}`);
      if (missing === undefined) throw error;
      missing(name ?? topicId, error);
      continue;
    }
    topics.push({
      name: name ?? '',
      id: topicId === ZERO_UUID ? undefined : topicId,
      internal: isInternal,
      partitions: partitions.map(partitionView).sort((a, b) => a.partition - b.partition),
    });
  }
  topics.sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    controllerId: answer.controllerId,
    brokers: new Map(answer.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }])),
    topics,
  };
}

type PartitionAnswer = ResponseOf<typeof MetadataApi>['topics'][number]['partitions'][number];

function partitionView(answer: PartitionAnswer): PartitionView {
  return {
    partition: answer.partitionIndex,
    leader: answer.leaderId,
    leaderEpoch: answer.leaderEpoch,
    replicas: answer.replicaNodes,
    inSyncReplicas: answer.isrNodes,
  };
}
