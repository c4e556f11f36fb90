import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import avro from 'avsc';
import protobuf from 'protobufjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Broker, SqlError } from '../../../src/index.ts';
import { startTestBroker } from '../../../src/testing/index.ts';

const EVENT = {
  ...{ type: 'record', name: 'Event', namespace: 'shop' },
  fields: [
    { name: 'user_id', type: 'long' },
    { name: 'event', type: ['null', 'string'], default: null },
    { name: 'created', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'price', type: { type: 'bytes', logicalType: 'decimal', precision: 10, scale: 2 } },
    { name: 'tags', type: { type: 'array', items: 'string' } },
    { name: 'counts', type: { type: 'map', values: 'int' } },
    { name: 'raw', type: { type: 'fixed', name: 'Raw', size: 2 } },
  ],
};
const PROTO = `syntax = "proto3";
import "google/protobuf/timestamp.proto";
package shop;
enum Kind { NONE = 0; CLICK = 1; }
message Event {
  int64 user_id = 1; Kind kind = 2; optional double amount = 3; repeated string tags = 4;
  map<string, int64> counts = 5; Place place = 6; google.protobuf.Timestamp created = 7; Event parent = 8;
  message Place { string city = 1; }
}
message Other { string user_id = 1; }`;

function framed(id: number, ...parts: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(id, 1);
  return Buffer.concat([head, ...parts]);
}

function avroEvent(userId: number, event: string | null): Buffer {
  const type = avro.Type.forSchema(EVENT as avro.Schema);
  return type.toBuffer({
    ...{ user_id: userId, event, created: 1_700_000_000_123, price: Buffer.from([0xfb, 0x2e]) },
    ...{ tags: ['a', 'b'], counts: { x: 1 }, raw: Buffer.from([0, 255]) },
  });
}

function protoMessage(name: string, value: object): Uint8Array {
  const { root } = protobuf.parse(PROTO, { keepCase: true });
  root.addJSON(protobuf.common.get('google/protobuf/timestamp.proto')?.nested ?? {});
  const type = root.lookupType(name);
  return type.encode(type.fromObject(value)).finish();
}

let broker: Broker;
const topics = [
  'plain',
  'avro-raw',
  'avro.framed',
  'proto',
  'proto-framed',
  'json-framed',
  'keyed',
];
beforeAll(async () => {
  broker = await startTestBroker({ topics });
});
afterAll(() => broker.close());

async function failure(sql: string): Promise<SqlError> {
  return (await broker.sql(sql).then(
    () => expect.fail(sql),
    (error: unknown) => error,
  )) as SqlError;
}

describe('JSON', () => {
  test('declared columns take the place of inferred ones; what does not fit is null', async () => {
    await broker.produceBatch('plain', [
      { value: '{"user_id": 1, "event": "click", "place": {"city": "Köln"}, "n": 7}' },
      { value: '{"user_id": "many", "event": 5, "created": "2024-05-06T07:08:09Z"}' },
      { value: 'no JSON' },
    ]);
    expect(await broker.sql('SELECT n FROM plain WHERE n = 7')).toHaveLength(1);
    const created = await broker.sql(
      `CREATE TOPIC SCHEMA "plain" (user_id BIGINT, event VARCHAR, created TIMESTAMP, place STRUCT(city VARCHAR), price DECIMAL(10, 2))`,
    );
    expect(created).toEqual([
      expect.objectContaining({ topic: 'plain', role: 'value', format: 'json', framing: 'none' }),
    ]);
    expect(
      await broker.sql('SELECT user_id, event, created, place.city, value FROM plain'),
    ).toEqual([
      expect.objectContaining({ user_id: 1n, event: 'click', created: null, city: 'Köln' }),
      expect.objectContaining({
        user_id: null,
        event: '5',
        created: new Date('2024-05-06T07:08:09Z'),
      }),
      { user_id: null, event: null, created: null, city: null, value: 'no JSON' },
    ]);
    expect((await failure('SELECT n FROM plain')).hint).toContain('Candidate');
    expect(await broker.sql('SHOW TOPIC SCHEMAS')).toHaveLength(1);
    const [scans] = await broker.sql('EXPLAIN SELECT max(user_id) FROM plain');
    expect(scans?.explain_value).toBe('plain: fields user_id');
    expect((await failure('CREATE TOPIC SCHEMA plain (n BIGINT)')).hint).toContain('OR REPLACE');
    await broker.sql('CREATE TOPIC SCHEMA IF NOT EXISTS plain (n BIGINT)');
    await broker.sql('CREATE OR REPLACE TOPIC SCHEMA plain (n BIGINT)');
    expect(await broker.sql('SELECT sum(n)::BIGINT AS n FROM plain')).toEqual([{ n: 7n }]);
    await broker.sql('DROP TOPIC SCHEMA plain');
    expect(await broker.sql('SELECT user_id FROM plain WHERE n = 7')).toHaveLength(1);
    expect((await failure('DROP TOPIC SCHEMA plain')).message).toContain('no declared schema');
    await broker.sql('DROP TOPIC SCHEMA IF EXISTS plain');
  });

  test('JSON Schema gives the columns, also within frames', async () => {
    const schema = {
      ...{
        type: 'object',
        $defs: { place: { type: 'object', properties: { city: { type: 'string' } } } },
      },
      properties: {
        id: { type: ['integer', 'null'] },
        created: { type: 'string', format: 'date-time' },
        place: { $ref: '#/$defs/place' },
        scores: { type: 'object', additionalProperties: { type: 'number' } },
        any: { type: ['string', 'integer'] },
      },
    };
    await broker.sql(
      `CREATE TOPIC SCHEMA json_framed WITH (format = 'json', schema = '${JSON.stringify(schema)}', framing = 'confluent')`,
    );
    const value = {
      id: 3,
      created: '2024-01-02T03:04:05Z',
      place: { city: 'Rom' },
      scores: { a: 0.5 },
    };
    await broker.produceBatch('json-framed', [
      { value: framed(9, Buffer.from(JSON.stringify(value))) },
      { value: Buffer.from(JSON.stringify(value)) },
    ]);
    expect(
      await broker.sql(`SELECT id, created, place.city, scores['a'] AS a FROM json_framed`),
    ).toEqual([
      { id: 3n, created: new Date('2024-01-02T03:04:05Z'), city: 'Rom', a: 0.5 },
      { id: null, created: null, city: null, a: null },
    ]);
    const described = await broker.sql('DESCRIBE json_framed');
    expect(described.find(({ column_name: name }) => name === 'any')?.column_type).toBe('JSON');
  });
});

describe('Avro', () => {
  test('records without frames', async () => {
    const schema = JSON.stringify(EVENT);
    await broker.sql(
      `CREATE TOPIC SCHEMA "avro-raw" WITH (format = 'avro', schema = $$${schema}$$)`,
    );
    await broker.produceBatch('avro-raw', [
      { value: avroEvent(Number.MAX_SAFE_INTEGER - 1, 'click') },
      { value: Buffer.from([1]) },
      { value: null },
    ]);
    const rows = await broker.sql(
      `SELECT user_id, event, created, price::VARCHAR AS price, tags, counts['x'] AS x, hex(raw) AS raw, octet_length(value) > 20 AS whole
       FROM avro_raw`,
    );
    expect(rows).toEqual([
      {
        ...{ user_id: BigInt(Number.MAX_SAFE_INTEGER - 1), event: 'click', price: '-12.34' },
        ...{
          created: new Date(1_700_000_000_123),
          tags: ['a', 'b'],
          x: 1,
          raw: '00FF',
          whole: true,
        },
      },
      expect.objectContaining({ user_id: null, tags: null, whole: false }),
      expect.objectContaining({ user_id: null, whole: null }),
    ]);
  });

  test('frames are read with the schema of their id', async () => {
    const schema = JSON.stringify(EVENT);
    const older = JSON.stringify({ ...EVENT, fields: EVENT.fields.slice(0, 1) });
    await broker.sql(
      `CREATE TOPIC SCHEMA "avro.framed" WITH (format = 'avro', schema = '${schema}', schema_id = 7)`,
    );
    await broker.sql(
      `CREATE TOPIC SCHEMA another WITH (format = 'avro', schema = '${older}', schema_id = 6)`,
    );
    const id = avro.Type.forSchema('long');
    await broker.produceBatch('avro.framed', [
      { value: framed(7, avroEvent(1, null)) },
      { value: framed(6, id.toBuffer(2)) },
      { value: framed(5, id.toBuffer(3)) },
      { value: avroEvent(4, 'x') },
    ]);
    const rows = await broker.sql('SELECT user_id, created IS NULL AS part FROM avro_framed');
    expect(rows.map(({ user_id, part }) => [user_id, part])).toEqual([
      [1n, false],
      [2n, true],
      [null, true],
      [null, true],
    ]);
  });
});

describe('Protobuf', () => {
  const event = {
    ...{ user_id: '9007199254740993', kind: 'CLICK', tags: ['a'], counts: { x: 5 } },
    ...{ place: { city: 'Köln' }, created: { seconds: 1_700_000_000, nanos: 123_000_000 } },
  };

  test('messages, with defaults and absent fields', async () => {
    await broker.sql(`CREATE TOPIC SCHEMA proto WITH (format = 'protobuf', schema = '${PROTO}')`);
    await broker.produceBatch('proto', [
      { value: Buffer.from(protoMessage('shop.Event', event)) },
      { value: Buffer.alloc(0) },
      { value: Buffer.from([255]) },
    ]);
    const rows = await broker.sql(
      `SELECT user_id, kind, amount, tags, counts['x'] AS x, place.city, created, parent FROM proto`,
    );
    const none = { amount: null, city: null, created: null, parent: null };
    expect(rows).toEqual([
      {
        ...{ ...none, user_id: 9007199254740993n, kind: 'CLICK', tags: ['a'], x: 5n, city: 'Köln' },
        created: new Date(1_700_000_000_123),
      },
      { ...none, user_id: 0n, kind: 'NONE', tags: [], x: null },
      { ...none, user_id: null, kind: null, tags: null, x: null },
    ]);
  });

  test('a frame names the message', async () => {
    await broker.sql(
      `CREATE TOPIC SCHEMA "proto-framed" (user_id VARCHAR) WITH (format = 'protobuf', schema = '${PROTO}', framing = 'confluent')`,
    );
    const other = protoMessage('shop.Other', { user_id: 'u' });
    await broker.produceBatch('proto-framed', [
      { value: framed(1, Buffer.from([0]), protoMessage('shop.Event', event)) },
      { value: framed(1, Buffer.from([2, 2]), other) },
      { value: framed(1, Buffer.from([2, 10]), other) },
    ]);
    expect(await broker.sql('SELECT user_id FROM proto_framed')).toEqual([
      { user_id: '9007199254740993' },
      { user_id: 'u' },
      { user_id: null },
    ]);
  });
});

test('keys have a schema of their own', async () => {
  await broker.sql('CREATE TOPIC SCHEMA keyed FOR KEY (id BIGINT)');
  await broker.produceBatch('keyed', [{ key: '{"id": 5}', value: '{"id": 6}' }]);
  expect(await broker.sql('SELECT key_fields.id AS key_id, id FROM keyed')).toEqual([
    { key_id: 5n, id: 6n },
  ]);
});

test.each([
  ['CREATE TOPIC SCHEMA', 1, 20, 'name of a topic'],
  ['CREATE TOPIC SCHEMA t (a)', 1, 25, 'has no type'],
  ['CREATE TOPIC SCHEMA t (\n a NOTYPE)', 2, 4, 'NOTYPE'],
  ['CREATE TOPIC SCHEMA t (a BIGINT, A BIGINT)', 1, 34, 'two columns'],
  ['CREATE TOPIC SCHEMA t (kafka_offset BIGINT)', 1, 24, 'of its own'],
  ['CREATE TOPIC SCHEMA t (a BIGINT', 1, 32, ') is missing'],
  ['CREATE TOPIC SCHEMA t', 1, 22, 'no columns'],
  ["CREATE TOPIC SCHEMA t WITH (format = 'xml')", 1, 38, 'no format'],
  ["CREATE TOPIC SCHEMA t WITH (form = 'xml')", 1, 29, 'no option'],
  ["CREATE TOPIC SCHEMA t WITH (format = 'avro')", 1, 38, 'needs a schema'],
  ["CREATE TOPIC SCHEMA t WITH (format = 'avro', schema = '{')", 1, 55, 'no avro'],
  ["CREATE TOPIC SCHEMA t WITH (format = 'protobuf', schema = 'message')", 1, 59, 'no protobuf'],
  ["CREATE TOPIC SCHEMA t (a BIGINT) WITH (schema_id = 'x')", 1, 52, 'number'],
  ["CREATE TOPIC SCHEMA t (a BIGINT) WITH (framing = 'other')", 1, 50, 'no framing'],
  ['DROP TOPIC SCHEMA t now', 1, 21, 'now is not expected'],
])('%s is refused with its place', async (sql, line, column, message) => {
  const error = await failure(sql);
  expect({ message: error.message, position: error.position }).toEqual({
    message: expect.stringContaining(message) as string,
    position: { line, column },
  });
});

test('declared schemas outlive the broker', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kawadb-schemas-'));
  try {
    {
      await using first = await startTestBroker({
        storage: 'segment',
        dataDir,
        topics: ['orders'],
      });
      await first.sql('CREATE TOPIC SCHEMA orders (id BIGINT, price DECIMAL(9, 3))');
    }
    await using second = await startTestBroker({ storage: 'segment', dataDir });
    await second.produceBatch('orders', [{ value: '{"id": 1, "price": "1.5"}' }]);
    expect(await second.sql('SELECT id, price::VARCHAR AS price FROM orders')).toEqual([
      { id: 1n, price: '1.500' },
    ]);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
