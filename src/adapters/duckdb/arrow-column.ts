import { type DuckDBDataChunk, DuckDBTypeId } from '@duckdb/node-api';
import * as arrow from 'apache-arrow';
import { duckdb } from './bindings.ts';
import { TextBytes } from './text-bytes.ts';
import { GatheredValidity, isValid, validityOf } from './validity.ts';

/** A column of a record batch, gathered from chunks. */
export interface ArrowColumn {
  readonly type: arrow.DataType;
  readonly sizeBytes: number;
  append(chunk: DuckDBDataChunk, index: number): void;
  /** What was gathered; it is in use until `clear`. */
  data(rows: number): arrow.Data;
  clear(): void;
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

/** Types Arrow's JavaScript has no like of are given as text. */
export function arrowColumnOf(typeId: DuckDBTypeId): ArrowColumn {
  const type = SAME_LAYOUT.get(typeId)?.();
  if (type !== undefined) return new SameColumn(type);
  if (typeId === DuckDBTypeId.BOOLEAN) return new BoolColumn();
  if (typeId === DuckDBTypeId.BLOB) return new BytesColumn(new arrow.Binary());
  if (typeId === DuckDBTypeId.VARCHAR) return new BytesColumn(new arrow.Utf8());
  return new WrittenColumn();
}

class SameColumn implements ArrowColumn {
  readonly type: arrow.DataType;
  readonly #valueBytes: number;
  readonly #validity = new GatheredValidity();
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #used = 0;

  constructor(type: arrow.DataType) {
    this.type = type;
    this.#valueBytes = type.ArrayType.BYTES_PER_ELEMENT;
  }

  get sizeBytes(): number {
    return this.#used;
  }

  append(chunk: DuckDBDataChunk, index: number): void {
    const vector = duckdb.data_chunk_get_vector(chunk.chunk, index);
    const rows = chunk.rowCount;
    const size = rows * this.#valueBytes;
    if (this.#used + size > this.#bytes.length) this.#grow(size);
    this.#bytes.set(duckdb.vector_get_data(vector, size), this.#used);
    this.#used += size;
    this.#validity.append(validityOf(vector, rows), rows);
  }

  data(rows: number): arrow.Data {
    const { type } = this;
    const data = new type.ArrayType(this.#bytes.buffer, 0, rows);
    const nullBitmap = this.#validity.bits;
    return arrow.makeData({ type, length: rows, nullBitmap, data } as never);
  }

  clear(): void {
    this.#used = 0;
    this.#validity.clear();
  }

  #grow(size: number): void {
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#used + size));
    grown.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = grown;
  }
}

class BytesColumn implements ArrowColumn {
  readonly type: arrow.Utf8 | arrow.Binary;
  readonly #texts = new TextBytes();
  readonly #validity = new GatheredValidity();

  constructor(type: arrow.Utf8 | arrow.Binary) {
    this.type = type;
  }

  get sizeBytes(): number {
    return this.#texts.sizeBytes;
  }

  append(chunk: DuckDBDataChunk, index: number): void {
    const vector = duckdb.data_chunk_get_vector(chunk.chunk, index);
    const rows = chunk.rowCount;
    const validity = validityOf(vector, rows);
    this.#texts.appendVector(vector, rows, validity);
    this.#validity.append(validity, rows);
  }

  data(rows: number): arrow.Data {
    return bytesData(this.type, rows, this.#texts, this.#validity);
  }

  clear(): void {
    this.#texts.clear();
    this.#validity.clear();
  }
}

/** Values as the engine's library writes them out. */
class WrittenColumn implements ArrowColumn {
  readonly type = new arrow.Utf8();
  readonly #texts = new TextBytes();
  readonly #validity = new GatheredValidity();

  get sizeBytes(): number {
    return this.#texts.sizeBytes;
  }

  append(chunk: DuckDBDataChunk, index: number): void {
    const vector = duckdb.data_chunk_get_vector(chunk.chunk, index);
    const rows = chunk.rowCount;
    for (const value of chunk.getColumnValues(index)) {
      this.#texts.append(value === null ? undefined : Buffer.from(String(value)));
    }
    this.#validity.append(validityOf(vector, rows), rows);
  }

  data(rows: number): arrow.Data {
    return bytesData(this.type, rows, this.#texts, this.#validity);
  }

  clear(): void {
    this.#texts.clear();
    this.#validity.clear();
  }
}

class BoolColumn implements ArrowColumn {
  readonly type = new arrow.Bool();
  readonly #validity = new GatheredValidity();
  /** Which of the rows are true: bits as those of validity, all of them set until told. */
  readonly #values = new GatheredValidity();

  get sizeBytes(): number {
    return 0;
  }

  append(chunk: DuckDBDataChunk, index: number): void {
    const vector = duckdb.data_chunk_get_vector(chunk.chunk, index);
    const rows = chunk.rowCount;
    const bytes = duckdb.vector_get_data(vector, rows);
    const validity = validityOf(vector, rows);
    const bits = new Uint8Array(Math.ceil(rows / 8));
    for (let row = 0; row < rows; row++) {
      const isTrue = bytes[row] !== 0 && (validity === undefined || isValid(validity, row));
      if (isTrue) bits[row >> 3]! |= 1 << (row & 7);
    }
    this.#values.append(bits, rows);
    this.#validity.append(validity, rows);
  }

  data(rows: number): arrow.Data {
    const data = this.#values.bits ?? new Uint8Array(0);
    const nullBitmap = this.#validity.bits;
    return arrow.makeData({ type: this.type, length: rows, nullBitmap, data });
  }

  clear(): void {
    this.#values.clear();
    this.#validity.clear();
  }
}

function bytesData(
  type: arrow.Utf8 | arrow.Binary,
  length: number,
  texts: TextBytes,
  validity: GatheredValidity,
): arrow.Data {
  const { offsets: valueOffsets, bytes: data } = texts;
  return arrow.makeData({ type, length, nullBitmap: validity.bits, valueOffsets, data } as never);
}
