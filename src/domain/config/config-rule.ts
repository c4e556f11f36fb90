import type { ConfigValues } from './config-key.ts';

type ConfigValue = ConfigValues[keyof ConfigValues];

/** What a value may be, beyond its type. */
export interface ConfigRule {
  /** What is allowed, to go after "must be". */
  readonly describe: string;
  allows(value: ConfigValue): boolean;
}

export function atLeast(min: number): ConfigRule {
  return { describe: `at least ${min}`, allows: (value) => Number(value) >= min };
}

export function between(min: number, max: number): ConfigRule {
  return { describe: `${min} to ${max}`, allows: (value) => isWithin(value, min, max) };
}

export function betweenOr(min: number, max: number, other: number): ConfigRule {
  return {
    describe: `${min} to ${max}, or ${other}`,
    allows: (value) => value === other || isWithin(value, min, max),
  };
}

function isWithin(value: ConfigValue, min: number, max: number): boolean {
  return Number(value) >= min && Number(value) <= max;
}

export function oneOf(...allowed: readonly string[]): ConfigRule {
  return {
    describe: `one of ${allowed.join(', ')}`,
    allows: (value) => allowed.includes(String(value)),
  };
}

/** As `oneOf`, for enumerations that are read in upper or lower case. */
export function oneOfAnyCase(...allowed: readonly string[]): ConfigRule {
  const known = new Set(allowed.map((each) => each.toUpperCase()));
  return {
    describe: `one of ${allowed.join(', ')}`,
    allows: (value) => known.has(String(value).toUpperCase()),
  };
}

/** A list of any of these. */
export function listOf(...allowed: readonly string[]): ConfigRule {
  return {
    describe: `a list of any of ${allowed.join(', ')}`,
    allows: (value) => (value as readonly string[]).every((each) => allowed.includes(each)),
  };
}

export const NON_EMPTY: ConfigRule = {
  describe: 'a text that is not empty',
  allows: (value) => String(value).length > 0,
};

/** The name of a topic that is to be written to. */
export const NOT_INTERNAL: ConfigRule = {
  describe: 'a text that does not begin with __',
  allows: (value) => !String(value).trim().startsWith('__'),
};

/** `0:1,2:1` or `*`: partition and broker (the throttled replicas of a topic). */
export const THROTTLED_REPLICAS: ConfigRule = {
  describe: 'pairs of partition and broker as 0:1,1:2, or *',
  allows(value) {
    const list = value as readonly string[];
    if (list.length === 1 && list[0] === '*') return true;
    return list.every((each) => /^\d+:\d+$/.test(each));
  },
};

/** share.auto.offset.reset (KIP-932, KIP-1106). */
export const SHARE_OFFSET_RESET: ConfigRule = {
  describe: 'latest, earliest or by_duration:PnDTnHnMn.nS',
  allows: (value) =>
    /^(latest|earliest|by_duration:P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?)$/i.test(
      String(value),
    ),
};
