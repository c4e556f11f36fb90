import { KafkaError } from '../kafka-error.ts';
import type { ConfigScope } from './config-key.ts';
import { CONFIG_TABLE } from './config-table.ts';
import { parseConfigValue } from './config-value.ts';

type Values = ReadonlyMap<string, string>;

const SCOPE_WORD = {
  topic: 'topic',
  group: 'group',
  'client-metrics': 'client metrics',
  broker: 'broker',
} as const satisfies Record<ConfigScope, string>;

/** The configs a topic would have, checked as a whole (Kafka's `LogConfig.validate`); throws INVALID_CONFIG. */
export function validateTopicConfigs(configs: Values): void {
  validateNamesAndValues('topic', configs);
  const min = BigInt(configs.get('min.compaction.lag.ms') ?? '0');
  const max = BigInt(configs.get('max.compaction.lag.ms') ?? '9223372036854775807');
  if (min > max) {
    throw new KafkaError(
      'INVALID_CONFIG',
      `conflict topic config setting min.compaction.lag.ms (${min}) > max.compaction.lag.ms (${max})`,
    );
  }
  if (configs.get('remote.storage.enable') === 'true') {
    throw new KafkaError(
      'INVALID_CONFIG',
      'Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.',
    );
  }
}

export function validateNamesAndValues(scope: ConfigScope, configs: Values): void {
  const table = CONFIG_TABLE[scope];
  for (const [name, text] of configs) {
    const key = table.get(name);
    if (key === undefined) {
      throw new KafkaError('INVALID_CONFIG', `Unknown ${SCOPE_WORD[scope]} config name: ${name}`);
    }
    parseConfigValue(name, key, text);
  }
}

/**
 * Dynamic configs of one broker, or of all where `cluster` says so (Kafka's DynamicBrokerConfig.validate): what is
 * read-only and what only one broker can have is refused.
 */
export function validateBrokerConfigs(configs: Values, cluster: boolean): void {
  const names = [...configs.keys()];
  const refused = (mode: string): string[] =>
    names.filter((name) => CONFIG_TABLE.broker.get(name)?.updateMode === mode);
  const readOnly = refused('read-only');
  if (readOnly.length > 0) {
    throw new KafkaError(
      'INVALID_REQUEST',
      `Cannot update these configs dynamically: Set(${readOnly.join(', ')})`,
    );
  }
  const perBroker = refused('per-broker');
  if (cluster && perBroker.length > 0) {
    throw new KafkaError(
      'INVALID_REQUEST',
      `Cannot update these configs at default cluster level: Set(${perBroker.join(', ')})`,
    );
  }
  // Kafka opens listeners and loads keys anew; a change that is taken but not done would be worse than a refusal.
  if (perBroker.length > 0) {
    throw new KafkaError(
      'INVALID_REQUEST',
      `These configs are only read at start: ${perBroker.join(', ')}`,
    );
  }
  validateNamesAndValues('broker', configs);
}
