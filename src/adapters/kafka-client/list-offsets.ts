import { ListOffsetsApi } from '../../domain/protocol/messages/list-offsets.ts';
import { checkAnswer } from './answer-error.ts';
import type { ClusterClient } from './cluster-client.ts';
import type { TopicView } from './cluster-view.ts';

export const LATEST_TIMESTAMP = -1n;
export const EARLIEST_TIMESTAMP = -2n;

export type Isolation = 'read_uncommitted' | 'read_committed';

export interface OffsetsQuery {
  readonly partitions: readonly number[];
  /** Milliseconds, or one of the two names above. */
  readonly timestamp: bigint;
  readonly isolation?: Isolation;
}

export function isolationLevel(isolation: Isolation | undefined): number {
  return isolation === 'read_committed' ? 1 : 0;
}

/** The first offset at or after a time, by partition; the end of the log where there is none. */
export async function listOffsets(
  cluster: ClusterClient,
  name: string,
  query: OffsetsQuery,
): Promise<ReadonlyMap<number, bigint>> {
  const offsets = await cluster.retrying(async () =>
    ask(cluster, await cluster.topic(name), query),
  );
  const none = [...offsets].filter(([, offset]) => offset < 0n).map(([partition]) => partition);
  if (none.length === 0 || query.timestamp < 0n) return offsets;
  const ends = await listOffsets(cluster, name, {
    ...query,
    partitions: none,
    timestamp: LATEST_TIMESTAMP,
  });
  return new Map([...offsets, ...ends]);
}

async function ask(
  cluster: ClusterClient,
  topic: TopicView,
  { partitions, timestamp, isolation }: OffsetsQuery,
): Promise<Map<number, bigint>> {
  const offsets = new Map<number, bigint>();
  const asked = [...partitionsByLeader(topic, partitions)].map(async ([leader, indexes]) => {
    const answer = await cluster.send({ node: leader }, ListOffsetsApi, (version) => ({
      replicaId: -1,
      isolationLevel: version < 2 ? 0 : isolationLevel(isolation),
      topics: [
        {
          name: topic.name,
          partitions: indexes.map((partitionIndex) => ({ partitionIndex, timestamp })),
        },
      ],
    }));
    for (const { partitionIndex, errorCode, offset } of answer.topics[0]?.partitions ?? []) {
      checkAnswer(errorCode, `cannot read the offsets of ${topic.name}-${partitionIndex}`);
      offsets.set(partitionIndex, offset);
    }
  });
  await Promise.all(asked);
  return offsets;
}

export function partitionsByLeader(
  topic: TopicView,
  partitions: Iterable<number>,
): ReadonlyMap<number, readonly number[]> {
  const leaders = new Map(topic.partitions.map(({ partition, leader }) => [partition, leader]));
  const byLeader = new Map<number, number[]>();
  for (const partition of partitions) {
    const leader = leaders.get(partition);
    if (leader === undefined)
      checkAnswer(UNKNOWN_PARTITION, `partition ${topic.name}-${partition}`);
    if (leader === -1) checkAnswer(NO_LEADER, `partition ${topic.name}-${partition}`);
    const led = byLeader.get(leader as number);
    if (led === undefined) byLeader.set(leader as number, [partition]);
    else led.push(partition);
  }
  return byLeader;
}

const UNKNOWN_PARTITION = 3;
const NO_LEADER = 5;
