import { type DuckDBDataChunk, type DuckDBResult, DuckDBTypeId } from '@duckdb/node-api';
import * as arrow from 'apache-arrow';
import type { ResultEncoder } from './result-encoders.ts';

interface TypedVector {
  readonly items: ArrayLike<unknown>;
  readonly validity: { readonly data: BigUint64Array | null };
}

/** Types whose values lie in memory as Arrow wants them. */
const SAME_LAYOUT: ReadonlyMap<DuckDBTypeId, () => arrow.DataType> = new Map<
  DuckDBTypeId,
  () => arrow.DataType
>([
  [DuckDBTypeId.TINYINT, () => new arrow.Int8()],
  [DuckDBTypeId.SMALLINT, () => new arrow.Int16()],
  [DuckDBTypeId.INTEGER, () => new arrow.Int32()],
  [DuckDBTypeId.BIGINT, () => new arrow.Int64()],
  [DuckDBTypeId.UTINYINT, () => new arrow.Uint8()],
  [DuckDBTypeId.USMALLINT, () => new arrow.Uint16()],
  [DuckDBTypeId.UINTEGER, () => new arrow.Uint32()],
  [DuckDBTypeId.UBIGINT, () => new arrow.Uint64()],
  [DuckDBTypeId.FLOAT, () => new arrow.Float32()],
  [DuckDBTypeId.DOUBLE, () => new arrow.Float64()],
  [DuckDBTypeId.DATE, () => new arrow.DateDay()],
  [DuckDBTypeId.TIMESTAMP, () => new arrow.TimestampMicrosecond()],
]);

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

/** An Arrow IPC stream. Types Arrow's JavaScript has no like of are given as text. */
export function arrowEncoder(result: DuckDBResult): ResultEncoder {
  const fields = result.deduplicatedColumnNames().map((name, index) => {
    const { typeId } = result.columnType(index);
    return new arrow.Field(name, arrowTypeOf(typeId), true);
  });
  const schema = new arrow.Schema(fields);
  const sink = new Pieces();
  const writer = new arrow.RecordBatchStreamWriter();
  writer.reset(sink, schema);
  return {
    chunk: (chunk) => {
      const children = fields.map(({ type }, index) => columnData(chunk, index, type));
      const data = arrow.makeData({
        ...{ type: new arrow.Struct(fields), length: chunk.rowCount, nullCount: 0, children },
      });
      writer.write(new arrow.RecordBatch(schema, data));
      return sink.take();
    },
    end: () => {
      writer.finish();
      return sink.take();
    },
  };
}

function arrowTypeOf(typeId: DuckDBTypeId): arrow.DataType {
  if (typeId === DuckDBTypeId.BOOLEAN) return new arrow.Bool();
  if (typeId === DuckDBTypeId.BLOB) return new arrow.Binary();
  return SAME_LAYOUT.get(typeId)?.() ?? new arrow.Utf8();
}

function columnData(chunk: DuckDBDataChunk, index: number, type: arrow.DataType): arrow.Data {
  const length = chunk.rowCount;
  if (arrow.DataType.isBool(type)) return boolData(chunk.getColumnValues(index), type);
  if (arrow.DataType.isUtf8(type) || arrow.DataType.isBinary(type)) {
    return bytesData(chunk.getColumnValues(index), type);
  }
  const { items, validity } = chunk.getColumnVector(index) as unknown as TypedVector;
  const mask = validity.data;
  const nullBitmap =
    mask === null ? undefined : new Uint8Array(mask.buffer, mask.byteOffset, mask.byteLength);
  return arrow.makeData({ type, length, nullBitmap, data: items } as never);
}

function boolData(values: readonly unknown[], type: arrow.Bool): arrow.Data {
  const data = new Uint8Array(Math.ceil(values.length / 8));
  for (const [row, value] of values.entries())
    if (value === true) data[row >> 3]! |= 1 << (row & 7);
  return arrow.makeData({ type, length: values.length, nullBitmap: bitmapOf(values), data });
}

function bytesData(values: readonly unknown[], type: arrow.Utf8 | arrow.Binary): arrow.Data {
  const pieces = values.map((value) => (value === null ? undefined : bytesOf(value)));
  const valueOffsets = new Int32Array(values.length + 1);
  for (const [row, piece] of pieces.entries()) {
    valueOffsets[row + 1] = (valueOffsets[row] as number) + (piece?.length ?? 0);
  }
  const data = new Uint8Array(valueOffsets.at(-1) as number);
  for (const [row, piece] of pieces.entries()) {
    if (piece !== undefined) data.set(piece, valueOffsets[row] as number);
  }
  const nullBitmap = bitmapOf(values);
  return arrow.makeData({ type, length: values.length, nullBitmap, valueOffsets, data } as never);
}

function bytesOf(value: unknown): Uint8Array {
  const blob = (value as { readonly bytes?: unknown }).bytes;
  return blob instanceof Uint8Array ? blob : Buffer.from(String(value));
}

function bitmapOf(values: readonly unknown[]): Uint8Array | undefined {
  if (!values.includes(null)) return undefined;
  const bitmap = new Uint8Array(Math.ceil(values.length / 8));
  for (const [row, value] of values.entries())
    if (value !== null) bitmap[row >> 3]! |= 1 << (row & 7);
  return bitmap;
}
