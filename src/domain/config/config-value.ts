import { KafkaError } from '../kafka-error.ts';
import type { ConfigKey, ConfigType, ConfigValues } from './config-key.ts';

export type ConfigValue = ConfigValues[ConfigType];

const INTEGER_LIMITS = {
  SHORT: [-0x8000n, 0x7fffn],
  INT: [-0x80000000n, 0x7fffffffn],
  LONG: [-0x8000000000000000n, 0x7fffffffffffffffn],
} as const;

const INTEGER = /^[+-]?\d{1,20}$/;

type Parsed = { readonly value: ConfigValue } | { readonly wrong: string };

/** Reads a value as its key demands; throws INVALID_CONFIG in the words of Kafka's ConfigException. */
export function parseConfigValue(name: string, key: ConfigKey, text: string): ConfigValue {
  const wrong = configValueProblem(key, text);
  if (wrong !== undefined) {
    throw new KafkaError('INVALID_CONFIG', invalidValueMessage(name, text, wrong));
  }
  return (parseOfType(key.type, text) as { value: ConfigValue }).value;
}

export function invalidValueMessage(name: string, text: string | null, reason: string): string {
  return `Invalid value ${text} for configuration ${name}: ${reason}`;
}

/** Why a text cannot be the value of a key; undefined when it can. */
export function configValueProblem(key: ConfigKey, text: string): string | undefined {
  const parsed = parseOfType(key.type, text);
  return 'wrong' in parsed ? parsed.wrong : key.rule?.wrong(parsed.value);
}

/** What values a key takes, for messages and documents. */
export function allowedValues(key: ConfigKey): string {
  const type = key.type === 'CLASS' || key.type === 'PASSWORD' ? 'STRING' : key.type;
  if (key.rule === undefined) return type === 'BOOLEAN' ? 'true or false' : `any ${type}`;
  return key.rule.describe;
}

function parseOfType(type: ConfigType, text: string): Parsed {
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
      return { value: parseList(trimmed) };
    case 'STRING':
    case 'CLASS':
      return { value: trimmed };
    case 'PASSWORD':
      return { value: text };
  }
}

function parseBoolean(text: string): Parsed {
  switch (text.toLowerCase()) {
    case 'true':
      return { value: true };
    case 'false':
      return { value: false };
    default:
      return { wrong: 'Expected value to be either true or false' };
  }
}

function parseInteger(type: keyof typeof INTEGER_LIMITS, text: string): Parsed {
  if (!INTEGER.test(text)) return { wrong: `Not a number of type ${type}` };
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  const [min, max] = INTEGER_LIMITS[type];
  if (value < min || value > max) return { wrong: `Not a number of type ${type}` };
  return { value: Number(value) };
}

function parseDouble(text: string): Parsed {
  const value = Number(text);
  if (text === '' || Number.isNaN(value)) return { wrong: 'Not a number of type DOUBLE' };
  return { value };
}

export function parseList(text: string): readonly string[] {
  return text === '' ? [] : text.split(',').map((each) => each.trim());
}
