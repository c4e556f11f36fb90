import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Broker, StartBrokerOptions } from '../../../../src/index.ts';
import { startTestBroker } from '../../../../src/testing/index.ts';

let options: StartBrokerOptions & { readonly dataDir: string };
beforeEach(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kawadb-streams-'));
  options = { storage: 'segment', dataDir };
});
afterEach(() => rm(options.dataDir, { recursive: true, force: true }));

const START_MS = Date.UTC(2024, 0, 1);

function events(from: number, to: number) {
  return Array.from({ length: to - from }, (_, i) => ({
    timestampMs: START_MS + (from + i) * 1000,
    value: JSON.stringify({ user: (from + i) % 3, amount: from + i }),
  }));
}

async function status(broker: Broker, view: string) {
  const [found] = await broker.sql('SELECT * FROM kawadb_streams WHERE name = $1', [view]);
  return found ?? {};
}

test('a topic that is deleted and made again is read from its start; what was computed stays', async () => {
  await using broker = await startTestBroker({ topics: ['events'] });
  await broker.produceBatch('events', events(0, 30));
  await broker.sql(`CREATE MATERIALIZED VIEW per_user AS SELECT user, count(*) AS n FROM events GROUP BY user
    WINDOW TUMBLING (INTERVAL 10 MINUTES)`);
  await broker.streamCaughtUp('per_user');
  await broker.deleteTopic('events');
  await expect
    .poll(() => status(broker, 'per_user'), { timeout: 20_000 })
    .toMatchObject({ state: 'WAITING', message: 'there is no topic events' });
  await broker.createTopic('events');
  await broker.produceBatch('events', events(30, 33));
  await broker.streamCaughtUp('per_user');
  expect(await broker.sql('SELECT user, n FROM per_user ORDER BY user')).toEqual(
    [0n, 1n, 2n].map((user) => ({ user, n: 11n })),
  );
  expect(await status(broker, 'per_user')).toMatchObject({ state: 'RUNNING', rows: 33n });
});

test('records that retention took before they were read are reported as lost', async () => {
  await using broker = await startTestBroker({
    ...options,
    topics: ['events'],
  });
  await broker.produceBatch('events', events(0, 10));
  await broker.sql(`CREATE MATERIALIZED VIEW per_user AS SELECT user, count(*) AS n FROM events GROUP BY user
    WINDOW TUMBLING (INTERVAL 10 MINUTES)`);
  await broker.streamCaughtUp('per_user');
  await broker.sql('PAUSE MATERIALIZED VIEW per_user');
  await broker.produceBatch('events', events(10, 40));
  await deleteRecords(broker, 'events', 25n);
  await broker.sql('RESUME MATERIALIZED VIEW per_user');
  await broker.streamCaughtUp('per_user');
  expect(await status(broker, 'per_user')).toMatchObject({ rows: 25n, lost: 15n, lag: 0n });
});

test('state of another version of the engine is computed anew, and nothing is told twice', {
  timeout: 60_000,
}, async () => {
  const view = `CREATE MATERIALIZED VIEW spread WITH (topic = 'spread-out') AS
    SELECT user, stddev(amount) AS spread, count(*) AS n FROM events GROUP BY user WINDOW TUMBLING (INTERVAL 10 SECONDS)`;
  {
    await using broker = await startTestBroker({ ...options, topics: ['events'] });
    await broker.produceBatch('events', events(0, 100));
    await broker.sql(view);
    await broker.streamCaughtUp('spread');
  }
  const file = join(options.dataDir, 'sql', 'tables.duckdb');
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  const changed = await connection.run(
    `UPDATE streams.views SET schemas = regexp_replace(schemas, '"engineVersion":"[^"]*"', '"engineVersion":"v0"')`,
  );
  expect(changed.rowsChanged).toBe(1);
  connection.closeSync();
  instance.closeSync();
  await using broker = await startTestBroker(options);
  await broker.produceBatch('events', events(100, 150));
  await broker.streamCaughtUp('spread');
  expect(await status(broker, 'spread')).toMatchObject({ rows: 150n, late: 0n, state: 'RUNNING' });
  const [output] = await broker.sql(
    `SELECT count(*) AS n, count(DISTINCT key) AS keys FROM "spread-out"`,
  );
  expect(output?.n).toBe(output?.keys);
  const [results] = await broker.sql('SELECT count(*) AS n, sum(n)::BIGINT AS rows FROM spread');
  expect(results).toEqual({ n: output?.n, rows: 140n });
});

async function deleteRecords(broker: Broker, topic: string, beforeOffset: bigint): Promise<void> {
  const { BrokerConnection } = await import(
    '../../../../src/adapters/kafka-client/broker-connection.ts'
  );
  const { DeleteRecordsApi } = await import(
    '../../../../src/domain/protocol/messages/delete-records.ts'
  );
  const connection = await BrokerConnection.open(
    { host: broker.host, port: broker.port },
    { clientId: 'test', connectTimeoutMs: 5000, requestTimeoutMs: 5000, maxResponseBytes: 1e6 },
  );
  const partitions = [{ partitionIndex: 0, offset: beforeOffset }];
  await connection.send(DeleteRecordsApi, {
    topics: [{ name: topic, partitions }],
    timeoutMs: 5000,
  });
  connection.close();
}
