import type { ClusterClient } from '../../../adapters/kafka-client/cluster-client.ts';
import { describeGroup, type GroupView } from '../../../adapters/kafka-client/group-admin.ts';
import { committedOffsets } from '../../../adapters/kafka-client/group-offsets.ts';
import { LATEST_TIMESTAMP, listOffsets } from '../../../adapters/kafka-client/list-offsets.ts';
import { CliError } from '../cli-error.ts';
import type { CliIo } from '../cli-io.ts';
import type { ClientOptions } from '../client-options.ts';
import { print, tableText } from '../output.ts';
import { withCluster } from '../with-cluster.ts';

interface PartitionState {
  readonly topic: string;
  readonly partition: number;
  readonly current: bigint | null;
  readonly end: bigint | null;
  readonly lag: bigint | null;
  readonly memberId: string | null;
}

interface GroupState {
  readonly group: GroupView;
  readonly partitions: readonly PartitionState[];
}

export async function run(groupIds: readonly string[], options: ClientOptions, io: CliIo) {
  const states = await withCluster(options, io, async (cluster) => {
    const described: GroupState[] = [];
    for (const groupId of groupIds) described.push(await stateOf(cluster, groupId));
    return described;
  });
  print(io, options.output, {
    json: states.map(({ group: { groupId, ...group }, partitions }) => ({
      group: groupId,
      ...group,
      partitions,
    })),
    text: states.map(stateText).join('\n'),
  });
  return 0;
}

async function stateOf(cluster: ClusterClient, groupId: string): Promise<GroupState> {
  const group = await describeGroup(cluster, groupId);
  if (group === undefined) {
    throw new CliError(`there is no group ${groupId}; "kawadb group list" lists them`);
  }
  const current = new Map<string, Map<number, bigint | null>>();
  for (const { topic, partition, offset } of await committedOffsets(cluster, groupId)) {
    partitionsIn(current, topic).set(partition, offset);
  }
  const owners = new Map<string, string>();
  for (const { memberId, assignments } of group.members) {
    for (const { topic, partitions } of assignments) {
      for (const partition of partitions) {
        const known = partitionsIn(current, topic);
        if (!known.has(partition)) known.set(partition, null);
        owners.set(`${topic} ${partition}`, memberId);
      }
    }
  }
  const partitions: PartitionState[] = [];
  for (const [topic, offsets] of [...current].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const ends = await endsOf(cluster, topic, [...offsets.keys()]);
    for (const [partition, offset] of [...offsets].sort(([a], [b]) => a - b)) {
      const end = ends.get(partition) ?? null;
      const lag = end === null || offset === null ? null : end - offset;
      const memberId = owners.get(`${topic} ${partition}`) ?? null;
      partitions.push({ topic, partition, current: offset, end, lag, memberId });
    }
  }
  return { group, partitions };
}

function partitionsIn<V>(byTopic: Map<string, Map<number, V>>, topic: string): Map<number, V> {
  let partitions = byTopic.get(topic);
  if (partitions === undefined) {
    partitions = new Map();
    byTopic.set(topic, partitions);
  }
  return partitions;
}

/** Offsets outlive their topics; those of a deleted one have no end. */
async function endsOf(cluster: ClusterClient, topic: string, partitions: readonly number[]) {
  const { topics } = await cluster.metadata([topic], () => undefined);
  const there = topics[0]?.partitions.map(({ partition }) => partition) ?? [];
  const asked = partitions.filter((partition) => there.includes(partition));
  if (asked.length === 0) return new Map<number, bigint>();
  return listOffsets(cluster, topic, { partitions: asked, timestamp: LATEST_TIMESTAMP });
}

const COLUMNS = [
  { title: 'TOPIC' },
  { title: 'PARTITION', align: 'right' },
  { title: 'CURRENT', align: 'right' },
  { title: 'END', align: 'right' },
  { title: 'LAG', align: 'right' },
  { title: 'MEMBER' },
  { title: 'HOST' },
] as const;

function stateText({ group, partitions }: GroupState): string {
  const { groupId, state, protocol, members } = group;
  const hosts = new Map(members.map(({ memberId, clientHost }) => [memberId, clientHost]));
  const assignor = protocol === '' ? '' : `  assignor ${protocol}`;
  const title = `group ${groupId}  ${state}  members ${members.length}${assignor}\n`;
  const rows = partitions.map((each) => [
    each.topic,
    each.partition,
    each.current,
    each.end,
    each.lag,
    each.memberId,
    each.memberId === null ? null : hosts.get(each.memberId),
  ]);
  const idle = members
    .filter(({ assignments }) => assignments.length === 0)
    .map(({ memberId, clientHost }) => `without partitions: ${memberId} (${clientHost})\n`);
  return title + (rows.length === 0 ? '' : tableText(COLUMNS, rows)) + idle.join('');
}
