import type { ConfigKey } from './config-key.ts';
import type { ConfigSource } from './config-source.ts';
import { type BrokerConfigName, type BrokerConfigValue, CONFIG_TABLE } from './config-table.ts';
import { type ConfigValue, parseConfigValue } from './config-value.ts';

type Values = ReadonlyMap<string, string>;

export interface SourcedValue {
  readonly name: string;
  readonly value: string;
  readonly source: ConfigSource;
}

const KEYS = CONFIG_TABLE.broker;
const NONE: Values = new Map();
/** The one key whose stand-ins Kafka tells as synonyms. */
const RETENTION = ['log.retention.ms', 'log.retention.minutes', 'log.retention.hours'];

/**
 * A broker's configs: dynamic ones of this broker over dynamic ones of the cluster over those it was started with over
 * the defaults (KIP-226). Values are checked when they come in, so that `get` cannot fail.
 */
export class BrokerConfig {
  readonly #static: Values;
  readonly #origins: Values;
  readonly #listeners = new Set<() => void>();
  readonly #parsed = new Map<string, ConfigValue | null>();
  #cluster = NONE;
  #broker = NONE;

  /** `origins` tells where a static value was written (`kawa.toml:3`), for `config show --origin`. */
  constructor(values: Values = NONE, origins: Values = NONE) {
    this.#static = withAliases(values);
    this.#origins = origins;
    for (const [name, text] of this.#static) {
      const key = KEYS.get(name);
      if (key !== undefined) parseConfigValue(name, key, text);
    }
  }

  /** The value in force, from the key itself or from what stands in for it. */
  get<Name extends BrokerConfigName>(name: Name): BrokerConfigValue<Name> {
    const known = this.#parsed.get(name);
    if (known !== undefined) return known as BrokerConfigValue<Name>;
    const text = this.resolve(name);
    const key = KEYS.get(name) as ConfigKey;
    const value = text === null ? null : parseConfigValue(name, key, text);
    this.#parsed.set(name, value);
    return value as BrokerConfigValue<Name>;
  }

  /** As `get`, as text: `log.retention.ms` gives the milliseconds of `log.retention.hours` when it is unset. */
  resolve(name: string): string | null {
    const own = this.text(name);
    if (own !== null) return own;
    for (const synonym of KEYS.get(name)?.synonyms ?? []) {
      const text = this.text(synonym.name);
      if (text !== null) return scaled(text, synonym.factor);
    }
    return null;
  }

  /** The value of the key alone, as text. */
  text(name: string): string | null {
    return this.#explicit(name) ?? KEYS.get(name)?.default ?? null;
  }

  origin(name: string): string {
    if (this.#broker.has(name)) return 'dynamic broker config';
    if (this.#cluster.has(name)) return 'dynamic cluster config';
    if (this.#static.has(name)) return this.#origins.get(name) ?? 'given at start';
    return 'default';
  }

  /** Everything that bears on a key, what is in force first. */
  sources(name: string): readonly SourcedValue[] {
    const names = name === 'log.retention.ms' ? RETENTION : [name];
    const layers: [ConfigSource, (name: string) => string | null | undefined][] = [
      ['DYNAMIC_BROKER_CONFIG', (each) => this.#broker.get(each)],
      ['DYNAMIC_DEFAULT_BROKER_CONFIG', (each) => this.#cluster.get(each)],
      ['STATIC_BROKER_CONFIG', (each) => this.#static.get(each)],
      ['DEFAULT_CONFIG', (each) => KEYS.get(each)?.default],
    ];
    return layers.flatMap(([source, textOf]) =>
      names.flatMap((each) => {
        const value = textOf(each);
        return value === null || value === undefined ? [] : [{ name: each, value, source }];
      }),
    );
  }

  /** Names of the dynamic layers that no table has: they were meant for somebody else and do nothing here. */
  unknownNames(): readonly string[] {
    const names = new Set([...this.#cluster.keys(), ...this.#broker.keys()]);
    return [...names].filter((name) => !KEYS.has(name));
  }

  /** Takes the dynamic layers; values a newer version wrote and this one cannot read are passed over. */
  updateDynamic(layers: { readonly cluster: Values; readonly broker: Values }): void {
    this.#cluster = readable(layers.cluster);
    this.#broker = readable(layers.broker);
    this.#parsed.clear();
    for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` after the dynamic layers changed; the answer stops that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #explicit(name: string): string | undefined {
    return this.#broker.get(name) ?? this.#cluster.get(name) ?? this.#static.get(name);
  }
}

/** Kafka fills the older name of a key from the newer one and the other way round. */
function withAliases(values: Values): Values {
  const filled = new Map(values);
  const alias = (name: string, other: string): void => {
    const value = values.get(other);
    if (value !== undefined && !values.has(name)) filled.set(name, value);
  };
  alias('node.id', 'broker.id');
  alias('broker.id', 'node.id');
  alias('log.dirs', 'log.dir');
  return filled;
}

function readable(values: Values): Values {
  const kept = new Map<string, string>();
  for (const [name, text] of values) {
    const key = KEYS.get(name);
    try {
      if (key !== undefined) parseConfigValue(name, key, text);
      kept.set(name, text);
    } catch {
      // What is in force must stay readable; the catalog keeps the text as it is.
    }
  }
  return kept;
}

/** Negative amounts mean "without end" in every unit. */
function scaled(text: string, factor: number): string {
  if (factor === 1) return text;
  const amount = BigInt(text.trim());
  return amount < 0n ? '-1' : String(amount * BigInt(factor));
}
