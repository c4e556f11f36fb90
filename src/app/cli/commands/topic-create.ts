import { createTopic } from '../../../adapters/kafka-client/topic-admin.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import type { CliIo } from '../cli-io.ts';
import type { ClientOptions } from '../client-options.ts';
import { keyValues } from '../key-values.ts';
import { print } from '../output.ts';
import { withCluster } from '../with-cluster.ts';

interface Options extends ClientOptions {
  readonly partitions?: number;
  readonly replicationFactor?: number;
  readonly config?: readonly string[];
  readonly ifNotExists?: boolean;
}

export async function run([name = '']: readonly string[], options: Options, io: CliIo) {
  const configs = keyValues(options.config, '--config');
  const { partitions = -1, replicationFactor = -1 } = options;
  const created = await withCluster(options, io, async (cluster) => {
    try {
      await createTopic(cluster, { name, partitions, replicationFactor, configs });
    } catch (error) {
      if (options.ifNotExists === true && alreadyExists(error)) return false;
      throw error;
    }
    // Other brokers hear of it a little later than the one that made it.
    await cluster.retrying(() => cluster.topic(name));
    return true;
  });
  const text = created ? `created topic ${name}\n` : `topic ${name} exists\n`;
  print(io, options.output, { json: { name, created }, text });
  return 0;
}

function alreadyExists(error: unknown): boolean {
  return error instanceof KafkaError && error.errorName === 'TOPIC_ALREADY_EXISTS';
}
