import { SqlError } from '../../domain/sql/sql-error.ts';
import type {
  SqlChunk,
  SqlColumn,
  SqlDescription,
  SqlProgress,
  SqlRow,
} from '../../ports/sql-engine.ts';
import type { EngineEvent } from './engine-messages.ts';

type QueryEvent = Exclude<EngineEvent, { type: 'open' | 'failed' | 'warning' | 'answer' }>;

export interface QueryStreamCalls {
  /** A chunk was taken. */
  more(): void;
  cancel(): void;
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

  fail(error: Error): void {
    this.#end(error);
  }

  async *chunks<Chunk>(): AsyncGenerator<SqlChunk<Chunk>> {
    try {
      for (;;) {
        if (this.#reason !== undefined) throw this.#reason;
        const chunk = this.#chunks.shift();
        if (chunk !== undefined) {
          this.#calls.more();
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
      if (!this.#ended) this.#calls.cancel();
    }
  }

  #end(error: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#unwatch?.();
    if (error !== undefined) this.#rejectColumns(error);
    this.#wake?.();
    this.#calls.settled();
  }
}

function dataOf({ rowCount, data }: Extract<QueryEvent, { type: 'chunk' }>): Uint8Array | SqlRow[] {
  if (data instanceof Uint8Array) return data;
  return Array.from({ length: rowCount }, (_, row) => data.map((column) => column[row] ?? null));
}
