import type { CliIo } from '../cli-io.ts';
import type { ClientOptions } from '../client-options.ts';
import { print, tableText } from '../output.ts';
import { withCluster } from '../with-cluster.ts';

interface Options extends ClientOptions {
  readonly internal?: boolean;
}

export async function run(_args: readonly string[], options: Options, io: CliIo) {
  const { topics } = await withCluster(options, io, (cluster) => cluster.metadata(null));
  const listed = topics
    .filter(({ internal }) => !internal || options.internal === true)
    .map(({ name, internal, partitions }) => ({
      name,
      partitions: partitions.length,
      replicationFactor: partitions[0]?.replicas.length ?? 0,
      internal,
    }));
  const columns = [
    { title: 'TOPIC' },
    { title: 'PARTITIONS', align: 'right' },
    { title: 'REPLICAS', align: 'right' },
  ] as const;
  print(io, options.output, {
    json: listed,
    text: tableText(
      columns,
      listed.map(({ name, partitions, replicationFactor }) => [
        name,
        partitions,
        replicationFactor,
      ]),
    ),
  });
  return 0;
}
