import { deleteTopic } from '../../../adapters/kafka-client/topic-admin.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import type { CliIo } from '../cli-io.ts';
import type { ClientOptions } from '../client-options.ts';
import { print } from '../output.ts';
import { reportFailure } from '../report-failure.ts';
import { withCluster } from '../with-cluster.ts';

interface Options extends ClientOptions {
  readonly ifExists?: boolean;
}

export async function run(names: readonly string[], options: Options, io: CliIo) {
  let exitCode = 0;
  const results: { name: string; deleted: boolean }[] = [];
  await withCluster(options, io, async (cluster) => {
    for (const name of names) {
      try {
        await deleteTopic(cluster, name);
        results.push({ name, deleted: true });
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error;
        results.push({ name, deleted: false });
        if (error.errorName === 'UNKNOWN_TOPIC_OR_PARTITION' && options.ifExists === true) continue;
        exitCode = reportFailure(error, io);
      }
    }
  });
  const deleted = results.filter((result) => result.deleted);
  const text = deleted.map(({ name }) => `deleted topic ${name}\n`).join('');
  print(io, options.output, { json: results, text });
  return exitCode;
}
