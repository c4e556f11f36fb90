import {
  type BrokerAddress,
  parseBrokerAddress,
} from '../../adapters/kafka-client/broker-address.ts';
import { ClusterClient } from '../../adapters/kafka-client/cluster-client.ts';
import { usageError } from './cli-error.ts';
import type { CliIo } from './cli-io.ts';
import type { ClientOptions } from './client-options.ts';

const DEFAULT_BOOTSTRAP_SERVER = '127.0.0.1:9092';

/** Does something with a cluster, and closes the connections whatever comes of it. */
export async function withCluster<T>(
  { bootstrapServer, timeout }: ClientOptions,
  { env }: CliIo,
  use: (cluster: ClusterClient) => Promise<T>,
): Promise<T> {
  const servers =
    bootstrapServer ?? (env.KAWADB_BOOTSTRAP_SERVER || undefined) ?? DEFAULT_BOOTSTRAP_SERVER;
  const cluster = new ClusterClient({
    bootstrap: bootstrapOf(servers),
    ...(timeout === undefined ? {} : { timeoutMs: timeout * 1000 }),
  });
  try {
    return await use(cluster);
  } finally {
    await cluster.close();
  }
}

function bootstrapOf(servers: string): readonly BrokerAddress[] {
  return servers.split(',').map((text) => {
    const address = parseBrokerAddress(text);
    if (address !== undefined) return address;
    throw usageError(`--bootstrap-server ${text}: it must look like HOST:PORT`);
  });
}
