import { NativeChecksum } from '../../adapters/checksum/native-checksum.ts';
import { NodeCompression } from '../../adapters/compression/node-compression.ts';
import type { BrokerConfig } from '../../domain/config/broker-config.ts';
import type { InspectedStore } from '../../ports/store-inspector.ts';
import { loadConfig } from '../config/load-config.ts';
import { dataDirectoryOf } from '../container/log-store-of.ts';
import { storeInspectorOf } from '../container/store-inspector-of.ts';
import type { CliIo } from './cli-io.ts';
import type { OutputFormat } from './client-options.ts';

/** The options of commands over one data folder. */
export interface FolderOptions {
  readonly dataDir?: string;
  readonly config?: string;
  readonly output: OutputFormat;
}

export const batchTools = { checksum: new NativeChecksum(), compression: new NodeCompression() };

/** A data folder, and how a broker would be configured that uses it. */
export interface DataFolder {
  readonly directory: string;
  readonly config: BrokerConfig;
}

/** The folder a broker with this configuration would use. */
export function folderOf({ dataDir, config: file }: FolderOptions, { env }: CliIo): DataFolder {
  const { config } = loadConfig({ file, env, overrides: { 'storage.data_dir': dataDir } });
  return { directory: dataDirectoryOf(config), config };
}

/** Does something with a stopped broker's data, and makes sure that no broker came in between. */
export async function withStoppedStore<T>(
  { directory, config }: DataFolder,
  use: (store: InspectedStore) => Promise<T>,
): Promise<T> {
  const inspector = await storeInspectorOf(directory, config, batchTools.checksum);
  const store = await inspector.open();
  let result: T;
  try {
    result = await use(store);
  } catch (error) {
    // That a broker was started explains whatever else went wrong.
    await store.close();
    throw error;
  }
  await store.close();
  return result;
}
