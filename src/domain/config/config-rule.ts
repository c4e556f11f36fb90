import type { ConfigValues } from './config-key.ts';

type ConfigValue = ConfigValues[keyof ConfigValues];

/** What a value may be, beyond its type. `wrong` gives the reason in Kafka's words, or undefined. */
export interface ConfigRule {
  readonly describe: string;
  wrong(value: ConfigValue): string | undefined;
}

export function atLeast(min: number): ConfigRule {
  return {
    describe: `at least ${min}`,
    wrong: (value) => (Number(value) >= min ? undefined : `Value must be at least ${min}`),
  };
}

export function between(min: number, max: number): ConfigRule {
  return {
    describe: `${min} to ${max}`,
    wrong(value) {
      if (Number(value) < min) return `Value must be at least ${min}`;
      return Number(value) > max ? `Value must be no more than ${max}` : undefined;
    },
  };
}

export function betweenOr(min: number, max: number, other: number): ConfigRule {
  return {
    describe: `${min} to ${max}, or ${other}`,
    wrong: (value) =>
      value === other || (Number(value) >= min && Number(value) <= max)
        ? undefined
        : `Value must be between ${min} and ${max} or equal to ${other}`,
  };
}

export function oneOf(...allowed: readonly string[]): ConfigRule {
  return {
    describe: allowed.join(', '),
    wrong: (value) =>
      allowed.includes(String(value)) ? undefined : `String must be one of: ${allowed.join(', ')}`,
  };
}

/** As `oneOf`, for enumerations that are read in upper or lower case. */
export function oneOfAnyCase(...allowed: readonly string[]): ConfigRule {
  const known = new Set(allowed.map((each) => each.toUpperCase()));
  return {
    describe: allowed.join(', '),
    wrong: (value) =>
      known.has(String(value).toUpperCase())
        ? undefined
        : `String must be one of (case insensitive): ${allowed.join(', ')}`,
  };
}

/** A list of any of these. */
export function listOf(...allowed: readonly string[]): ConfigRule {
  return {
    describe: `a list of ${allowed.join(', ')}`,
    wrong(value) {
      const stranger = (value as readonly string[]).find((each) => !allowed.includes(each));
      return stranger === undefined ? undefined : `String must be one of: ${allowed.join(', ')}`;
    },
  };
}

export const NON_EMPTY: ConfigRule = {
  describe: 'a text that is not empty',
  wrong: (value) => (String(value).length > 0 ? undefined : 'String must be non-empty'),
};

/** `0:1,2:1` or `*`: partition and broker (the throttled replicas of a topic). */
export const THROTTLED_REPLICAS: ConfigRule = {
  describe: '[partition]:[broker],… or *',
  wrong(value) {
    const list = value as readonly string[];
    if (list.length === 1 && list[0] === '*') return undefined;
    return list.every((each) => /^\d+:\d+$/.test(each))
      ? undefined
      : 'Must be the literal * or a list of pairs of partition and broker: 0:1,1:2';
  },
};

/** share.auto.offset.reset (KIP-932, KIP-1106). */
export const SHARE_OFFSET_RESET: ConfigRule = {
  describe: 'latest, earliest, by_duration:PnDTnHnMn.nS',
  wrong: (value) =>
    /^(latest|earliest|by_duration:P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?)$/i.test(
      String(value),
    )
      ? undefined
      : 'Must be latest, earliest or by_duration:PnDTnHnMn.nS',
};
