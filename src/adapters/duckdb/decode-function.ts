import {
  BLOB,
  type DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBScalarFunction,
  VARCHAR,
} from '@duckdb/node-api';
import { DECODE_FUNCTION, type DecoderSpec, TEXT_FUNCTION } from '../../domain/sql/topic-schema.ts';
import { FramedDecoder, type FramedDecoderParts } from './framed-decoder.ts';

/** Schemas whose decoders are kept. */
const DECODERS_MAX = 100;

/** The functions that make JSON of the bytes of a declared schema, NULL where they do not fit, and text of any bytes. */
export function registerDecodeFunctions(connection: DuckDBConnection, parts: FramedDecoderParts) {
  const decoders = new Map<string, FramedDecoder>();
  const decoderOf = (spec: string): FramedDecoder => {
    const known = decoders.get(spec);
    if (known !== undefined) return known;
    if (decoders.size >= DECODERS_MAX) decoders.clear();
    const decoder = new FramedDecoder(JSON.parse(spec) as DecoderSpec, parts);
    decoders.set(spec, decoder);
    return decoder;
  };
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: TEXT_FUNCTION,
      parameterTypes: [BLOB],
      returnType: VARCHAR,
      mainFunction: (_info, input, output) => {
        const values = input.getColumnVector(0);
        for (let row = 0; row < input.rowCount; row++) {
          const value = values.getItem(row) as DuckDBBlobValue | null;
          output.setItem(row, value === null ? null : new TextDecoder().decode(value.bytes));
        }
        output.flush();
      },
    }),
  );
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: DECODE_FUNCTION,
      parameterTypes: [VARCHAR, BLOB],
      returnType: VARCHAR,
      mainFunction: (_info, input, output) => {
        const [specs, values] = [input.getColumnVector(0), input.getColumnVector(1)];
        for (let row = 0; row < input.rowCount; row++) {
          const value = values.getItem(row) as DuckDBBlobValue | null;
          const spec = specs.getItem(row) as string | null;
          const json = value === null || spec === null ? null : decoderOf(spec).decode(value.bytes);
          output.setItem(row, json);
        }
        output.flush();
      },
    }),
  );
}
