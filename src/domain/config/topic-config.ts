import type { BrokerConfig, SourcedValue } from './broker-config.ts';
import type { ConfigKey } from './config-key.ts';
import { CONFIG_TABLE, type TopicConfigName, type TopicConfigValue } from './config-table.ts';
import { parseConfigValue } from './config-value.ts';

const KEYS = CONFIG_TABLE.topic;

/** A topic's config in force: its own, else the broker's, else the default (Kafka's LogConfig). */
export function topicConfig<Name extends TopicConfigName>(
  name: Name,
  topicConfigs: ReadonlyMap<string, string>,
  brokerConfig: BrokerConfig,
): TopicConfigValue<Name> {
  const key = KEYS.get(name) as ConfigKey;
  const text = resolveWithBroker(name, key, topicConfigs, brokerConfig);
  return (text === null ? null : parseConfigValue(name, key, text)) as TopicConfigValue<Name>;
}

/** The value in force of a key of a topic or group, as text. */
export function resolveWithBroker(
  name: string,
  key: ConfigKey,
  own: ReadonlyMap<string, string>,
  brokerConfig: BrokerConfig,
): string | null {
  const set = own.get(name);
  if (set !== undefined) return set;
  const synonym = key.synonyms[0];
  return (synonym && brokerConfig.resolve(synonym.name)) ?? key.default;
}

/** What the broker says on a key of a topic or group. */
export function brokerSources(key: ConfigKey, brokerConfig: BrokerConfig): readonly SourcedValue[] {
  const synonym = key.synonyms[0];
  return synonym === undefined ? [] : brokerConfig.sources(synonym.name);
}
