import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Broker } from '../../../src/index.ts';
import { startTestBroker } from '../../../src/testing/index.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';

let broker: Broker;
let port: number;
beforeAll(async () => {
  broker = await startTestBroker({
    topics: ['user-events'],
    settings: {
      'postgres.enabled': true,
      'postgres.bind_port': 0,
      'postgres.connections_max': 12,
      'postgres.message_bytes_max': 65_536,
      'postgres.startup_timeout_ms': 400,
    },
  });
  port = Number(new URL(broker.postgresUrl ?? '').port);
  const messages = Array.from({ length: 5000 }, (_, id) => ({ value: JSON.stringify({ id }) }));
  await broker.produceBatch('user-events', messages);
  await broker.sql('CREATE TABLE users (id BIGINT PRIMARY KEY, name VARCHAR)');
});
afterAll(() => broker.close());

async function withClient<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: broker.postgresUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function failure(query: Promise<unknown>): Promise<pg.DatabaseError> {
  return query.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: pg.DatabaseError) => error,
  );
}

describe('node-postgres', () => {
  test('values of every type, in text and with parameters', async () => {
    const sql = `SELECT 1 AS i, 2::BIGINT AS l, 1.50::DECIMAL(10,2) AS d, 0.25::DOUBLE AS f, 'ä' AS t, NULL AS n,
      true AS b, TIMESTAMPTZ '2024-01-02 03:04:05.006Z' AS ts, DATE '2024-01-02' AS day, [1, NULL] AS list,
      ['a', 'b c'] AS texts, {a: 1, b: ['x']} AS struct, MAP {'k': 1} AS map, '\\xAA\\x00'::BLOB AS blob,
      INTERVAL 90 MINUTE AS i2, uuid '00000000-0000-0000-0000-000000000001' AS u, 'NaN'::DOUBLE AS nan,
      '{"x": 1}'::JSON AS json, 340282366920938463463374607431768211455::UHUGEINT AS huge`;
    const { rows, fields } = await withClient((client) => client.query(sql));
    expect(rows[0]).toMatchObject({
      ...{ i: 1, l: '2', d: '1.50', f: 0.25, t: 'ä', n: null, b: true, list: [1, null] },
      ...{ texts: ['a', 'b c'], struct: { a: 1, b: ['x'] }, map: [{ key: 'k', value: 1 }] },
      ...{ ts: new Date('2024-01-02T03:04:05.006Z'), blob: Buffer.from([0xaa, 0]) },
      ...{ i2: { hours: 1, minutes: 30 }, u: '00000000-0000-0000-0000-000000000001' },
      ...{ nan: Number.NaN, json: { x: 1 }, huge: '340282366920938463463374607431768211455' },
    });
    expect(fields.find(({ name }) => name === 'd')?.dataTypeID).toBe(1700);
    const found = await withClient((client) =>
      client.query('SELECT id, $2::VARCHAR AS t FROM user_events WHERE id = $1 AND id < $3', [
        ...['77', 'x', 100],
      ]),
    );
    expect(found.rows).toEqual([{ id: '77', t: 'x' }]);
    expect(found.command).toBe('SELECT');
  });

  test('writes tell how many rows they changed; arrays, times and bytes are parameters', async () => {
    await withClient(async (client) => {
      await client.query('CREATE TABLE things (time TIMESTAMP, data BLOB, tags VARCHAR[])');
      const at = new Date('2024-05-06T07:08:09Z');
      const insert = 'INSERT INTO things VALUES ($1, $2, $3::VARCHAR[])';
      const tags = ['a', 'b'];
      const inserted = await client.query(insert, [at.toISOString(), Buffer.from([1, 255]), tags]);
      expect(inserted).toMatchObject({ command: 'INSERT', rowCount: 1 });
      const { rows } = await client.query('SELECT epoch_ms(time) AS ms, data, tags FROM things');
      expect(rows).toEqual([
        { ms: String(at.getTime()), data: Buffer.from([1, 255]), tags: ['a', 'b'] },
      ]);
      expect(await client.query('UPDATE things SET data = NULL')).toMatchObject({ rowCount: 1 });
      expect(await client.query('DROP TABLE things')).toMatchObject({ command: 'DROP' });
    });
  });

  test('named statements, several statements, empty ones', async () => {
    await withClient(async (client) => {
      const query = { name: 'by-id', text: 'SELECT id FROM user_events WHERE id = $1' };
      for (const id of [5, 6]) {
        expect((await client.query({ ...query, values: [id] })).rows).toEqual([{ id: String(id) }]);
      }
      const both = (await client.query(
        'SELECT 1 AS a; SELECT 2 AS b',
      )) as unknown as pg.QueryResult[];
      expect(both.map(({ rows }) => rows[0])).toEqual([{ a: 1 }, { b: 2 }]);
      expect((await client.query(' -- nothing')).rows).toEqual([]);
      expect((await client.query('SELECT count(*), version() FROM users')).fields).toMatchObject([
        { name: 'count' },
        { name: 'version' },
      ]);
    });
  });

  test('errors have a code, a place and a hint, and the connection goes on', async () => {
    await withClient(async (client) => {
      const wrong = await failure(client.query('SELECT 1;\nSELECT nam FROM public.users'));
      expect(wrong).toMatchObject({ code: '42703', position: '18' });
      expect(wrong.hint).toContain('name');
      expect(await failure(client.query('SELEC $1', [1]))).toMatchObject({
        code: '42601',
        position: '1',
      });
      expect(await failure(client.query('SELECT * FROM nothing'))).toMatchObject({ code: '42P01' });
      expect(await failure(client.query("COPY users TO '/tmp/x'"))).toMatchObject({
        code: '42501',
      });
      expect(await failure(client.query('SELECT $1::INTEGER', ['x']))).toMatchObject({
        code: '22P02',
      });
      await client.query("INSERT INTO users VALUES (7, 'x')");
      const duplicate = await failure(client.query("INSERT INTO users VALUES (7, 'y')"));
      expect(duplicate.code).toBe('23505');
      await client.query('DELETE FROM users');
      expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    });
  });

  test('settings', async () => {
    await withClient(async (client) => {
      expect((await client.query('SHOW server_version')).rows).toEqual([
        { server_version: '15.0 (KawaDB)' },
      ]);
      expect(await failure(client.query('SET nonsense = 1'))).toMatchObject({ code: '42704' });
      expect(await failure(client.query("SET client_encoding = 'LATIN1'"))).toMatchObject({
        code: '22023',
      });
      await client.query('SET statement_timeout = 100');
      const endless = 'SELECT count(*) FROM range(100000000000) a, range(1000000) b';
      expect(await failure(client.query(endless))).toMatchObject({ code: '57014' });
      expect((await client.query('SHOW statement_timeout')).rows[0]).toEqual({
        statement_timeout: '100',
      });
    });
  });

  test('a cancel request ends the statement', async () => {
    await withClient(async (client) => {
      const endless = failure(
        client.query('SELECT count(*) FROM range(100000000000) a, range(9999) b'),
      );
      const { processID, secretKey } = client as unknown as Record<string, number>;
      // A wrong key does nothing; the right one is sent until the statement has begun and ended.
      let isOver = false;
      void endless.then(() => {
        isOver = true;
      });
      await cancelRequest(processID as number, ((secretKey as number) ^ 1) | 0);
      for (let i = 0; i < 1000 && !isOver; i++) {
        await cancelRequest(processID as number, secretKey as number);
      }
      expect(await endless).toMatchObject({ code: '57014' });
      expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    });
  });
});

async function cancelRequest(processId: number, secretKey: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  const bytes = Buffer.alloc(16);
  for (const [index, value] of [16, 80_877_102, processId, secretKey].entries()) {
    bytes.writeInt32BE(value, index * 4);
  }
  socket.resume().end(bytes);
  await once(socket, 'close');
}

/** Messages as a driver sends them, and what comes back. */
class RawClient {
  readonly socket: Socket;
  #received = Buffer.alloc(0);
  #isClosed = false;
  #wake: () => void = () => undefined;

  constructor(at = port) {
    this.socket = connect(at, '127.0.0.1');
    this.socket.on('data', (chunk) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.#isClosed = true;
      this.#wake();
    });
  }

  static async connected(at = port): Promise<RawClient> {
    const client = new RawClient(at);
    client.startup('user\0me\0database\0any\0\0');
    await client.until('Z');
    return client;
  }

  startup(parameters: string, version = 0x30000): void {
    const bytes = Buffer.alloc(8);
    bytes.writeInt32BE(8 + parameters.length, 0);
    bytes.writeInt32BE(version, 4);
    this.socket.write(Buffer.concat([bytes, Buffer.from(parameters)]));
  }

  send(type: string, ...parts: (string | Buffer)[]): this {
    const body = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
    const head = Buffer.alloc(5);
    head.write(type);
    head.writeInt32BE(body.length + 4, 1);
    this.socket.write(Buffer.concat([head, body]));
    return this;
  }

  /** Messages up to one of a type, or up to the end of the connection. */
  async until(type: string): Promise<{ type: string; body: Buffer }[]> {
    const messages: { type: string; body: Buffer }[] = [];
    for (;;) {
      while (
        this.#received.length < 5 ||
        this.#received.length < 1 + this.#received.readInt32BE(1)
      ) {
        if (this.#isClosed) return messages;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      const end = 1 + this.#received.readInt32BE(1);
      const message = {
        type: this.#received.toString('latin1', 0, 1),
        body: this.#received.subarray(5, end),
      };
      this.#received = this.#received.subarray(end);
      messages.push(message);
      if (message.type === type) return messages;
    }
  }

  async types(type = 'Z'): Promise<string> {
    return (await this.until(type)).map((message) => message.type).join('');
  }

  close(): void {
    this.socket.destroy();
  }
}

function int16(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeInt16BE(value, index * 2);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

const SYNC: [string] = ['S'];

describe('the protocol', () => {
  test('encryption is declined, then the startup goes on', async () => {
    const client = new RawClient();
    for (const code of [80_877_103, 80_877_104])
      client.socket.write(Buffer.concat([int32(8), int32(code)]));
    await once(client.socket, 'data');
    client.close();
    const later = new RawClient();
    later.startup('user\0me\0_pq_.x\0y\0\0', 0x30002);
    expect(await later.types()).toMatch(/^vRS+KZ$/);
    later.close();
  });

  test('portals give rows in portions, and end with their transaction', async () => {
    const client = await RawClient.connected();
    client.send('Q', 'BEGIN\0');
    await client.until('Z');
    client.send('P', 'all\0SELECT id FROM user_events ORDER BY id\0', int16(0));
    client.send('B', 'p\0all\0', int16(0, 0, 1, 1));
    client.send('D', 'Pp\0').send('E', 'p\0', int32(3)).send('H');
    const first = await client.until('s');
    expect(first.map(({ type }) => type).join('')).toBe('12TDDDs');
    // In binary: one field of eight bytes.
    expect(first[3]?.body.toString('hex')).toBe('0001000000080000000000000000');
    client.send('E', 'p\0', int32(4996)).send(...SYNC);
    expect(await client.types()).toBe(`${'D'.repeat(4996)}sZ`);
    client.send('E', 'p\0', int32(0)).send(...SYNC);
    expect(await client.types()).toBe('DCZ');
    client.send('Q', 'COMMIT\0');
    await client.until('Z');
    client.send('E', 'p\0', int32(0)).send(...SYNC);
    const [error] = await client.until('Z');
    expect(error?.body.toString()).toContain('34000');
    client.close();
  });

  test('a statement is described before its parameters are known', async () => {
    const client = await RawClient.connected();
    client.send('P', 's\0SELECT id, $2 AS x FROM user_events WHERE id = $1\0', int16(0));
    client.send('D', 'Ss\0').send(...SYNC);
    const [, parameters, rows] = await client.until('Z');
    expect(parameters?.body.toString('hex')).toBe('0002' + '00000014' + '00000019');
    expect(rows?.type).toBe('T');
    // The first in binary, as its type is known now.
    const value = Buffer.from('000000000000002a', 'hex');
    client.send(
      ...(['B', '\0s\0', int16(2, 1, 0, 2), int32(8), value, int32(1), 'y', int16(0)] as const),
    );
    client.send('E', '\0', int32(0)).send(...SYNC);
    const answer = await client.until('Z');
    expect(answer.map(({ type }) => type).join('')).toBe('2DCZ');
    expect(answer[1]?.body.toString('latin1')).toContain('42');
    client
      .send('P', 'i\0INSERT INTO users VALUES ($1, $2)\0', int16(0))
      .send('D', 'Si\0')
      .send(...SYNC);
    expect(await client.types()).toBe('1tnZ');
    client.close();
  });

  test('after an error everything is skipped up to Sync', async () => {
    const client = await RawClient.connected();
    client.send('P', '\0SELECT nothing\0', int16(0)).send('D', 'S\0');
    client
      .send('B', '\0\0', int16(0, 0, 0))
      .send('E', '\0', int32(0))
      .send(...SYNC);
    expect(await client.types()).toBe('1EZ');
    client.send('B', '\0none\0', int16(0, 0, 0)).send(...SYNC);
    expect(await client.types()).toBe('EZ');
    client
      .send('P', '\0\0', int16(0))
      .send('B', '\0\0', int16(0, 0, 0))
      .send('D', 'P\0');
    client
      .send('E', '\0', int32(0))
      .send('C', 'P\0')
      .send(...SYNC);
    expect(await client.types()).toBe('12nI3Z');
    client.close();
  });

  test('cursors of SQL', async () => {
    const client = await RawClient.connected();
    client.send('Q', 'BEGIN; DECLARE c CURSOR FOR SELECT id FROM user_events ORDER BY id\0');
    expect(await client.types()).toBe('CCZ');
    client.send('Q', 'FETCH FORWARD 2 FROM c; FETCH 1 FROM c\0');
    expect(await client.types()).toBe('TDDCTDCZ');
    client.send('Q', 'CLOSE c; FETCH 1 FROM c\0');
    expect(await client.types()).toBe('CEZ');
    client.close();
  });

  test('a client that reads nothing holds its rows back, and frees its query when it leaves', async () => {
    const clients = await Promise.all(Array.from({ length: 5 }, () => RawClient.connected()));
    for (const client of clients) {
      client.socket.pause();
      client.send('Q', "SELECT repeat('x', 1000) FROM range(10000000)\0");
    }
    for (const client of clients) client.close();
    // More than run at a time were started: all of them are gone.
    const { rows } = await withClient((client) => client.query('SELECT 1 AS one'));
    expect(rows).toEqual([{ one: 1 }]);
  });
});

describe('hostile clients', () => {
  test.each([
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a startup that is too long', Buffer.concat([int32(20_000), int32(0x30000)])],
    ['a length below its own', int32(3)],
    ['a startup without end', Buffer.concat([int32(12), int32(0x30000), Buffer.from('user')])],
    ['a startup without a user', Buffer.concat([int32(9), int32(0x30000), Buffer.from('\0')])],
    ['protocol 2', Buffer.concat([int32(8), int32(0x20000)])],
    ['a broken cancel', Buffer.concat([int32(8), int32(80_877_102)])],
  ])('%s is told why and closed', async (_name, bytes) => {
    const client = new RawClient();
    client.socket.write(bytes);
    const messages = await client.until('none');
    expect(messages[0]?.type).toBe('E');
    expect(messages[0]?.body.toString()).toContain('FATAL');
  });

  test('who does not say who he is is closed in time', async () => {
    const client = new RawClient();
    expect(await client.until('none')).toEqual([]);
  });

  test.each([
    ['a message that is too long', Buffer.concat([Buffer.from('Q'), int32(1_000_000)])],
    ['a negative length', Buffer.concat([Buffer.from('Q'), int32(-1)])],
    ['an unknown type', Buffer.concat([Buffer.from('?'), int32(4)])],
    ['a query without end', Buffer.concat([Buffer.from('Q'), int32(6), Buffer.from('ab')])],
    [
      'a count that lies',
      Buffer.concat([Buffer.from('P'), int32(8), Buffer.from('\0\0'), int16(30_000)]),
    ],
    [
      'a negative count',
      Buffer.concat([Buffer.from('P'), int32(8), Buffer.from('\0\0'), int16(-1)]),
    ],
    [
      'a value that is cut off',
      Buffer.concat([
        Buffer.from('B'),
        int32(14),
        Buffer.from('\0\0'),
        int16(0, 1),
        int32(1 << 30),
      ]),
    ],
  ])('%s ends the connection', async (_name, bytes) => {
    const client = await RawClient.connected();
    client.socket.write(bytes);
    const messages = await client.until('none');
    expect(messages.at(-1)?.body.toString()).toContain('FATAL');
  });

  test('bytes that are no UTF-8, values that are not of their type', async () => {
    const client = await RawClient.connected();
    client.send('Q', Buffer.from([0x53, 0xff, 0]));
    const [error] = await client.until('Z');
    expect(error?.body.toString()).toContain('22021');
    client.send('P', 'n\0SELECT $1\0', int16(1), int32(23));
    client.send('B', '\0n\0', int16(1, 1, 1), int32(2), 'ab', int16(0)).send(...SYNC);
    const [, wrong] = await client.until('Z');
    expect(wrong?.body.toString()).toContain('22P03');
    client.close();
  });

  test('clients beyond the limit are turned away', async () => {
    const clients = await Promise.all(Array.from({ length: 12 }, () => RawClient.connected()));
    const [error] = await new RawClient().until('none');
    expect(error?.body.toString()).toContain('53300');
    for (const client of clients) client.close();
    await Promise.all(clients.map(({ socket }) => once(socket, 'close')));
  });
});

test('connections that break in the middle of a result are no failures of the broker', async () => {
  const logger = new RecordingLogger();
  await using own = await startTestBroker({
    settings: { 'postgres.enabled': true, 'postgres.bind_port': 0 },
    logger,
  });
  const ownPort = Number(new URL(own.postgresUrl ?? '').port);
  for (let i = 0; i < 6; i++) {
    const client = await RawClient.connected(ownPort);
    client.send('Q', "SELECT repeat('x', 1000) FROM range(10000000)\0");
    await client.until('D');
    client.socket.resetAndDestroy();
  }
  // More than run at a time: their queries have ended.
  expect(await own.sql('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(logger.errors).toEqual([]);
});

test('a broker that stops tells its clients', async () => {
  const stopping = await startTestBroker({
    settings: { 'postgres.enabled': true, 'postgres.bind_port': 0 },
  });
  const client = new pg.Client({ connectionString: stopping.postgresUrl });
  const errors: pg.DatabaseError[] = [];
  client.on('error', (error) => errors.push(error as pg.DatabaseError));
  await client.connect();
  const ended = new Promise<void>((resolve) => {
    client.on('end', () => resolve());
  });
  await stopping.close();
  await ended;
  expect(errors[0]?.code).toBe('57P01');
  const same = { 'postgres.enabled': true, 'postgres.bind_port': port };
  await expect(startTestBroker({ settings: same })).rejects.toThrow('postgres.bind_port');
});
