import { ProtocolError } from '../wire/protocol-error.ts';
import type { WireReader } from '../wire/wire-reader.ts';
import { byteLengthOf, type WireWriter } from '../wire/wire-writer.ts';
import { decoderSource } from './decoder-source.ts';
import { encoderSource } from './encoder-source.ts';
import type { Decoded, Encodable, Fields } from './field.ts';
import type { Message } from './schema.ts';

/** Reads and writes one version of one message. */
export interface Codec<Out = unknown, In = unknown> {
  /** Every field is there; byte values are views. Throws only `ProtocolError`. */
  decode(reader: WireReader): Out;
  /** Throws `ProtocolError` for a value this version cannot carry. */
  encode(writer: WireWriter, value: In): void;
}

// Indexed by version, so that a look-up per request costs next to nothing.
const compiled = new WeakMap<Message, (Codec | undefined)[]>();

/** The codec of one version of a message, compiled at its first use. */
export function codec<F extends Fields>(
  message: Message<F>,
  version: number,
): Codec<Decoded<F>, Encodable<F>> {
  let codecs = compiled.get(message);
  if (codecs === undefined) {
    codecs = [];
    compiled.set(message, codecs);
  }
  codecs[version] ??= compile(message, version);
  return codecs[version] as Codec<Decoded<F>, Encodable<F>>;
}

/**
 * Turns the table into straight-line JavaScript, as JSON schema validators do. This is the only
 * place that makes code from text, and the text is made of our own tables: checked names and
 * literal defaults.
 */
function compile(message: Message, version: number): Codec {
  const [min, max] = message.versions;
  if (!Number.isInteger(version) || version < min || version > max) {
    throw new ProtocolError(`${message.name} has no version ${version}`);
  }
  const flexible = version >= message.flexibleSince;
  const source = `'use strict';
${decoderSource(message.fields, version, flexible)}
${encoderSource(message.fields, version, flexible)}
return { decode: d0, encode: e0 };`;
  const isNull = (name: string): never => {
    throw new ProtocolError(`${message.name} v${version}: ${name} may not be null`);
  };
  const notIn = (name: string): never => {
    throw new ProtocolError(`${message.name} v${version} cannot carry ${name}`);
  };
  // oxlint-disable-next-line typescript/no-implied-eval -- made of our own tables, see above
  const build = new Function('emptyBytes', 'byteLengthOf', 'isNull', 'notIn', source);
  return build(new Uint8Array(0), byteLengthOf, isNull, notIn) as Codec;
}
