import type { BrokerConfig, SourcedValue } from './broker-config.ts';
import type { ConfigEntryType, ConfigKey } from './config-key.ts';
import type { ConfigSource } from './config-source.ts';
import { CONFIG_TABLE } from './config-table.ts';
import { brokerSources, resolveWithBroker } from './topic-config.ts';

/** One config as DescribeConfigs tells it. */
export interface ConfigEntry {
  readonly name: string;
  /** Null where there is none, and always for sensitive ones. */
  readonly value: string | null;
  readonly source: ConfigSource;
  readonly readOnly: boolean;
  readonly sensitive: boolean;
  readonly type: ConfigEntryType;
  readonly synonyms: readonly ConfigSynonymValue[];
  readonly documentation: string | null;
}

export interface ConfigSynonymValue {
  readonly name: string;
  readonly value: string | null;
  readonly source: ConfigSource;
}

export interface DescribeOptions {
  /** Null: all that are not internal. */
  readonly keys: readonly string[] | null;
  readonly synonyms: boolean;
  readonly documentation: boolean;
}

type Values = ReadonlyMap<string, string>;

const OWN_SOURCE = {
  topic: 'DYNAMIC_TOPIC_CONFIG',
  group: 'DYNAMIC_GROUP_CONFIG',
  'client-metrics': 'DYNAMIC_CLIENT_METRICS_CONFIG',
} as const satisfies Record<string, ConfigSource>;

/** The configs of a topic, group or subscription: its own over the broker's over the defaults. */
export function describeResourceConfigs(
  scope: keyof typeof OWN_SOURCE,
  own: Values,
  brokerConfig: BrokerConfig,
  options: DescribeOptions,
): ConfigEntry[] {
  return visibleKeys(CONFIG_TABLE[scope], options.keys).map(([name, key]) => {
    const set = own.get(name);
    const inherited = inheritedSources(scope, name, key, brokerConfig);
    const sources: readonly SourcedValue[] =
      set === undefined
        ? inherited
        : [{ name, value: set, source: OWN_SOURCE[scope] }, ...inherited];
    const value = resolveWithBroker(name, key, own, brokerConfig);
    return entry(name, key, { value, sources, readOnly: false, options });
  });
}

/** Kafka tells the default of a group's key that no broker key stands behind, but not that of a topic's. */
function inheritedSources(
  scope: keyof typeof OWN_SOURCE,
  name: string,
  key: ConfigKey,
  brokerConfig: BrokerConfig,
): readonly SourcedValue[] {
  if (scope === 'topic' || key.synonyms.length > 0) return brokerSources(key, brokerConfig);
  return key.default === null ? [] : [{ name, value: key.default, source: 'DEFAULT_CONFIG' }];
}

/** All configs of a broker, from every layer. */
export function describeBrokerConfigs(
  brokerConfig: BrokerConfig,
  options: DescribeOptions,
): ConfigEntry[] {
  const known = visibleKeys(CONFIG_TABLE.broker, options.keys).map(([name, key]) => {
    const readOnly = key.updateMode === 'read-only';
    const sources = brokerConfig.sources(name);
    return entry(name, key, { value: brokerConfig.text(name), sources, readOnly, options });
  });
  const unknown = asked(brokerConfig.unknownNames(), options.keys).map((name) =>
    unknownEntry(name, brokerConfig.sources(name), options),
  );
  return [...known, ...unknown];
}

/** What is set for all brokers of the cluster, and nothing else (the resource with an empty name). */
export function describeClusterConfigs(cluster: Values, options: DescribeOptions): ConfigEntry[] {
  return asked([...cluster.keys()], options.keys).flatMap((name) => {
    const key = CONFIG_TABLE.broker.get(name);
    const value = cluster.get(name) as string;
    const sources = [{ name, value, source: 'DYNAMIC_DEFAULT_BROKER_CONFIG' as const }];
    if (key === undefined) return [unknownEntry(name, sources, options)];
    return key.internal ? [] : [entry(name, key, { value, sources, readOnly: false, options })];
  });
}

/** Nobody knows whether its value is a secret, so Kafka does not tell it. */
function unknownEntry(
  name: string,
  sources: readonly SourcedValue[],
  options: DescribeOptions,
): ConfigEntry {
  return {
    name,
    value: null,
    source: sources[0]?.source ?? 'DEFAULT_CONFIG',
    readOnly: true,
    sensitive: true,
    type: 'UNKNOWN',
    synonyms: options.synonyms ? sources.map((each) => ({ ...each, value: null })) : [],
    documentation: null,
  };
}

function asked(names: readonly string[], wanted: readonly string[] | null): readonly string[] {
  return wanted === null ? names : names.filter((name) => wanted.includes(name));
}

function visibleKeys(
  table: ReadonlyMap<string, ConfigKey>,
  wanted: readonly string[] | null,
): [string, ConfigKey][] {
  const asked = wanted === null ? undefined : new Set(wanted);
  return [...table].filter(([name, key]) => !key.internal && (asked?.has(name) ?? true));
}

interface EntryFacts {
  readonly value: string | null;
  readonly sources: readonly SourcedValue[];
  readonly readOnly: boolean;
  readonly options: DescribeOptions;
}

function entry(name: string, key: ConfigKey, facts: EntryFacts): ConfigEntry {
  const sensitive = key.type === 'PASSWORD';
  const { value, sources, readOnly, options } = facts;
  return {
    name,
    value: sensitive ? null : value,
    source: sources[0]?.source ?? 'DEFAULT_CONFIG',
    readOnly,
    sensitive,
    type: key.type,
    synonyms: options.synonyms
      ? sources.map((each) => (sensitive ? { ...each, value: null } : each))
      : [],
    documentation: options.documentation ? key.doc : null,
  };
}
