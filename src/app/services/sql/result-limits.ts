import { SqlError } from '../../../domain/sql/sql-error.ts';
import type { Timer } from '../../../ports/clock.ts';
import type { SqlChunk, SqlCursor } from '../../../ports/sql-engine.ts';

export interface ResultLimits {
  readonly timeoutMs: number;
  readonly rowsMax: number;
  readonly bytesMax: number;
}

/** Ends a query at its deadline; the reader's own signal ends it too. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #stop: () => void;

  constructor(timer: Timer, timeoutMs: number, signal: AbortSignal | undefined) {
    const cancel = (): void =>
      this.#controller.abort(new SqlError('CANCELLED', 'the query was cancelled'));
    const cancelTimer = timer.schedule(timeoutMs, () =>
      this.#controller.abort(
        new SqlError('DEADLINE', `the query took longer than ${timeoutMs} ms`, {
          hint: 'read less with bounds on kafka_offset or kafka_timestamp, or give it more time',
        }),
      ),
    );
    signal?.addEventListener('abort', cancel, { once: true });
    this.#stop = () => {
      cancelTimer();
      signal?.removeEventListener('abort', cancel);
    };
    if (signal?.aborted === true) cancel();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  stop(): void {
    this.#stop();
  }
}

/** The cursor, failing once more came of it than is allowed. */
export function limited<Chunk>(
  { columns, chunks }: SqlCursor<Chunk>,
  limits: ResultLimits,
  deadline: Deadline,
): SqlCursor<Chunk> {
  return { columns, chunks: limitedChunks(chunks, limits, deadline) };
}

async function* limitedChunks<Chunk>(
  chunks: AsyncIterable<SqlChunk<Chunk>>,
  { rowsMax, bytesMax }: ResultLimits,
  deadline: Deadline,
): AsyncGenerator<SqlChunk<Chunk>> {
  let rows = 0;
  let bytes = 0;
  try {
    for await (const chunk of chunks) {
      rows += chunk.rowCount;
      if (chunk.data instanceof Uint8Array) bytes += chunk.data.byteLength;
      if (rows > rowsMax) throw tooLarge(`${rowsMax} rows`);
      if (bytes > bytesMax) throw tooLarge(`${bytesMax} bytes`);
      yield chunk;
    }
  } finally {
    deadline.stop();
  }
}

function tooLarge(limit: string): SqlError {
  return new SqlError('RESULT_TOO_LARGE', `the result has more than ${limit}`, {
    hint: 'ask for less of it with LIMIT or aggregates',
  });
}
