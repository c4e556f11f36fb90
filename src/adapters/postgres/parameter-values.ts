import { numericText } from '../../domain/postgres/numeric-binary.ts';
import {
  type ParameterType,
  type PostgresType,
  parameterTypeOf,
} from '../../domain/postgres/postgres-types.ts';
import {
  dateText,
  intervalText,
  timestampText,
  timeText,
} from '../../domain/postgres/time-text.ts';
import { arrayElements } from '../../domain/postgres/value-text.ts';
import type { SqlParameter } from '../../ports/sql-engine.ts';
import type { BindMessage } from './frontend-messages.ts';
import { decoded } from './message-bytes.ts';
import { PostgresError } from './postgres-error.ts';

const BINARY = 1;
const EPOCH_DAYS = 10_957;
const EPOCH_MICROSECONDS = 946_684_800_000_000n;

/** The values of Bind as the engine takes them; `oids` are what the types are known to be, 0 where they are not. */
export function parameterValues(
  { values, parameterFormats }: BindMessage,
  oids: readonly number[],
): SqlParameter[] {
  return values.map((bytes, index) => {
    if (bytes === undefined) return null;
    const formats = parameterFormats;
    const format = (formats.length === 1 ? formats[0] : formats[index]) ?? 0;
    const type = parameterTypeOf(oids[index] ?? 0);
    try {
      return format === BINARY ? binaryValue(bytes, type) : textValue(decoded(bytes), type);
    } catch (error) {
      if (error instanceof PostgresError) throw error;
      const name = type?.type.name ?? 'value';
      throw new PostgresError('22P03', `parameter $${index + 1} is no ${name}`);
    }
  });
}

function textValue(text: string, type: ParameterType | undefined): SqlParameter {
  if (type === undefined) return text;
  if (type.isArray) return listText(text);
  switch (type.type.name) {
    case 'int2':
    case 'int4':
    case 'int8':
    case 'oid':
      return BigInt(text.trim());
    case 'bytea':
      return byteaOf(text);
    // The engine casts every other type from text, as PostgreSQL does.
    default:
      return text;
  }
}

function byteaOf(text: string): Uint8Array {
  if (text.startsWith('\\x')) {
    if (!/^\\x([0-9a-f]{2})*$/i.test(text)) throw new Error('not hexadecimal');
    return Buffer.from(text.slice(2), 'hex');
  }
  const plain = text.replaceAll(/\\(\\|[0-3][0-7]{2})/g, (_, code: string) =>
    code === '\\' ? '\\' : String.fromCharCode(Number.parseInt(code, 8)),
  );
  return Buffer.from(plain, 'latin1');
}

/** An array as the engine writes a list. */
function listText(text: string): string {
  const elements = arrayElements(text);
  if (elements === undefined) {
    throw new PostgresError('22P02', `malformed array: ${text.slice(0, 100)}`);
  }
  return listOf(elements);
}

function listOf(elements: readonly (string | undefined)[]): string {
  const texts = elements.map((element) =>
    element === undefined ? 'NULL' : `"${element.replaceAll(/["\\]/g, '\\$&')}"`,
  );
  return `[${texts.join(', ')}]`;
}

function binaryValue(bytes: Uint8Array, parameterType: ParameterType | undefined): SqlParameter {
  if (parameterType === undefined) return bytes;
  const { type, isArray } = parameterType;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isArray) return listOf(binaryElements(view, bytes));
  if (type.size > 0 && type.name !== 'name' && bytes.length !== type.size) throw new Error('size');
  switch (type.name) {
    case 'bytea':
      return bytes;
    case 'bool':
      return bytes[0] !== 0;
    case 'int2':
      return BigInt(view.getInt16(0));
    case 'int4':
      return BigInt(view.getInt32(0));
    case 'oid':
      return BigInt(view.getUint32(0));
    case 'int8':
      return view.getBigInt64(0);
    case 'float4':
      return view.getFloat32(0);
    case 'float8':
      return view.getFloat64(0);
    default:
      return binaryText(view, bytes, type);
  }
}

/** Types that go to the engine as text. */
function binaryText(view: DataView, bytes: Uint8Array, { name }: PostgresType): string {
  switch (name) {
    case 'numeric': {
      const text = numericText(bytes);
      if (text === undefined) throw new Error('numeric');
      return text;
    }
    case 'date': {
      const days = view.getInt32(0);
      return dateText(Math.abs(days) >= 2 ** 31 - 1 ? days : days + EPOCH_DAYS);
    }
    case 'time':
      return timeText(Number(view.getBigInt64(0)));
    case 'timestamp':
      return timestampText(sinceUnixEpoch(view.getBigInt64(0)));
    case 'timestamptz':
      return timestampText(sinceUnixEpoch(view.getBigInt64(0)), '+00');
    case 'interval':
      return engineInterval(view);
    case 'uuid':
      return Buffer.from(bytes)
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    case 'jsonb':
      // A version number stands in front.
      return decoded(bytes.subarray(1));
    default:
      return decoded(bytes);
  }
}

function engineInterval(view: DataView): string {
  return intervalText(view.getInt32(12), view.getInt32(8), view.getBigInt64(0)).replaceAll('+', '');
}

function sinceUnixEpoch(microseconds: bigint): bigint {
  if (microseconds >= 2n ** 63n - 1n) return 2n ** 63n - 1n;
  if (microseconds <= -(2n ** 63n)) return -(2n ** 63n - 1n);
  return microseconds + EPOCH_MICROSECONDS;
}

function binaryElements(view: DataView, bytes: Uint8Array): (string | undefined)[] {
  const dimensions = view.getInt32(0);
  if (dimensions === 0) return [];
  if (dimensions !== 1) throw new PostgresError('0A000', 'arrays have one dimension here');
  const type = parameterTypeOf(view.getUint32(8));
  const count = view.getInt32(12);
  // Each element takes four bytes at least.
  if (count < 0 || count > bytes.length / 4) throw new Error('count');
  let at = 20;
  return Array.from({ length: count }, () => {
    const length = view.getInt32(at);
    at += 4;
    if (length === -1) return undefined;
    if (length < 0 || at + length > bytes.length) throw new Error('length');
    const element = bytes.subarray(at, at + length);
    at += length;
    const value = binaryValue(element, type);
    return value instanceof Uint8Array ? decoded(value) : String(value);
  });
}
