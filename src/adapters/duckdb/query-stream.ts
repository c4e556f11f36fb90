import { SqlError } from '../../domain/sql/sql-error.ts';
import type {
  SqlChunk,
  SqlColumn,
  SqlCursor,
  SqlDescription,
  SqlProgress,
  SqlRow,
} from '../../ports/sql-engine.ts';
import type { EngineEvent } from './engine-messages.ts';

const VALUE_BYTES = 32;

type QueryEvent = Exclude<EngineEvent, { type: 'open' | 'failed' | 'warning' | 'answer' }>;

export interface QueryStreamCalls {
  /** A chunk was taken. */
  more(): void;
  cancel(): void;
  /** Nobody reads the rest. */
  leave(): void;
  progress?: ((progress: SqlProgress) => void) | undefined;
  /** The engine is done with the query, however it ended. Called once. */
  settled(): void;
}

/** The broker's end of a running query: events of the engine become a cursor. */
export class QueryStream {
  readonly columns: Promise<readonly SqlColumn[]>;
  readonly #calls: QueryStreamCalls;
  readonly #chunks: SqlChunk<unknown>[] = [];
  #resolveColumns: (columns: readonly SqlColumn[]) => void = () => undefined;
  #rejectColumns: (error: Error) => void = () => undefined;
  #description: SqlDescription | undefined;
  #ended = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;
  #reason: Error | undefined;
  #unwatch: (() => void) | undefined;
  /** Chunks in memory that the engine does not count as being on their way. */
  #setAside = 0;
  #isSettingAside = false;
  #asideWake: (() => void) | undefined;

  constructor(calls: QueryStreamCalls) {
    this.#calls = calls;
    this.columns = new Promise((resolve, reject) => {
      this.#resolveColumns = resolve;
      this.#rejectColumns = reject;
    });
  }

  /** The reason the signal is aborted with is what the reader is told. */
  cancelOn(signal: AbortSignal | undefined): void {
    if (signal === undefined) return;
    const cancel = (): void => {
      this.#reason = signal.reason as Error;
      if (!this.#ended) this.#calls.cancel();
    };
    signal.addEventListener('abort', cancel, { once: true });
    this.#unwatch = () => signal.removeEventListener('abort', cancel);
    if (signal.aborted) cancel();
  }

  take(event: QueryEvent): void {
    switch (event.type) {
      case 'columns':
        this.#resolveColumns(event.columns);
        return;
      case 'description':
        this.#description = event.description;
        this.#resolveColumns([]);
        return;
      case 'chunk':
        this.#chunks.push({ rowCount: event.rowCount, data: dataOf(event) });
        if (this.#isSettingAside) this.#putAside(1);
        this.#asideWake?.();
        this.#wake?.();
        return;
      case 'progress':
        this.#calls.progress?.(event.progress);
        return;
      case 'end':
        this.#end(undefined);
        return;
      default: {
        const { kind, message, position, hint } = event.failure;
        this.#end(this.#reason ?? new SqlError(kind, message, { position, hint }));
      }
    }
  }

  /** Of a statement that was only to be described. */
  async description(): Promise<SqlDescription> {
    await this.columns;
    return this.#description as SqlDescription;
  }

  async cursor<Chunk>(): Promise<SqlCursor<Chunk>> {
    return { columns: await this.columns, chunks: this.chunks<Chunk>() };
  }

  cancel(): void {
    if (!this.#ended) this.#calls.cancel();
  }

  /** Resolves when the engine is done with it, however it ended. */
  async ended(): Promise<void> {
    while (!this.#ended) {
      await new Promise<void>((resolve) => {
        this.#asideWake = resolve;
      });
    }
  }

  fail(error: Error): void {
    this.#end(error);
  }

  async *chunks<Chunk>(): AsyncGenerator<SqlChunk<Chunk>> {
    try {
      for (;;) {
        if (this.#reason !== undefined) throw this.#reason;
        const chunk = this.#chunks.shift();
        if (chunk !== undefined) {
          if (this.#setAside > 0) this.#setAside -= 1;
          else this.#calls.more();
          yield chunk as SqlChunk<Chunk>;
          continue;
        }
        if (this.#error !== undefined) throw this.#error;
        if (this.#ended) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      if (!this.#ended) this.#calls.leave();
    }
  }

  /**
   * Takes the rest of the result into memory, whether it is read or not, so that the engine is done with the query. Rejects
   * when that is more than `bytesMax`; the query can be read on then.
   */
  async takeRest(bytesMax: number, signal: AbortSignal | undefined): Promise<void> {
    const stop = (): void => this.#asideWake?.();
    signal?.addEventListener('abort', stop, { once: true });
    this.#isSettingAside = true;
    this.#putAside(this.#chunks.length - this.#setAside);
    try {
      while (!this.#ended) {
        signal?.throwIfAborted();
        if (this.#chunks.reduce((sum, chunk) => sum + bytesOf(chunk), 0) > bytesMax) {
          throw restTooLarge(bytesMax);
        }
        await new Promise<void>((resolve) => {
          this.#asideWake = resolve;
        });
      }
    } finally {
      this.#isSettingAside = false;
      signal?.removeEventListener('abort', stop);
    }
  }

  #putAside(count: number): void {
    this.#setAside += count;
    for (let i = 0; i < count; i++) this.#calls.more();
  }

  #end(error: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#unwatch?.();
    if (error !== undefined) this.#rejectColumns(error);
    this.#wake?.();
    this.#asideWake?.();
    this.#calls.settled();
  }
}

/** About what a chunk takes in memory. */
function bytesOf({ rowCount, data }: SqlChunk<unknown>): number {
  if (data instanceof Uint8Array) return data.byteLength;
  const [row = []] = data as SqlRow[];
  return rowCount * row.length * VALUE_BYTES;
}

function restTooLarge(bytesMax: number): SqlError {
  const message = `a result of the transaction that is not read to its end has more than ${bytesMax} bytes left`;
  return new SqlError('RESULT_TOO_LARGE', message, {
    hint: 'read it to its end or close it before the next statement of the transaction',
  });
}

function dataOf({ rowCount, data }: Extract<QueryEvent, { type: 'chunk' }>): Uint8Array | SqlRow[] {
  if (data instanceof Uint8Array) return data;
  return Array.from({ length: rowCount }, (_, row) => data.map((column) => column[row] ?? null));
}
