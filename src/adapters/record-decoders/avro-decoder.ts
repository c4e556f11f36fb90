import type { types as AvroTypes, Schema, Type } from 'avsc';
import { avroColumns } from '../../domain/sql/schema/avro-columns.ts';
import type { SchemaDefinition } from '../../domain/sql/schema/declared-schema.ts';
import type { RecordDecoder } from '../../ports/record-decoder.ts';
import { jsonText } from './json-writer.ts';

export interface AvroLibrary {
  readonly Type: typeof Type;
  readonly types: typeof AvroTypes;
}

const MILLISECONDS_OF_A_DAY = 86_400_000;
const MICROSECONDS = 1000n;
/** Where the time begins in the text of a timestamp. */
const TIME_AT = 11;

/** Avro's binary encoding, of one record without a container around it. */
export function avroDecoder(
  avro: AvroLibrary,
  { definition = '' }: SchemaDefinition,
): RecordDecoder {
  const schema = JSON.parse(definition) as Schema;
  const type = avro.Type.forSchema(schema, {
    typeHook: longHook(avro),
    logicalTypes: logicalTypes(avro),
    // A union is its value, without the name of the branch around it.
    wrapUnions: false,
  });
  return {
    columns: avroColumns(schema),
    decode: (bytes) =>
      jsonText(type.fromBuffer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))),
  };
}

type Hook = NonNullable<NonNullable<Parameters<typeof Type.forSchema>[1]>['typeHook']>;

/** Gives every long the exact type, also those below a logical one, which the library would give its own. */
function longHook(avro: AvroLibrary): Hook {
  const long = exactLong(avro);
  const logical = longLogicalTypes(avro);
  let below = false;
  return (schema, options) => {
    const written = schema as string | { readonly type?: unknown; readonly logicalType?: string };
    if ((typeof written === 'string' ? written : written.type) !== 'long') return undefined;
    const name = typeof written === 'string' ? undefined : written.logicalType;
    const LogicalLong = below || name === undefined ? undefined : logical.get(name);
    if (LogicalLong === undefined) return long;
    below = true;
    try {
      return new LogicalLong(schema, options);
    } finally {
      below = false;
    }
  };
}

/** 64-bit integers whole, where the library's own are numbers. */
function exactLong({ types }: AvroLibrary): Type {
  return types.LongType.__with({
    fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
    toBuffer: (value: bigint) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(value);
      return bytes;
    },
    fromJSON: BigInt,
    toJSON: String,
    isValid: (value: unknown) => typeof value === 'bigint',
    compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
  });
}

type LogicalTypeClass = new (schema: Schema, options?: unknown) => AvroTypes.LogicalType;

function readAs({ types }: AvroLibrary, read: (value: never) => unknown): LogicalTypeClass {
  return class extends types.LogicalType {
    protected override _fromValue(value: never): unknown {
      return read(value);
    }
    protected override _toValue(value: unknown): unknown {
      return value;
    }
    protected override _resolve(): undefined {
      return undefined;
    }
  };
}

function longLogicalTypes(avro: AvroLibrary): ReadonlyMap<string, LogicalTypeClass> {
  const millis = readAs(avro, (ms: bigint) => timestampText(ms * MICROSECONDS));
  const micros = readAs(avro, (us: bigint) => timestampText(us));
  return new Map([
    ['timestamp-millis', millis],
    ['timestamp-micros', micros],
    ['local-timestamp-millis', millis],
    ['local-timestamp-micros', micros],
    ['time-micros', readAs(avro, (us: bigint) => timestampText(us).slice(TIME_AT))],
  ]);
}

function logicalTypes(avro: AvroLibrary) {
  return {
    date: readAs(avro, dayText),
    'time-millis': readAs(avro, (ms: number) =>
      timestampText(BigInt(ms) * MICROSECONDS).slice(TIME_AT),
    ),
    decimal: decimalType(avro),
  };
}

/** Bytes of a two's complement, as a text with its point: a number would lose digits. */
function decimalType({ types }: AvroLibrary): LogicalTypeClass {
  return class extends types.LogicalType {
    readonly #scale: number;
    constructor(schema: Schema, options?: unknown) {
      super(schema, options as never);
      this.#scale = Number((schema as { readonly scale?: number }).scale ?? 0);
    }
    protected override _fromValue(bytes: Buffer): string {
      const unsigned = bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`);
      return decimalText(BigInt.asIntN(bytes.length * 8, unsigned), this.#scale);
    }
    protected override _toValue(value: unknown): unknown {
      return value;
    }
    protected override _resolve(): undefined {
      return undefined;
    }
  };
}

function decimalText(value: bigint, scale: number): string {
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const text = scale === 0 ? whole : `${whole}.${digits.slice(-scale)}`;
  return value < 0n ? `-${text}` : text;
}

function dayText(days: number): string {
  return new Date(days * MILLISECONDS_OF_A_DAY).toISOString().slice(0, 10);
}

function timestampText(microseconds: bigint): string {
  const rest = ((microseconds % MICROSECONDS) + MICROSECONDS) % MICROSECONDS;
  const ms = Number((microseconds - rest) / MICROSECONDS);
  return `${new Date(ms).toISOString().slice(0, -1)}${String(rest).padStart(3, '0')}`;
}
