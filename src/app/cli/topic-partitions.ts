import type { ClusterClient } from '../../adapters/kafka-client/cluster-client.ts';
import { KafkaError } from '../../domain/kafka-error.ts';

/** The partitions wanted, or all; one that the topic does not have is an error. */
export async function partitionsOf(
  cluster: ClusterClient,
  name: string,
  wanted: readonly number[] | undefined,
): Promise<readonly number[]> {
  const { partitions } = await cluster.topic(name);
  const all = partitions.map(({ partition }) => partition);
  const missing = wanted?.find((partition) => !all.includes(partition));
  if (missing === undefined) return wanted === undefined ? all : [...new Set(wanted)];
  const why = `topic ${name} has partitions 0 to ${all.length - 1} only`;
  throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `no partition ${missing}: ${why}`);
}
