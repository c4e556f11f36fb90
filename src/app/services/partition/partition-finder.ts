import type { ErrorName } from '../../../domain/error-code.ts';
import type { TopicId } from '../../../domain/topic-partition.ts';
import type { Catalog, PartitionMetadata, TopicMetadata } from '../../../ports/catalog.ts';
import type { LedLog, LedLogs } from './led-log.ts';

/** A client that sends no leader epoch sends this. */
const NO_LEADER_EPOCH = -1;

/** Finds the log of a partition this broker leads. Errors come back as names: a throw costs too much on the way of data. */
export class PartitionFinder {
  readonly #catalog: Pick<Catalog, 'metadata'>;
  readonly #logs: LedLogs;
  readonly #nodeId: () => number;

  constructor(catalog: Pick<Catalog, 'metadata'>, logs: LedLogs, nodeId: () => number) {
    this.#catalog = catalog;
    this.#logs = logs;
    this.#nodeId = nodeId;
  }

  topicByName(name: string): TopicMetadata | undefined {
    return this.#catalog.metadata.topicsByName.get(name);
  }

  topicById(id: TopicId): TopicMetadata | undefined {
    return this.#catalog.metadata.topicsById.get(id);
  }

  topic(byTopicId: boolean, name: string, id: TopicId): TopicMetadata | undefined {
    return byTopicId ? this.topicById(id) : this.topicByName(name);
  }

  exists(topic: string, partition: number): boolean {
    return this.topicByName(topic)?.partitions[partition] !== undefined;
  }

  /** The log, or why there is none (Kafka's ReplicaManager.getPartitionOrError). */
  log(topic: TopicMetadata | undefined, partition: number, byTopicId = false): LedLog | ErrorName {
    if (topic === undefined) return byTopicId ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION';
    const metadata = topic.partitions[partition];
    if (metadata === undefined) return 'UNKNOWN_TOPIC_OR_PARTITION';
    if (metadata.leader !== this.#nodeId()) return 'NOT_LEADER_OR_FOLLOWER';
    // A topic just created has its metadata a moment before its logs: the client asks again.
    return this.#logs.get(topic.id, partition) ?? 'NOT_LEADER_OR_FOLLOWER';
  }

  /** As `log`, for a client that tells the leader epoch it knows (KIP-320). */
  logAtEpoch(
    topic: TopicMetadata | undefined,
    partition: number,
    currentLeaderEpoch: number,
    byTopicId = false,
  ): LedLog | ErrorName {
    const log = this.log(topic, partition, byTopicId);
    if (typeof log === 'string' || currentLeaderEpoch === NO_LEADER_EPOCH) return log;
    const { leaderEpoch } = topic!.partitions[partition] as PartitionMetadata;
    if (currentLeaderEpoch < leaderEpoch) return 'FENCED_LEADER_EPOCH';
    return currentLeaderEpoch > leaderEpoch ? 'UNKNOWN_LEADER_EPOCH' : log;
  }
}

/** Who leads instead, told with the two errors that send a client elsewhere (KIP-951). */
export function leaderFor(error: ErrorName, topic: TopicMetadata | undefined, partition: number) {
  if (error !== 'NOT_LEADER_OR_FOLLOWER' && error !== 'FENCED_LEADER_EPOCH') return undefined;
  const metadata = topic?.partitions[partition];
  if (metadata === undefined) return undefined;
  return { leaderId: metadata.leader, leaderEpoch: metadata.leaderEpoch };
}
