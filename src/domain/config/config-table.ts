import type { ConfigKey, ConfigScope, ConfigType, ConfigValues } from './config-key.ts';
import { CLIENT_METRICS_KEYS } from './keys/client-metrics-keys.ts';
import { GROUP_COORDINATOR_KEYS } from './keys/group-coordinator-keys.ts';
import { GROUP_KEYS } from './keys/group-keys.ts';
import { LOG_KEYS } from './keys/log-keys.ts';
import { NETWORK_KEYS } from './keys/network-keys.ts';
import { POSTGRES_KEYS } from './keys/postgres-keys.ts';
import { REPLICATION_KEYS } from './keys/replication-keys.ts';
import { SECURITY_KEYS } from './keys/security-keys.ts';
import { SQL_KEYS } from './keys/sql-keys.ts';
import { STORAGE_KEYS } from './keys/storage-keys.ts';
import { TOPIC_KEYS } from './keys/topic-keys.ts';
import { TRANSACTION_KEYS } from './keys/transaction-keys.ts';

const BROKER_KEYS = {
  ...NETWORK_KEYS,
  ...LOG_KEYS,
  ...STORAGE_KEYS,
  ...SQL_KEYS,
  ...POSTGRES_KEYS,
  ...GROUP_COORDINATOR_KEYS,
  ...TRANSACTION_KEYS,
  ...REPLICATION_KEYS,
  ...SECURITY_KEYS,
};

type KeysOf = {
  broker: typeof BROKER_KEYS;
  topic: typeof TOPIC_KEYS;
  group: typeof GROUP_KEYS;
  'client-metrics': typeof CLIENT_METRICS_KEYS;
};

type BrokerKeys = typeof BROKER_KEYS;
export type BrokerConfigName = keyof BrokerKeys;
export type TopicConfigName = keyof typeof TOPIC_KEYS;

/** What `get` of a key gives: null only where the table has no default. */
export type ConfigValueOf<Key> =
  Key extends ConfigKey<infer T extends ConfigType, infer Missing>
    ? ConfigValues[T] | Missing
    : never;
export type BrokerConfigValue<Name extends BrokerConfigName> = ConfigValueOf<BrokerKeys[Name]>;
export type TopicConfigValue<Name extends TopicConfigName> = ConfigValueOf<KeysOf['topic'][Name]>;

/** All keys of a scope by name: the one table behind files, flags, DescribeConfigs and documents. */
export const CONFIG_TABLE: Readonly<Record<ConfigScope, ReadonlyMap<string, ConfigKey>>> = {
  broker: tableOf(BROKER_KEYS),
  topic: tableOf(TOPIC_KEYS),
  group: tableOf(GROUP_KEYS),
  'client-metrics': tableOf(CLIENT_METRICS_KEYS),
};

function tableOf(keys: Readonly<Record<string, ConfigKey>>): ReadonlyMap<string, ConfigKey> {
  return new Map(Object.entries(keys).sort(([a], [b]) => (a < b ? -1 : 1)));
}
