import { alterTopicConfigs } from '../../../adapters/kafka-client/topic-admin.ts';
import { usageError } from '../cli-error.ts';
import type { CliIo } from '../cli-io.ts';
import type { ClientOptions } from '../client-options.ts';
import { keyValues } from '../key-values.ts';
import { print } from '../output.ts';
import { withCluster } from '../with-cluster.ts';

interface Options extends ClientOptions {
  readonly set?: readonly string[];
  readonly unset?: readonly string[];
}

export async function run([name = '']: readonly string[], options: Options, io: CliIo) {
  const set = keyValues(options.set, '--set');
  const { unset = [] } = options;
  if (Object.keys(set).length + unset.length === 0) {
    throw usageError('nothing to alter: give --set key=value or --unset key');
  }
  const both = unset.find((key) => Object.hasOwn(set, key));
  if (both !== undefined) throw usageError(`${both} is both set and unset`);
  await withCluster(options, io, (cluster) => alterTopicConfigs(cluster, name, { set, unset }));
  print(io, options.output, { json: { name, set, unset }, text: `altered topic ${name}\n` });
  return 0;
}
