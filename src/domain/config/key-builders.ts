import type { ConfigKey, ConfigSynonym, ConfigType, UpdateMode } from './config-key.ts';
import type { ConfigRule } from './config-rule.ts';

/** What a table says of a key beside its type and default. */
export interface KeyDetails {
  readonly rule?: ConfigRule;
  readonly doc?: string;
  readonly internal?: true;
  readonly toml?: string;
  readonly synonyms?: readonly ConfigSynonym[];
}

function builder<T extends ConfigType>(type: T) {
  return function key<Default extends string | null>(
    value: Default,
    updateMode: UpdateMode,
    details: KeyDetails = {},
  ): ConfigKey<T, Extract<Default, null>> {
    return {
      type,
      default: value as string | Extract<Default, null>,
      updateMode,
      internal: details.internal ?? false,
      doc: details.doc ?? '',
      synonyms: details.synonyms ?? [],
      ...(details.rule === undefined ? {} : { rule: details.rule }),
      ...(details.toml === undefined ? {} : { toml: details.toml }),
    };
  };
}

export const boolean = builder('BOOLEAN');
export const string = builder('STRING');
export const int = builder('INT');
export const short = builder('SHORT');
export const long = builder('LONG');
export const double = builder('DOUBLE');
export const list = builder('LIST');
export const className = builder('CLASS');
export const password = builder('PASSWORD');

/** Broker keys whose value stands in for a key's, the nearest first: `['log.retention.hours', 3_600_000]`. */
export function synonyms(
  ...keys: readonly (string | readonly [string, number])[]
): ConfigSynonym[] {
  return keys.map((key) =>
    typeof key === 'string' ? { name: key, factor: 1 } : { name: key[0], factor: key[1] },
  );
}
