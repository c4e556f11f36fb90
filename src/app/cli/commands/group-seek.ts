import type { ClusterClient } from '../../../adapters/kafka-client/cluster-client.ts';
import { describeGroup } from '../../../adapters/kafka-client/group-admin.ts';
import { commitOffsets, committedOffsets } from '../../../adapters/kafka-client/group-offsets.ts';
import { CliError, usageError } from '../cli-error.ts';
import type { CliIo } from '../cli-io.ts';
import type { ClientOptions } from '../client-options.ts';
import {
  logRanges,
  type OffsetPosition,
  offsetsAt,
  parseOffsetPosition,
} from '../offset-position.ts';
import { print, tableText } from '../output.ts';
import { planSeek } from '../seek-plan.ts';
import { partitionsOf } from '../topic-partitions.ts';
import { parseTopicSelection, type TopicSelection } from '../topic-selection.ts';
import { withCluster } from '../with-cluster.ts';

interface Options extends ClientOptions {
  readonly topic: readonly string[];
  readonly to?: string;
  readonly shiftBy?: string;
  readonly dryRun?: boolean;
}

type Aim =
  | { readonly kind: 'position'; readonly position: OffsetPosition }
  | { readonly kind: 'shift'; readonly by: bigint };

interface Move {
  readonly topic: string;
  readonly partition: number;
  readonly current: bigint | null;
  readonly next: bigint;
}

const COLUMNS = [
  { title: 'TOPIC' },
  { title: 'PARTITION', align: 'right' },
  { title: 'CURRENT', align: 'right' },
  { title: 'NEW', align: 'right' },
] as const;

export async function run([groupId = '']: readonly string[], options: Options, io: CliIo) {
  const aim = aimOf(options);
  const selections = options.topic.map(parseTopicSelection);
  const moves = await withCluster(options, io, async (cluster) => {
    await refuseActive(cluster, groupId);
    const committed = await committedOffsets(cluster, groupId);
    const planned: Move[] = [];
    for (const selection of selections) {
      const current = committed.filter(({ topic }) => topic === selection.topic);
      const offsets = new Map(current.map(({ partition, offset }) => [partition, offset]));
      planned.push(...(await movesOf(cluster, selection, aim, offsets)));
    }
    if (options.dryRun !== true) {
      const offsets = planned.map(({ topic, partition, next }) => ({
        topic,
        partition,
        offset: next,
      }));
      await commitOffsets(cluster, groupId, offsets);
    }
    return planned;
  });
  const rows = moves.map(({ topic, partition, current, next }) => [
    topic,
    partition,
    current,
    next,
  ]);
  print(io, options.output, { json: moves, text: tableText(COLUMNS, rows) });
  if (options.dryRun === true && options.output === 'table')
    io.stderr.write('nothing was changed\n');
  return 0;
}

function aimOf({ to, shiftBy }: Options): Aim {
  if ((to === undefined) === (shiftBy === undefined)) {
    throw usageError('give either --to POSITION or --shift-by NUMBER');
  }
  if (to !== undefined) return { kind: 'position', position: parseOffsetPosition(to, '--to') };
  if (!/^[+-]?\d{1,18}$/.test(shiftBy ?? '')) {
    throw usageError(`--shift-by ${shiftBy}: it must be a whole number`);
  }
  return { kind: 'shift', by: BigInt((shiftBy as string).replace('+', '')) };
}

async function refuseActive(cluster: ClusterClient, groupId: string): Promise<void> {
  const group = await describeGroup(cluster, groupId);
  if (group === undefined || group.members.length === 0) return;
  const count = group.members.length === 1 ? 'a member' : `${group.members.length} members`;
  throw new CliError(`group ${groupId} has ${count} (state ${group.state}); stop them first`);
}

async function movesOf(
  cluster: ClusterClient,
  { topic, partitions: wanted }: TopicSelection,
  aim: Aim,
  committed: ReadonlyMap<number, bigint>,
): Promise<readonly Move[]> {
  const ranges = await logRanges(cluster, topic, await partitionsOf(cluster, topic, wanted));
  const offsets =
    aim.kind === 'position' ? await offsetsAt(cluster, topic, aim.position, ranges) : undefined;
  return [...ranges].map(([partition, range]) => {
    const current = committed.get(partition);
    const target =
      aim.kind === 'shift' ? aim : { kind: 'to' as const, offset: offsets?.get(partition) ?? 0n };
    const next = planSeek(current, target, range);
    if (next === undefined) {
      throw new CliError(`nothing is committed for ${topic}-${partition} to shift from; use --to`);
    }
    return { topic, partition, current: current ?? null, next };
  });
}
