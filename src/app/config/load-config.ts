import { readFileSync } from 'node:fs';
import { BrokerConfig } from '../../domain/config/broker-config.ts';
import { advertisedListenersOf, listenersOf } from '../../domain/config/listeners.ts';
import { KafkaError } from '../../domain/kafka-error.ts';
import { ConfigError } from './config-error.ts';
import { ConfigLayers } from './config-layers.ts';
import { readEnvironment } from './environment.ts';
import { readToml } from './toml-file.ts';
import type { WrittenConfig, WrittenValue } from './written-config.ts';

export interface LoadConfigOptions {
  /** A TOML file. */
  readonly file?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** `key=value`, as after `--set`. */
  readonly set?: readonly string[] | undefined;
  /** Settings of the program itself, by TOML path or Kafka name; they go before everything else. */
  readonly overrides?: Readonly<Record<string, WrittenValue | undefined>> | undefined;
}

/**
 * The broker's config from all its sources, later ones before earlier ones: file, environment, `--set`, overrides.
 * Throws one ConfigError with everything that is wrong.
 */
export function loadConfig(options: LoadConfigOptions = {}): { readonly config: BrokerConfig } {
  const layers = new ConfigLayers();
  for (const read of [readFile, readEnv, readSet, readOverrides]) {
    try {
      for (const written of read(options)) layers.add(written);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const problem of error.problems) layers.problem(problem);
    }
  }
  const { values, origins } = layers.finish();
  const config = new BrokerConfig(values, origins);
  checkListeners(config);
  return { config };
}

function readFile({ file }: LoadConfigOptions): readonly WrittenConfig[] {
  if (file === undefined) return [];
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as { code?: string };
    throw new ConfigError([{ where: file, key: '', message: `cannot be read (${code})` }]);
  }
  return readToml(file, text);
}

function readEnv({ env }: LoadConfigOptions): readonly WrittenConfig[] {
  return readEnvironment(env ?? {});
}

function readSet({ set = [] }: LoadConfigOptions): readonly WrittenConfig[] {
  return set.map((text) => {
    const at = text.indexOf('=');
    const where = '--set';
    if (at > 0) return { key: text.slice(0, at).trim(), value: text.slice(at + 1), where };
    throw new ConfigError([{ where, key: text, message: 'must look like key=value' }]);
  });
}

function readOverrides({ overrides = {} }: LoadConfigOptions): readonly WrittenConfig[] {
  return Object.entries(overrides).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value, where: 'given at start' }],
  );
}

/** These depend on one another, so they are looked at when all values are known. */
function checkListeners(config: BrokerConfig): void {
  for (const [key, parse] of [
    ['listeners', listenersOf],
    ['advertised.listeners', advertisedListenersOf],
  ] as const) {
    try {
      parse(config);
    } catch (error) {
      const { message } = KafkaError.from(error);
      throw new ConfigError([{ where: config.origin(key), key, message }]);
    }
  }
}
