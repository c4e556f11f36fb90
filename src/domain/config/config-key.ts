import type { ConfigRule } from './config-rule.ts';

/** Kafka's ConfigDef.Type; the numbers are those of DescribeConfigs. */
export const CONFIG_TYPES = {
  BOOLEAN: 1,
  STRING: 2,
  INT: 3,
  SHORT: 4,
  LONG: 5,
  DOUBLE: 6,
  LIST: 7,
  CLASS: 8,
  PASSWORD: 9,
} as const;

export type ConfigType = keyof typeof CONFIG_TYPES;

/** A config that no table has is told too, of no type. */
export const CONFIG_ENTRY_TYPES = { UNKNOWN: 0, ...CONFIG_TYPES } as const;

export type ConfigEntryType = keyof typeof CONFIG_ENTRY_TYPES;

/**
 * What a value of a type is to the program. LONG is a number: such values are limits that are only compared,
 * and Long.MAX_VALUE stays above everything; their text is kept beside, without loss.
 */
export interface ConfigValues {
  BOOLEAN: boolean;
  STRING: string;
  INT: number;
  SHORT: number;
  LONG: number;
  DOUBLE: number;
  LIST: readonly string[];
  CLASS: string;
  PASSWORD: string;
}

export type ConfigScope = 'broker' | 'topic' | 'group' | 'client-metrics';

/** Whether and how far a broker's config can be changed while it runs (KIP-226). */
export type UpdateMode = 'read-only' | 'per-broker' | 'cluster-wide';

export interface ConfigKey<T extends ConfigType = ConfigType, Missing extends null = null> {
  readonly type: T;
  /** As text, as it is told and typed; null where there is none. */
  readonly default: string | Missing;
  readonly rule?: ConfigRule;
  readonly updateMode: UpdateMode;
  /** Works, but is not shown to clients. */
  readonly internal: boolean;
  /** Shorter words for the key in the configuration file: `network.bind_port`. */
  readonly toml?: string;
  readonly doc: string;
  /** Broker keys that stand in where this key has no value, the nearest first. */
  readonly synonyms: readonly ConfigSynonym[];
}

export interface ConfigSynonym {
  readonly name: string;
  /** What one unit of the synonym is worth in units of the key. */
  readonly factor: number;
}
