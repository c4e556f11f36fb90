import { KafkaError } from '../kafka-error.ts';
import type { ConfigScope, UpdateMode } from './config-key.ts';
import { CONFIG_TABLE } from './config-table.ts';
import { parseConfigValue } from './config-value.ts';

type Values = ReadonlyMap<string, string>;

const SCOPE_WORDS = {
  topic: 'a topic',
  group: 'a group',
  'client-metrics': 'a subscription',
} as const;

/** The configs a topic would have, checked as a whole (Kafka's `LogConfig.validate`); throws INVALID_CONFIG. */
export function validateTopicConfigs(configs: Values): void {
  validateNamesAndValues('topic', configs);
  const min = BigInt(configs.get('min.compaction.lag.ms') ?? '0');
  const max = BigInt(configs.get('max.compaction.lag.ms') ?? '9223372036854775807');
  if (min > max) {
    throw new KafkaError(
      'INVALID_CONFIG',
      `min.compaction.lag.ms is ${min}, above max.compaction.lag.ms, which is ${max}`,
    );
  }
  if (configs.get('remote.storage.enable') === 'true') {
    throw new KafkaError(
      'INVALID_CONFIG',
      'remote.storage.enable must be false: there is no tiered storage',
    );
  }
}

export function validateNamesAndValues(
  scope: Exclude<ConfigScope, 'broker'>,
  configs: Values,
): void {
  const table = CONFIG_TABLE[scope];
  for (const [name, text] of configs) {
    const key = table.get(name);
    if (key === undefined) {
      throw new KafkaError('INVALID_CONFIG', `${SCOPE_WORDS[scope]} has no config ${name}`);
    }
    parseConfigValue(name, key, text);
  }
}

/** Configs of one listener: `listener.name.internal.ssl.keystore.location` (KIP-103). */
const LISTENER_PREFIX = 'listener.name.';

/**
 * Dynamic configs of one broker, or of all where `cluster` says so (Kafka's DynamicBrokerConfig.validate): what is
 * read-only and what only one broker can have is refused. Names no table has are taken, as plugins bring their own.
 */
export function validateBrokerConfigs(configs: Values, cluster: boolean): void {
  const names = [...configs.keys()];
  const withMode = (mode: UpdateMode): string[] =>
    names.filter((name) => CONFIG_TABLE.broker.get(name)?.updateMode === mode);
  const perBroker = withMode('per-broker');
  refuse(withMode('read-only'), 'only read at start');
  if (cluster) refuse(perBroker, 'of one broker and cannot be set for all');
  // Kafka opens listeners and loads keys anew; a change that is taken but not done would be worse than a refusal.
  refuse(perBroker, 'only read at start by KawaDB');
  const ofListener = names.filter((name) => name.startsWith(LISTENER_PREFIX));
  refuse(ofListener, 'of one listener, and listeners are only set up at start');
  for (const [name, text] of configs) checkBrokerValue(name, text);
}

function refuse(names: readonly string[], why: string): void {
  if (names.length === 0) return;
  throw new KafkaError('INVALID_REQUEST', `these configs are ${why}: ${names.join(', ')}`);
}

/** A value no key takes is an INVALID_REQUEST for brokers, but an INVALID_CONFIG everywhere else (KAFKA-13609). */
function checkBrokerValue(name: string, text: string): void {
  const key = CONFIG_TABLE.broker.get(name);
  if (key === undefined) return;
  try {
    parseConfigValue(name, key, text);
  } catch (error) {
    throw new KafkaError('INVALID_REQUEST', KafkaError.from(error).message);
  }
}
