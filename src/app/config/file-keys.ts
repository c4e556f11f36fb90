import { CONFIG_TABLE } from '../../domain/config/config-table.ts';

/** Keys of the file that stand for a part of a Kafka key, or for several. */
export type CombinedKey = 'bind-host' | 'bind-port' | 'enable-replication';

export type FileKey =
  | { readonly kafka: string }
  | { readonly combined: CombinedKey; readonly doc: string };

const COMBINED: readonly (readonly [string, CombinedKey, string])[] = [
  ['network.bind_host', 'bind-host', 'The host of the listener.'],
  ['network.bind_port', 'bind-port', 'The port of the listener, 0 to 65535; 0 takes a free one.'],
  ['cluster.enable_replication', 'enable-replication', 'Must be false: there is one broker.'],
];

/** The short keys of `kawa.toml` by their path, beside which `[kafka]` takes every Kafka key. */
export const FILE_KEYS: ReadonlyMap<string, FileKey> = new Map<string, FileKey>([
  ...COMBINED.map(([path, combined, doc]): [string, FileKey] => [path, { combined, doc }]),
  ...[...CONFIG_TABLE.broker].flatMap(([kafka, { toml }]): [string, FileKey][] =>
    toml === undefined ? [] : [[toml, { kafka }]],
  ),
]);
