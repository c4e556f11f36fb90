import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import avro from 'avsc';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Broker } from '../../../src/index.ts';
import { startTestBroker } from '../../../src/testing/index.ts';

/** A registry with as much of Confluent's REST API as is asked for. */
class Registry {
  readonly server: Server;
  readonly asked: string[] = [];
  readonly authorizations = new Set<string | undefined>();
  /** Answers that are not those of a registry that works. */
  broken: ((response: ServerResponse) => void) | undefined;
  readonly #subjects = new Map<string, number>();
  readonly #schemas = new Map<number, object>();

  constructor() {
    this.server = createServer((request, response) => {
      const path = request.url ?? '';
      this.asked.push(path);
      this.authorizations.add(request.headers.authorization);
      if (this.broken !== undefined) {
        this.broken(response);
        return;
      }
      const [, subject] = /^\/base\/subjects\/([^/]+)\/versions\/latest$/.exec(path) ?? [];
      const [, byId] = /^\/base\/schemas\/ids\/(\d+)$/.exec(path) ?? [];
      const id =
        byId === undefined ? this.#subjects.get(decodeURIComponent(subject ?? '')) : Number(byId);
      const schema = this.#schemas.get(id ?? -1);
      response.statusCode = schema === undefined ? 404 : 200;
      const found = subject === undefined ? schema : { ...schema, id, subject, version: 1 };
      response.end(JSON.stringify(found ?? { error_code: 40403, message: 'Schema not found' }));
    });
  }

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/base/`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  register(id: number, schema: object, subject?: string): void {
    this.#schemas.set(id, schema);
    if (subject !== undefined) this.#subjects.set(subject, id);
  }
}

const ORDER = { type: 'record', name: 'Order', fields: [{ name: 'id', type: 'long' }] } as const;
const PRICED = {
  ...{ type: 'record', name: 'Order' },
  fields: [
    { name: 'id', type: 'long' },
    { name: 'price', type: ['null', 'double'], default: null },
  ],
} as const;

function framed(id: number, body: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(id, 1);
  return Buffer.concat([head, body]);
}

function encoded(id: number, schema: object, value: object): { value: Buffer } {
  const type = avro.Type.forSchema(schema as avro.Schema);
  return { value: framed(id, type.toBuffer(value)) };
}

let registry: Registry;
let broker: Broker;
beforeEach(async () => {
  registry = new Registry();
  broker = await startTestBroker({
    topics: ['orders', 'plain', 'events'],
    settings: {
      'sql.schema_registry.url': await registry.listen(),
      'sql.schema_registry.basic_auth': 'reader:secret',
      'sql.schema_registry.cache_ms': 0,
      'sql.schema_registry.timeout_ms': 300,
    },
  });
});
afterEach(async () => {
  await broker.close();
  await registry.close();
});

test('topics are read with the latest schema of their subject, and records with the one of their id', async () => {
  registry.register(1, { schema: JSON.stringify(ORDER) });
  registry.register(2, { schema: JSON.stringify(PRICED), schemaType: 'AVRO' }, 'orders-value');
  registry.register(
    3,
    { schemaType: 'JSON', schema: '{"properties": {"kind": {"type": "string"}}}' },
    'events-value',
  );
  await broker.produceBatch('orders', [
    encoded(1, ORDER, { id: 1 }),
    encoded(2, PRICED, { id: 2, price: 2.5 }),
    encoded(9, PRICED, { id: 3, price: null }),
  ]);
  await broker.produceBatch('events', [{ value: framed(3, Buffer.from('{"kind": "buy"}')) }]);
  await broker.produceBatch('plain', [{ value: '{"a": 1}' }]);
  expect(await broker.sql('SELECT id, price FROM orders ORDER BY kafka_offset')).toEqual([
    { id: 1n, price: null },
    { id: 2n, price: 2.5 },
    // Nobody knows the schema of id 9.
    { id: null, price: null },
  ]);
  expect(await broker.sql('SELECT kind FROM events')).toEqual([{ kind: 'buy' }]);
  expect(await broker.sql('SELECT a FROM plain')).toEqual([{ a: 1n }]);
  expect([...registry.authorizations]).toEqual([
    `Basic ${Buffer.from('reader:secret').toString('base64')}`,
  ]);
  // What is declared goes before what is registered.
  await broker.sql('CREATE TOPIC SCHEMA events (other VARCHAR)');
  await expect(broker.sql('SELECT kind FROM events')).rejects.toThrow('kind');
  expect(registry.asked.filter((path) => path.endsWith('/ids/1'))).toHaveLength(1);
});

test('a registry that cannot be asked ends the query, and what it told before counts on', async () => {
  registry.register(2, { schema: JSON.stringify(PRICED) }, 'orders-value');
  await broker.produceBatch('orders', [encoded(2, PRICED, { id: 2, price: null })]);
  expect(await broker.sql('SELECT id FROM orders')).toEqual([{ id: 2n }]);
  const failures: ((response: ServerResponse) => void)[] = [
    (response) => {
      response.statusCode = 500;
      response.end('out of order');
    },
    (response) => response.end('no JSON'),
    (response) => response.end('{}'),
    (response) => response.end('x'.repeat(5 * 1024 * 1024)),
    (response) => response.writeHead(302, { location: 'http://127.0.0.1:31351/' }).end(),
    (response) => response.destroy(),
    // It never answers.
    () => undefined,
  ];
  for (const [index, broken] of failures.entries()) {
    registry.broken = broken;
    await broker.createTopic(`unknown-${index}`);
    await expect(broker.sql(`SELECT * FROM "unknown-${index}"`)).rejects.toMatchObject({
      kind: 'UNAVAILABLE',
      message: expect.stringContaining('schema registry'),
    });
  }
  expect(await broker.sql('SELECT id FROM orders')).toEqual([{ id: 2n }]);
  // Records of an id that nobody can be asked about make the statement fail, and are not taken for NULL.
  await broker.produceBatch('orders', [encoded(7, ORDER, { id: 7 })]);
  await broker.sql('CREATE TABLE copied (id BIGINT)');
  for (const sql of ['SELECT id FROM orders', 'INSERT INTO copied SELECT id FROM orders']) {
    await expect(broker.sql(sql)).rejects.toMatchObject({ kind: 'UNAVAILABLE' });
  }
  expect(await broker.sql('FROM copied')).toEqual([]);
  await broker.sql('CREATE MATERIALIZED VIEW ids AS SELECT id FROM orders');
  await expect
    .poll(async () => (await broker.sql('SHOW STREAMS'))[0]?.message, { timeout: 20_000 })
    .toContain('schema registry');
  registry.register(7, { schema: JSON.stringify(ORDER) });
  registry.broken = undefined;
  await broker.streamCaughtUp('ids');
  expect(await broker.sql('FROM ids ORDER BY id')).toEqual([{ id: 2n }, { id: 7n }]);
  const [told] = await broker.sql('SELECT errors::INTEGER AS errors FROM kawadb_streams');
  expect(told).toEqual({ errors: 0 });
});

test('schemas that cannot be read leave the bytes as they are', async () => {
  registry.register(1, { schema: 'no Avro' }, 'orders-value');
  registry.register(
    2,
    { schema: JSON.stringify(ORDER), references: [{ name: 'x', subject: 'x', version: 1 }] },
    'events-value',
  );
  await broker.produceBatch('orders', [{ value: framed(1, Buffer.from([255])) }]);
  await broker.produceBatch('events', [{ value: framed(2, Buffer.from([2])) }]);
  for (const topic of ['orders', 'events']) {
    const columns = await broker.sql(`DESCRIBE ${topic}`);
    expect(columns.map(({ column_name }) => column_name)).not.toContain('id');
    expect(await broker.sql(`SELECT count(value) AS n FROM ${topic}`)).toEqual([{ n: 1n }]);
  }
});
