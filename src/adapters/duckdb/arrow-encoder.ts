import type { DuckDBResult } from '@duckdb/node-api';
import * as arrow from 'apache-arrow';
import { arrowColumnOf } from './arrow-column.ts';
import type { ResultEncoder } from './result-encoders.ts';

/** A record batch costs its writer and its reader much the same however few rows it has. */
const BATCH_ROWS = 16 * 1024;
const BATCH_BYTES = 1024 * 1024;

class Pieces extends arrow.AsyncByteQueue {
  #pieces: Uint8Array[] = [];

  override write(piece: Uint8Array): void {
    if (piece.byteLength > 0) this.#pieces.push(piece);
  }

  take(): Uint8Array {
    const bytes = new Uint8Array(this.#pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of this.#pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    this.#pieces = [];
    return bytes;
  }
}

/** An Arrow IPC stream. The first chunk is a record batch of its own, so that its reader can begin; then some go together. */
export function arrowEncoder(result: DuckDBResult): ResultEncoder {
  const names = result.deduplicatedColumnNames();
  const columns = names.map((_, index) => arrowColumnOf(result.columnType(index).typeId));
  const fields = names.map(
    (name, index) => new arrow.Field(name, columns[index]?.type as arrow.DataType, true),
  );
  const schema = new arrow.Schema(fields);
  const sink = new Pieces();
  const writer = new arrow.RecordBatchStreamWriter();
  writer.reset(sink, schema);
  let rows = 0;
  let rowsMax = 1;
  const write = (): void => {
    const children = columns.map((column) => column.data(rows));
    const data = arrow.makeData({
      ...{ type: new arrow.Struct(fields), length: rows, nullCount: 0, children },
    });
    writer.write(new arrow.RecordBatch(schema, data));
    rows = 0;
    rowsMax = BATCH_ROWS;
  };
  return {
    chunk: (chunk) => {
      for (const [index, column] of columns.entries()) column.append(chunk, index);
      rows += chunk.rowCount;
      const sizeBytes = columns.reduce((sum, column) => sum + column.sizeBytes, 0);
      if (rows < rowsMax && sizeBytes < BATCH_BYTES) return undefined;
      write();
      const bytes = sink.take();
      for (const column of columns) column.clear();
      return bytes;
    },
    end: () => {
      if (rows > 0) write();
      writer.finish();
      return sink.take();
    },
  };
}
