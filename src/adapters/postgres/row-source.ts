import type { SqlChunk, SqlColumn, SqlCursor } from '../../ports/sql-engine.ts';
import type { Outbox } from './outbox.ts';

const HEADER_BYTES = 1;

/** The rows of a running query, which are taken in portions. */
export class RowSource {
  readonly columns: readonly SqlColumn[];
  readonly #chunks: AsyncIterator<SqlChunk<Uint8Array>>;
  #rest: SqlChunk<Uint8Array> | undefined;

  constructor({ columns, chunks }: SqlCursor<Uint8Array>) {
    this.columns = columns;
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Sends up to `rowsMax` rows, all of them for 0, no faster than they are read; gives how many they were. */
  async send(out: Outbox, rowsMax: number): Promise<{ rows: number; isDone: boolean }> {
    let rows = 0;
    for (;;) {
      const chunk = this.#rest ?? (await this.#next());
      this.#rest = undefined;
      if (chunk === undefined) return { rows, isDone: true };
      const left = rowsMax - rows;
      if (rowsMax === 0 || chunk.rowCount <= left) {
        rows += chunk.rowCount;
        await out.sendBytes(chunk.data);
        continue;
      }
      // Not known to be done: a portal is suspended as soon as it gave as many rows as were asked for.
      const end = endOfMessages(chunk.data, left);
      if (left > 0) await out.sendBytes(chunk.data.subarray(0, end));
      this.#rest = { rowCount: chunk.rowCount - left, data: chunk.data.subarray(end) };
      return { rows: rowsMax, isDone: false };
    }
  }

  /** Ends the query, if it runs still. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #next(): Promise<SqlChunk<Uint8Array> | undefined> {
    const next = await this.#chunks.next();
    return next.done === true ? undefined : next.value;
  }
}

/** Where the first `count` messages end. */
function endOfMessages(bytes: Uint8Array, count: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  for (let left = count; left > 0; left--) at += HEADER_BYTES + view.getInt32(at + HEADER_BYTES);
  return at;
}
