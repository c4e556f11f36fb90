import { deleteGroup } from '../../../adapters/kafka-client/group-admin.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import type { CliIo } from '../cli-io.ts';
import type { ClientOptions } from '../client-options.ts';
import { print } from '../output.ts';
import { reportFailure } from '../report-failure.ts';
import { withCluster } from '../with-cluster.ts';

export async function run(groupIds: readonly string[], options: ClientOptions, io: CliIo) {
  let exitCode = 0;
  const results: { group: string; deleted: boolean }[] = [];
  await withCluster(options, io, async (cluster) => {
    for (const group of groupIds) {
      try {
        await deleteGroup(cluster, group);
        results.push({ group, deleted: true });
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error;
        results.push({ group, deleted: false });
        exitCode = reportFailure(error, io);
      }
    }
  });
  const deleted = results.filter((result) => result.deleted);
  const text = deleted.map(({ group }) => `deleted group ${group}\n`).join('');
  print(io, options.output, { json: results, text });
  return exitCode;
}
