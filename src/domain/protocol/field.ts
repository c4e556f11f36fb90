import { ZERO_UUID } from '../wire/uuid.ts';

export type Primitive =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'float64'
  | 'string'
  | 'uuid'
  | 'bytes'
  | 'records';

export type FieldType =
  | { readonly kind: Primitive }
  | { readonly kind: 'struct'; readonly fields: Fields }
  | { readonly kind: 'array'; readonly element: FieldType };

/** What a field may default to; a struct without a default of its own is a struct of defaults. */
export type DefaultValue = number | bigint | boolean | string | null | undefined;

export interface FieldOptions {
  readonly since: number;
  readonly until: number;
  readonly nullableSince: number;
  readonly tag: number | undefined;
  readonly isIgnorable: boolean;
  readonly isInflexible: boolean;
  readonly defaultValue: DefaultValue;
}

const PLAIN: FieldOptions = {
  since: 0,
  until: Number.POSITIVE_INFINITY,
  nullableSince: Number.POSITIVE_INFINITY,
  tag: undefined,
  isIgnorable: false,
  isInflexible: false,
  defaultValue: undefined,
};

/**
 * One field of a message: its type and the versions it lives in. Immutable; each method answers a
 * changed copy. `Out` is what decoding gives, `In` what encoding takes, `Gated` whether encoding
 * may do without it.
 */
export class Field<Out, In = Out, Gated extends boolean = false> {
  declare readonly out: Out;
  declare readonly in: In;
  declare readonly gated: Gated;
  readonly type: FieldType;
  readonly options: FieldOptions;

  constructor(type: FieldType, options: FieldOptions = PLAIN) {
    this.type = type;
    this.options = options;
  }

  private with<O, I, G extends boolean>(change: Partial<FieldOptions>): Field<O, I, G> {
    return new Field<O, I, G>(this.type, { ...this.options, ...change });
  }

  /** The first version that has the field. */
  since(version: number): Field<Out, In, true> {
    return this.with({ since: version });
  }

  /** The last version that has the field. */
  until(version: number): Field<Out, In, true> {
    return this.with({ until: version });
  }

  /** The value in versions without the field, and of a tagged field that is not there. */
  default(value: Out & DefaultValue): Field<Out, In, true> {
    return this.with({ defaultValue: value });
  }

  /** The field may be null from this version on. */
  orNull(since = 0): Field<Out | null, In | null, Gated> {
    return this.with({ nullableSince: since });
  }

  /** The field lives in the tagged section (KIP-482) of its struct. */
  tagged(tag: number, since: number): Field<Out, In, true> {
    return this.with({ tag, since });
  }

  /** A value may be dropped silently where the version lacks the field. */
  ignorable(): Field<Out, In, Gated> {
    return this.with({ isIgnorable: true });
  }

  /** The field keeps its plain form in flexible versions. */
  inflexible(): Field<Out, In, Gated> {
    return this.with({ isInflexible: true });
  }
}

export type AnyField = Field<unknown, unknown, boolean>;
/** The fields of a struct; the order of the keys is the order on the wire. */
export type Fields = Readonly<Record<string, AnyField>>;

/** A struct as decoding gives it: every field is there, whatever the version. */
export type Decoded<F extends Fields> = { -readonly [K in keyof F]: F[K]['out'] };

/**
 * A struct as encoding takes it: fields with a default or of some versions only may be left out.
 */
export type Encodable<F extends Fields> = {
  readonly [K in keyof F as F[K]['gated'] extends true ? never : K]: F[K]['in'];
} & {
  readonly [K in keyof F as F[K]['gated'] extends true ? K : never]?: F[K]['in'] | undefined;
};

function primitive<T, In = T>(kind: Primitive): Field<T, In> {
  return new Field<T, In>({ kind });
}

export const bool: Field<boolean> = primitive('bool');
export const int8: Field<number> = primitive('int8');
export const int16: Field<number> = primitive('int16');
export const uint16: Field<number> = primitive('uint16');
export const int32: Field<number> = primitive('int32');
export const uint32: Field<number> = primitive('uint32');
export const int64: Field<bigint> = primitive('int64');
export const float64: Field<number> = primitive('float64');
export const string: Field<string> = primitive('string');
/** A uuid in its printed form of 22 characters. */
export const uuid: Field<string> = primitive('uuid');
export const bytes: Field<Uint8Array> = primitive('bytes');
/** Record batches, which stay opaque bytes here; they may be written from several slices. */
export const records: Field<Uint8Array, Uint8Array | readonly Uint8Array[]> = primitive('records');

export function struct<F extends Fields>(fields: F): Field<Decoded<F>, Encodable<F>> {
  return new Field({ kind: 'struct', fields });
}

export function array<Out, In>(element: Field<Out, In>): Field<Out[], readonly In[]>;
export function array<F extends Fields>(fields: F): Field<Decoded<F>[], readonly Encodable<F>[]>;
export function array(element: AnyField | Fields): AnyField {
  const type: FieldType =
    element instanceof Field ? element.type : { kind: 'struct', fields: element };
  return new Field({ kind: 'array', element: type });
}

/** The default of a type that has none of its own; `undefined` for what is built anew each time. */
export function zeroOf(type: FieldType): DefaultValue {
  switch (type.kind) {
    case 'bool':
      return false;
    case 'int64':
      return 0n;
    case 'string':
      return '';
    case 'uuid':
      return ZERO_UUID;
    case 'records':
      return null;
    case 'bytes':
    case 'struct':
    case 'array':
      return undefined;
    case 'int8':
    case 'int16':
    case 'uint16':
    case 'int32':
    case 'uint32':
    case 'float64':
      return 0;
  }
}
