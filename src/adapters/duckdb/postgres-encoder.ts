import type { DuckDBDataChunk, DuckDBResult, DuckDBValue } from '@duckdb/node-api';
import { type CopyFormat, copyLine } from '../../domain/postgres/copy-text.ts';
import { MessageWriter } from '../../domain/postgres/message-writer.ts';
import { columnTypeOf } from '../../domain/postgres/postgres-types.ts';
import type { PostgresEncoding } from '../../ports/sql-engine.ts';
import { columnTypeText } from './column-type-text.ts';
import { binaryWriterOf } from './postgres-binary.ts';
import { type TextOf, textOfColumn } from './postgres-text.ts';
import type { ResultEncoder } from './result-encoders.ts';

/** Writes one value with its length in front. */
type WriteValue = (value: DuckDBValue, writer: MessageWriter) => void;

const NULL_LENGTH = -1;

export function postgresEncoder(encoding: PostgresEncoding, result: DuckDBResult): ResultEncoder {
  return encoding.kind === 'postgres-rows'
    ? rowEncoder(encoding.formats, result)
    : copyEncoder(encoding.format, result);
}

function rowEncoder(formats: readonly number[], result: DuckDBResult): ResultEncoder {
  const writer = new MessageWriter();
  const writes = Array.from({ length: result.columnCount }, (_, index) => {
    const format = formats.length === 1 ? formats[0] : formats[index];
    return format === 1 ? binaryWrite(result, index) : textWrite(textAt(result, index));
  });
  return {
    chunk: (chunk) => {
      const columns = columnsOf(chunk);
      for (let row = 0; row < chunk.rowCount; row++) {
        writer.begin('D').int16(writes.length);
        for (let index = 0; index < writes.length; index++) {
          const value = columns[index]?.[row] ?? null;
          if (value === null) writer.int32(NULL_LENGTH);
          else (writes[index] as WriteValue)(value, writer);
        }
        writer.end();
      }
      return writer.take();
    },
    end: () => undefined,
  };
}

function textAt(result: DuckDBResult, index: number): TextOf {
  return textOfColumn(result.columnType(index), columnTypeOf(typeTextAt(result, index)));
}

function typeTextAt(result: DuckDBResult, index: number): string {
  return columnTypeText(result.columnType(index));
}

function textWrite(textOf: TextOf): WriteValue {
  return (value, writer) => void writer.sizedText(textOf(value));
}

function binaryWrite(result: DuckDBResult, index: number): WriteValue {
  const columnType = columnTypeOf(typeTextAt(result, index));
  const write = binaryWriterOf(result.columnType(index), columnType);
  if (write === undefined) return textWrite(textAt(result, index));
  return (value, writer) => {
    const mark = writer.beginSized();
    write(value, writer);
    writer.endSized(mark);
  };
}

function copyEncoder(format: CopyFormat, result: DuckDBResult): ResultEncoder {
  const writer = new MessageWriter();
  const texts = Array.from({ length: result.columnCount }, (_, index) => textAt(result, index));
  const line = (cells: readonly (string | undefined)[]): void => {
    writer.begin('d').text(copyLine(cells, format)).end();
  };
  let header = format.header ? result.deduplicatedColumnNames() : undefined;
  const withHeader = (): Uint8Array => {
    if (header !== undefined) line(header);
    header = undefined;
    return writer.take();
  };
  return {
    chunk: (chunk) => {
      if (header !== undefined) line(header);
      header = undefined;
      const columns = columnsOf(chunk);
      for (let row = 0; row < chunk.rowCount; row++) {
        line(
          texts.map((textOf, index) => {
            const value = columns[index]?.[row] ?? null;
            return value === null ? undefined : textOf(value);
          }),
        );
      }
      return writer.take();
    },
    // A result of no rows has its header too.
    end: () => (header === undefined ? undefined : withHeader()),
  };
}

function columnsOf(chunk: DuckDBDataChunk): DuckDBValue[][] {
  return Array.from({ length: chunk.columnCount }, (_, index) => chunk.getColumnValues(index));
}
