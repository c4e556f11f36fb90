import { request as httpRequest } from 'node:http';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Broker } from '../../../src/index.ts';
import { startTestBroker } from '../../../src/testing/index.ts';

let broker: Broker;
let url: string;
beforeAll(async () => {
  broker = await startTestBroker({
    topics: ['user-events'],
    settings: { 'http.enabled': true, 'http.bind_port': 0, 'sql.result_rows_max': 1_000_000 },
  });
  url = `${broker.httpUrl}/api/v1/sql`;
  const messages = Array.from({ length: 10 }, (_, id) => ({ value: JSON.stringify({ id }) }));
  await broker.produceBatch('user-events', messages);
});
afterAll(() => broker.close());

function post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

describe('POST /api/v1/sql', () => {
  test('answers in the encoding that is accepted, with parameters', async () => {
    const query = { sql: 'SELECT id FROM user_events WHERE id >= $1', parameters: [8] };
    const ndjson = await post(query);
    expect(ndjson.headers.get('content-type')).toBe('application/x-ndjson');
    expect(JSON.parse(decodeURIComponent(ndjson.headers.get('kawadb-columns') ?? ''))).toEqual([
      { name: 'id', type: 'BIGINT' },
    ]);
    expect(await ndjson.text()).toBe('{"id":8}\n{"id":9}\n');
    const csv = await post(query, { accept: 'text/csv' });
    expect(await csv.text()).toBe('id\n8\n9\n');
    const arrow = await post(query, { accept: 'application/vnd.apache.arrow.stream' });
    const table = tableFromIPC(new Uint8Array(await arrow.arrayBuffer()));
    expect(table.toArray().map(({ id }) => id)).toEqual([8n, 9n]);
    const plain = await post('SELECT 1 AS one', { 'content-type': 'application/sql' });
    expect(await plain.text()).toBe('{"one":1}\n');
  });

  test('what is wrong with the SQL comes with its place', async () => {
    const response = await post({ sql: 'SELECT *\nFROM user-events' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: {
        kind: 'SYNTAX',
        position: { line: 2, column: 10 },
        hint: expect.stringContaining('quotes'),
      },
    });
    const late = await post({
      sql: 'SELECT count(*) FROM range(100000000000) a, range(9999) b',
      timeoutMs: 50,
    });
    expect(late.status).toBe(504);
    expect((await post({ sql: "COPY (SELECT 1) TO '/tmp/x'" })).status).toBe(403);
  });

  test.each([
    ['{', {}, 400],
    ['[]', {}, 400],
    [{ sql: 5 }, {}, 400],
    [{ sql: 'SELECT 1', parameters: {} }, {}, 400],
    [{ sql: 'SELECT 1', parameters: [{}] }, {}, 400],
    [{ sql: 'SELECT 1', timeoutMs: -1 }, {}, 400],
    [{ sql: 'SELECT 1', other: 1 }, {}, 400],
    [{ sql: 'SELECT 1' }, { accept: 'image/png' }, 406],
    ['SELECT 1', { 'content-type': 'text/plain' }, 415],
    [{ sql: 'SELECT 1' }, { origin: 'https://example.com' }, 403],
    [`{"sql": "${'x'.repeat(5 * 1024 * 1024)}"}`, {}, 413],
  ] as const)('request %# is refused', async (body, headers, status) => {
    const response = await post(body, headers);
    expect(response.status).toBe(status);
    expect(await response.json()).toHaveProperty('error.message');
  });

  test('a port that is taken is told, and leaves nothing open', async () => {
    const port = Number(new URL(broker.httpUrl ?? '').port);
    const second = startTestBroker({ settings: { 'http.enabled': true, 'http.bind_port': port } });
    await expect(second).rejects.toThrow('http.bind_port');
  });

  test('how far a named query is can be asked while it runs', async () => {
    const messages = Array.from({ length: 20_000 }, (_, id) => ({ value: `{"id": ${id}}` }));
    await broker.produceBatch('user-events', messages);
    const controller = new AbortController();
    // One row of the topic at a time meets an endless join: the scan goes on while the query runs.
    const sql = `SELECT count(*) FROM user_events a, user_events b, user_events c WHERE a.id + b.id = c.id`;
    const running = fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sql, name: 'long-one' }),
      signal: controller.signal,
    }).catch((error: unknown) => error);
    let answer = await fetch(`${url}/progress/long-one`);
    while (answer.status === 404) answer = await fetch(`${url}/progress/long-one`);
    expect(await answer.json()).toEqual({
      recordsRead: expect.any(Number),
      recordsTotal: expect.any(Number),
    });
    controller.abort();
    await running;
    while ((await fetch(`${url}/progress/long-one`)).ok);
    expect((await post({ sql: 'SELECT 1', name: 'a b' })).status).toBe(400);
  });

  test('other methods and paths', async () => {
    expect((await fetch(url)).status).toBe(405);
    expect((await fetch(`${broker.httpUrl}/`)).status).toBe(404);
  });

  test('a failure in the middle breaks the answer off', async () => {
    const response = await post({ sql: 'SELECT range FROM range(100000000)', rowsMax: 100_000 });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  test('a client that leaves ends its query', async () => {
    for (let i = 0; i < 8; i++) {
      await new Promise<void>((resolve, reject) => {
        const request = httpRequest(
          url,
          { method: 'POST', headers: { 'content-type': 'application/sql' } },
          (response) => {
            response.once('data', () => {
              response.destroy();
              resolve();
            });
            response.on('error', () => undefined);
          },
        );
        request.on('error', reject);
        request.end('SELECT range FROM range(1000000)');
      });
    }
    // As many as run at a time, twice: none of them is still taken.
    const answer = await post({ sql: 'SELECT 1 AS one', timeoutMs: 5000 });
    expect(await answer.text()).toBe('{"one":1}\n');
  });
});
