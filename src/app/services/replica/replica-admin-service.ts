import { KafkaError } from '../../../domain/kafka-error.ts';
import { checkReplicas } from '../../../domain/topic/new-topic-plan.ts';
import type { Catalog } from '../../../ports/catalog.ts';
import type {
  PartitionResult,
  ReplicaAdmin,
  ReplicaMove,
  TopicPartitionResults,
  TopicPartitions,
  TopicReassignments,
} from '../../../ports/replica-admin.ts';

export interface ReplicaAdminOptions {
  readonly catalog: Pick<Catalog, 'metadata'>;
  /** The brokers replicas can be placed on. */
  readonly brokers: () => readonly number[];
  /** The data directory as clients are told it. */
  readonly path: string;
}

/** Answers for partitions that have one replica each, which is where it can be (Kafka's ReplicationControlManager). */
export class ReplicaAdminService implements ReplicaAdmin {
  readonly #options: ReplicaAdminOptions;

  constructor(options: ReplicaAdminOptions) {
    this.#options = options;
  }

  electLeaders(partitions: readonly TopicPartitions[] | null): readonly TopicPartitionResults[] {
    if (partitions === null) {
      const names = [...this.#options.catalog.metadata.topicsByName.keys()];
      return names.map((topic) => ({ topic, results: [] }));
    }
    return partitions.map(({ topic, partitions: wanted }) => ({
      topic,
      results: wanted.map((partition) => {
        const error = this.#unknown(topic, partition);
        return { partition, error: error ?? new KafkaError('ELECTION_NOT_NEEDED', ELECTED) };
      }),
    }));
  }

  reassign(topics: readonly TopicReassignments[]): readonly TopicPartitionResults[] {
    return topics.map(({ topic, partitions }) => ({
      topic,
      results: partitions.map(({ partition, replicas }) =>
        resultOf(
          partition,
          this.#unknown(topic, partition) ?? refusal(replicas, this.#options.brokers()),
        ),
      ),
    }));
  }

  moveReplicas(moves: readonly ReplicaMove[]): readonly TopicPartitionResults[] {
    // A partition has one place: of several that are asked for the last one counts.
    const byTopic = new Map<string, Map<number, PartitionResult>>();
    for (const { path, topics } of moves) {
      for (const { topic, partitions } of topics) {
        const results = byTopic.get(topic) ?? new Map<number, PartitionResult>();
        byTopic.set(topic, results);
        for (const partition of partitions) {
          const error = this.#noSuchDirectory(path) ?? this.#unknown(topic, partition);
          results.set(partition, resultOf(partition, error));
        }
      }
    }
    return [...byTopic].map(([topic, results]) => ({ topic, results: [...results.values()] }));
  }

  #noSuchDirectory(path: string): KafkaError | undefined {
    if (path === this.#options.path) return undefined;
    return new KafkaError('LOG_DIR_NOT_FOUND', `the log directory is ${this.#options.path}`);
  }

  #unknown(topic: string, partition: number): KafkaError | undefined {
    const known = this.#options.catalog.metadata.topicsByName.get(topic);
    if (known?.partitions[partition] !== undefined) return undefined;
    const what = known === undefined ? `topic ${topic}` : `partition ${topic}-${partition}`;
    return new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `there is no ${what}`);
  }
}

const ELECTED = 'the partition has its one replica as its leader';

function refusal(
  replicas: readonly number[] | null,
  brokers: readonly number[],
): KafkaError | undefined {
  if (replicas === null) return new KafkaError('NO_REASSIGNMENT_IN_PROGRESS');
  try {
    checkReplicas(replicas, brokers);
    return undefined;
  } catch (error) {
    return KafkaError.from(error);
  }
}

function resultOf(partition: number, error: KafkaError | undefined): PartitionResult {
  return error === undefined ? { partition } : { partition, error };
}
