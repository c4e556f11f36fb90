import { KafkaError } from '../kafka-error.ts';
import type { ConfigKey, ConfigType, ConfigValues } from './config-key.ts';

export type ConfigValue = ConfigValues[ConfigType];

const INTEGER_LIMITS = {
  SHORT: [-0x8000n, 0x7fffn],
  INT: [-0x80000000n, 0x7fffffffn],
  LONG: [-0x8000000000000000n, 0x7fffffffffffffffn],
} as const;

const INTEGER = /^[+-]?\d{1,20}$/;

const TYPE_WORDS: Readonly<Record<ConfigType, string>> = {
  BOOLEAN: 'true or false',
  STRING: 'a text',
  INT: 'a whole number of 32 bits',
  SHORT: 'a whole number of 16 bits',
  LONG: 'a whole number of 64 bits',
  DOUBLE: 'a number',
  LIST: 'a list with commas',
  CLASS: 'a text',
  PASSWORD: 'a text',
};

/** Reads a value as its key demands; throws INVALID_CONFIG. */
export function parseConfigValue(name: string, key: ConfigKey, text: string): ConfigValue {
  const value = allowedValueOf(key, text);
  if (value !== undefined) return value;
  const shown = key.type === 'PASSWORD' ? '(hidden)' : `'${text}'`;
  throw new KafkaError('INVALID_CONFIG', `${name} is ${shown}, but must be ${allowedValues(key)}`);
}

export function isAllowedValue(key: ConfigKey, text: string): boolean {
  return allowedValueOf(key, text) !== undefined;
}

/** What values a key takes, to go after "must be". */
export function allowedValues({ type, rule }: ConfigKey): string {
  if (rule === undefined) return TYPE_WORDS[type];
  switch (type) {
    case 'SHORT':
    case 'INT':
    case 'LONG':
      return `a whole number, ${rule.describe}`;
    case 'DOUBLE':
      return `a number, ${rule.describe}`;
    case 'BOOLEAN':
    case 'STRING':
    case 'LIST':
    case 'CLASS':
    case 'PASSWORD':
      return rule.describe;
  }
}

function allowedValueOf(key: ConfigKey, text: string): ConfigValue | undefined {
  const value = valueOfType(key.type, text);
  return value === undefined || key.rule?.allows(value) === false ? undefined : value;
}

/** Undefined where the text is nothing of the type. */
function valueOfType(type: ConfigType, text: string): ConfigValue | undefined {
  const trimmed = text.trim();
  switch (type) {
    case 'BOOLEAN':
      return parseBoolean(trimmed);
    case 'SHORT':
    case 'INT':
    case 'LONG':
      return parseInteger(type, trimmed);
    case 'DOUBLE':
      return parseDouble(trimmed);
    case 'LIST':
      return parseList(trimmed);
    case 'STRING':
    case 'CLASS':
      return trimmed;
    case 'PASSWORD':
      return text;
  }
}

function parseBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase();
  if (lower === 'true') return true;
  return lower === 'false' ? false : undefined;
}

function parseInteger(type: keyof typeof INTEGER_LIMITS, text: string): number | undefined {
  if (!INTEGER.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  const [min, max] = INTEGER_LIMITS[type];
  return value < min || value > max ? undefined : Number(value);
}

function parseDouble(text: string): number | undefined {
  const value = Number(text);
  return text === '' || Number.isNaN(value) ? undefined : value;
}

export function parseList(text: string): readonly string[] {
  return text === '' ? [] : text.split(',').map((each) => each.trim());
}
