import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Sql } from '../../ports/sql.ts';
import type { SqlChunk, SqlColumn, SqlCursor } from '../../ports/sql-engine.ts';
import type { RunningQueries } from './running-queries.ts';
import { encodingOf, MEDIA_TYPES, readSqlRequest } from './sql-request.ts';

/** Headers have to stay small; who wants the columns of a wider result asks DESCRIBE. */
const COLUMNS_BYTES_MAX = 6000;

/**
 * POST /api/v1/sql: the result as a stream, no faster than the client reads. An error before the first bytes has its
 * status and JSON; one that comes later breaks the connection off, so that half a result is never taken for a whole one.
 */
export async function answerSql(
  { sql, running }: { readonly sql: Sql; readonly running: RunningQueries },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const encoding = encodingOf(request.headers.accept);
  const { name, ...query } = await readSqlRequest(request);
  const onProgress = name === undefined ? undefined : running.begin(name);
  try {
    const left = new AbortController();
    response.on('close', () => left.abort());
    const cursor = await sql.encode({ ...query, signal: left.signal, onProgress }, encoding);
    const chunks = cursor.chunks[Symbol.asyncIterator]();
    // The first chunk is computed before the status is sent: most failures show by then.
    let next = await chunks.next();
    response.writeHead(200, { 'content-type': MEDIA_TYPES[encoding], ...columnsHeader(cursor) });
    while (next.done !== true) {
      const { data } = next.value as SqlChunk<Uint8Array>;
      if (!response.write(data) && !response.destroyed) {
        await roomIn(response);
      }
      next = await chunks.next();
    }
    response.end();
  } finally {
    if (name !== undefined) running.end(name);
  }
}

async function roomIn(response: ServerResponse): Promise<void> {
  const waiting = new AbortController();
  const { signal } = waiting;
  await Promise.race([
    once(response, 'drain', { signal }),
    once(response, 'close', { signal }),
  ]).finally(() => waiting.abort());
}

function columnsHeader({ columns }: SqlCursor<unknown>): Record<string, string> {
  const some = columns.map(({ name, type }: SqlColumn) => ({ name, type }));
  const text = encodeURIComponent(JSON.stringify(some));
  return text.length > COLUMNS_BYTES_MAX ? {} : { 'kawadb-columns': text };
}
