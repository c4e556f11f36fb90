import { ProtocolError } from '../wire/protocol-error.ts';
import { type AnyField, type DefaultValue, type Fields, zeroOf } from './field.ts';

// Pieces of source text that the decoder and the encoder share. Text comes from our own frozen
// tables only.

const IDENTIFIER = /^[a-z][A-Za-z0-9]*$/;

/** The fields of a struct with their names checked: nothing else may become source text. */
export function fieldsOf(fields: Fields): [name: string, field: AnyField][] {
  const entries = Object.entries(fields);
  for (const [name] of entries) {
    if (!IDENTIFIER.test(name)) throw new ProtocolError(`not a field name: ${name}`);
  }
  return entries;
}

export function isIn(field: AnyField, version: number): boolean {
  return version >= field.options.since && version <= field.options.until;
}

export function isNullableIn(field: AnyField, version: number): boolean {
  return version >= field.options.nullableSince;
}

export function defaultOf(field: AnyField): DefaultValue {
  const { defaultValue } = field.options;
  return defaultValue === undefined ? zeroOf(field.type) : defaultValue;
}

/** The tagged fields of a version in the order they are written in. */
export function taggedFields(fields: Fields, version: number): [string, AnyField, number][] {
  const tagged: [string, AnyField, number][] = [];
  for (const [name, field] of fieldsOf(fields)) {
    const { tag } = field.options;
    if (tag !== undefined && isIn(field, version)) tagged.push([name, field, tag]);
  }
  return tagged.sort((a, b) => a[2] - b[2]);
}

/** An expression for a fresh default value. */
export function defaultSource(field: AnyField): string {
  const value = defaultOf(field);
  if (value !== undefined) return literal(value);
  const { type } = field;
  if (type.kind === 'array') return '[]';
  if (type.kind === 'bytes') return 'emptyBytes';
  if (type.kind !== 'struct') throw new ProtocolError(`no default for ${type.kind}`);
  const members = fieldsOf(type.fields).map(
    ([name, member]) => `${name}: ${defaultSource(member)}`,
  );
  return `{ ${members.join(', ')} }`;
}

function literal(value: Exclude<DefaultValue, undefined>): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') return JSON.stringify(value);
  return String(value);
}

/** Numbers the structs of a message, so that each gets one function however often it is used. */
export class StructNames {
  private readonly numbers = new Map<Fields, number>();
  private readonly waiting: Fields[] = [];

  numberOf(fields: Fields): number {
    let number = this.numbers.get(fields);
    if (number === undefined) {
      number = this.numbers.size;
      this.numbers.set(fields, number);
      this.waiting.push(fields);
    }
    return number;
  }

  /** The next struct that was named but not yet emitted. */
  next(): Fields | undefined {
    return this.waiting.shift();
  }
}
