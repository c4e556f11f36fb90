import type { ClusterClient } from '../../../adapters/kafka-client/cluster-client.ts';
import type { TopicView } from '../../../adapters/kafka-client/cluster-view.ts';
import { describeTopicConfigs } from '../../../adapters/kafka-client/topic-admin.ts';
import { CONFIG_SOURCES } from '../../../domain/config/config-source.ts';
import type { CliIo } from '../cli-io.ts';
import type { ClientOptions } from '../client-options.ts';
import { logRanges } from '../offset-position.ts';
import { print, tableText } from '../output.ts';
import { withCluster } from '../with-cluster.ts';

export async function run(names: readonly string[], options: ClientOptions, io: CliIo) {
  const described = await withCluster(options, io, async (cluster) => {
    const { topics } = await cluster.metadata(names);
    return Promise.all(topics.map((topic) => describe(cluster, topic)));
  });
  print(io, options.output, { json: described, text: described.map(topicText).join('\n') });
  return 0;
}

type Described = Awaited<ReturnType<typeof describe>>;

async function describe(cluster: ClusterClient, topic: TopicView) {
  const { name, id, internal, partitions } = topic;
  const led = partitions.filter(({ leader }) => leader >= 0).map(({ partition }) => partition);
  const [ranges, configs] = await Promise.all([
    logRanges(cluster, name, led),
    describeTopicConfigs(cluster, name),
  ]);
  return {
    name,
    id: id ?? null,
    internal,
    partitions: partitions.map((partition) => ({
      ...partition,
      earliest: ranges.get(partition.partition)?.earliest ?? null,
      latest: ranges.get(partition.partition)?.latest ?? null,
    })),
    configs: Object.fromEntries(
      configs
        .filter(({ configSource }) => configSource !== CONFIG_SOURCES.DEFAULT_CONFIG)
        .map((config) => [config.name, config.value]),
    ),
  };
}

const COLUMNS = [
  { title: 'PARTITION', align: 'right' },
  { title: 'LEADER', align: 'right' },
  { title: 'EPOCH', align: 'right' },
  { title: 'REPLICAS' },
  { title: 'IN SYNC' },
  { title: 'EARLIEST', align: 'right' },
  { title: 'LATEST', align: 'right' },
] as const;

function topicText({ name, id, internal, partitions, configs }: Described): string {
  const title = `topic ${name}${id === null ? '' : `  id ${id}`}${internal ? '  internal' : ''}\n`;
  const rows = partitions.map((each) => [
    each.partition,
    each.leader < 0 ? null : each.leader,
    each.leaderEpoch,
    each.replicas.join(','),
    each.inSyncReplicas.join(','),
    each.earliest,
    each.latest,
  ]);
  const settings = Object.entries(configs).map(([key, value]) => `${key}=${value}\n`);
  return title + tableText(COLUMNS, rows) + settings.join('');
}
