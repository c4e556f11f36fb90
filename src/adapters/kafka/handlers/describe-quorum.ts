// DescribeQuorum, versions 0 to 2.
// KIP-595, KIP-836 (times since 1), KIP-853 (directory ids, nodes and error messages since 2).
// Whoever keeps the cluster's metadata is the quorum: this broker, its only voter, and the log ends where it is replicated.
import { ERROR_CODES } from '../../../domain/error-code.ts';
import { DescribeQuorumApi } from '../../../domain/protocol/messages/describe-quorum.ts';
import type { RequestOf, ResponseInput } from '../../../domain/protocol/schema.ts';
import {
  CLUSTER_METADATA_LEADER_EPOCH,
  CLUSTER_METADATA_TOPIC,
} from '../../../domain/topic/cluster-metadata.ts';
import { ZERO_TOPIC_ID } from '../../../domain/topic-partition.ts';
import type { BrokerIdentity } from '../../../ports/broker-identity.ts';
import type { Catalog } from '../../../ports/catalog.ts';
import type { Clock } from '../../../ports/clock.ts';
import { handler, type RequestHandler } from '../request-handler.ts';

type RequestTopic = RequestOf<typeof DescribeQuorumApi>['topics'][number];
type Response = ResponseInput<typeof DescribeQuorumApi>;
type ResponsePartition = Response['topics'][number]['partitions'][number];

const NODES_SINCE = 2;

export function describeQuorumHandler({
  catalog,
  identity,
  clock,
}: {
  readonly catalog: Pick<Catalog, 'metadata'>;
  readonly identity: (listenerName: string) => BrokerIdentity;
  readonly clock: Clock;
}): RequestHandler {
  return handler(DescribeQuorumApi, ({ topics }, { apiVersion, listenerName }) => {
    if (!asksForMetadataLog(topics)) {
      return { errorCode: 0, errorMessage: '', topics: topics.map(unknownTopic), nodes: [] };
    }
    const { nodeId, host, port } = identity(listenerName);
    const logEndOffset = catalog.metadata.version;
    const now = BigInt(clock.nowMs());
    const partition = {
      ...{ partitionIndex: 0, errorCode: 0, errorMessage: '', leaderId: nodeId },
      ...{ leaderEpoch: CLUSTER_METADATA_LEADER_EPOCH, highWatermark: logEndOffset },
      currentVoters: [
        {
          ...{ replicaId: nodeId, logEndOffset },
          ...(apiVersion >= NODES_SINCE && { replicaDirectoryId: ZERO_TOPIC_ID }),
          ...{ lastFetchTimestamp: now, lastCaughtUpTimestamp: now },
        },
      ],
      observers: [],
    };
    return {
      ...{ errorCode: 0, errorMessage: '' },
      topics: [{ topicName: CLUSTER_METADATA_TOPIC, partitions: [partition] }],
      nodes:
        apiVersion < NODES_SINCE
          ? []
          : [{ nodeId, listeners: [{ name: listenerName, host, port }] }],
    } as Response;
  });
}

/** Kafka's KafkaRaftClient answers for exactly this one partition, and else knows none of those asked for. */
function asksForMetadataLog(topics: readonly RequestTopic[]): boolean {
  const [topic] = topics;
  return (
    topics.length === 1 &&
    topic?.topicName === CLUSTER_METADATA_TOPIC &&
    topic.partitions.length === 1 &&
    topic.partitions[0]?.partitionIndex === 0
  );
}

function unknownTopic({ topicName, partitions }: RequestTopic): {
  topicName: string;
  partitions: ResponsePartition[];
} {
  return {
    topicName,
    partitions: partitions.map(({ partitionIndex }) => ({
      ...{ partitionIndex, errorCode: ERROR_CODES.UNKNOWN_TOPIC_OR_PARTITION.code },
      errorMessage: 'the only partition with a quorum is __cluster_metadata-0',
      ...{ leaderId: 0, leaderEpoch: 0, highWatermark: 0n, currentVoters: [], observers: [] },
    })),
  };
}
