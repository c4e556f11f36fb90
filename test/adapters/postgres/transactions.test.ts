import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Broker } from '../../../src/index.ts';
import { startTestBroker } from '../../../src/testing/index.ts';

let broker: Broker;
const clients: pg.Client[] = [];

beforeAll(async () => {
  broker = await startTestBroker({
    topics: ['user-events', 'orders'],
    settings: {
      'postgres.enabled': true,
      'postgres.bind_port': 0,
      'postgres.idle_in_transaction_timeout_ms': 60_000,
      'sql.transactions_max': 4,
    },
  });
  await broker.produceBatch('user-events', [{ value: '{"id": 1}' }, { value: '{"id": 2}' }]);
  await broker.produceBatch('orders', [{ value: '{"price": 3}' }]);
  await broker.sql('CREATE TABLE accounts (id BIGINT PRIMARY KEY, amount BIGINT)');
});
beforeEach(async () => {
  for (const client of clients.splice(0)) await client.end();
  await broker.sql('DELETE FROM accounts');
  await broker.sql('INSERT INTO accounts VALUES (1, 10), (2, 20)');
});
afterAll(async () => {
  for (const client of clients) await client.end();
  await broker.close();
});

async function connected(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: broker.postgresUrl });
  client.on('error', () => undefined);
  await client.connect();
  clients.push(client);
  return client;
}

async function amounts(of: pg.Client | Broker = broker): Promise<unknown[]> {
  const sql = 'SELECT amount::INTEGER AS amount FROM accounts ORDER BY id';
  const rows = 'query' in of ? (await of.query(sql)).rows : await of.sql(sql);
  return rows.map(({ amount }) => amount);
}

function failure(query: Promise<unknown>): Promise<pg.DatabaseError> {
  return query.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: pg.DatabaseError) => error,
  );
}

/** What ReadyForQuery said last: I, T or E. */
function statusOf(client: pg.Client): () => string {
  let status = '';
  const { connection } = client as unknown as {
    connection: { on(name: string, listener: (message: { status: string }) => void): void };
  };
  connection.on('readyForQuery', (message) => {
    status = message.status;
  });
  return () => status;
}

describe('BEGIN, COMMIT and ROLLBACK', () => {
  test('what was written stays after COMMIT alone', async () => {
    const [a, b] = [await connected(), await connected()];
    await a.query('BEGIN');
    await a.query('UPDATE accounts SET amount = $1 WHERE id = 1', [11]);
    await a.query('INSERT INTO accounts VALUES (3, 30)');
    expect(await amounts(a)).toEqual([11, 20, 30]);
    expect(await amounts(b)).toEqual([10, 20]);
    expect(await a.query('ROLLBACK')).toMatchObject({ command: 'ROLLBACK' });
    expect(await amounts(a)).toEqual([10, 20]);
    await a.query('START TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ WRITE');
    await a.query('CREATE TABLE made AS SELECT 1 AS one');
    await a.query('DELETE FROM accounts WHERE id = 2');
    expect(await failure(b.query('SELECT * FROM made'))).toMatchObject({ code: '42P01' });
    expect(await a.query('COMMIT WORK')).toMatchObject({ command: 'COMMIT' });
    expect((await b.query('SELECT * FROM made')).rows).toEqual([{ one: 1 }]);
    expect(await amounts(b)).toEqual([10]);
    await a.query('BEGIN; DROP TABLE made');
    await a.query('ABORT');
    expect((await b.query('DROP TABLE made')).command).toBe('DROP');
  });

  test('the status, warnings, and a transaction that failed', async () => {
    const client = await connected();
    const status = statusOf(client);
    const warnings: unknown[] = [];
    client.on('notice', ({ code }) => warnings.push(code));
    await client.query('BEGIN');
    expect(status()).toBe('T');
    await client.query('BEGIN');
    await client.query("INSERT INTO accounts VALUES (3, 30); SET application_name = 'a'");
    expect(await failure(client.query('SELECT * FROM nothing'))).toMatchObject({ code: '42P01' });
    expect(status()).toBe('E');
    expect(await failure(client.query('SELECT 1'))).toMatchObject({ code: '25P02' });
    expect(await failure(client.query('SELECT $1::INTEGER', [1]))).toMatchObject({ code: '25P02' });
    expect(await client.query('COMMIT')).toMatchObject({ command: 'ROLLBACK' });
    expect(status()).toBe('I');
    expect(await amounts()).toEqual([10, 20]);
    expect((await client.query('SHOW application_name')).rows).toEqual([{ application_name: '' }]);
    await client.query('COMMIT');
    await client.query('ROLLBACK');
    await client.query('SET TRANSACTION READ ONLY');
    expect(warnings).toEqual(['25001', '25P01', '25P01', '25P01']);
    await client.query('BEGIN');
    await client.query('UPDATE accounts SET amount = 1 WHERE id = 1');
    await client.query('COMMIT AND CHAIN');
    expect(status()).toBe('T');
    await client.query('UPDATE accounts SET amount = 2 WHERE id = 1');
    await client.query('ROLLBACK AND CHAIN');
    await client.query('COMMIT AND NO CHAIN');
    expect(await amounts()).toEqual([1, 20]);
    expect(await failure(client.query('COMMIT AND CHAIN'))).toMatchObject({ code: '25P01' });
  });

  test('savepoints and prepared transactions are not there, and say so', async () => {
    const client = await connected();
    await client.query('BEGIN');
    const refused = await failure(client.query('SAVEPOINT a'));
    expect(refused).toMatchObject({ code: '0A000', hint: expect.stringContaining('ROLLBACK') });
    expect(await failure(client.query('ROLLBACK TO SAVEPOINT a'))).toMatchObject({ code: '25P02' });
    await client.query('ROLLBACK');
    for (const sql of ["PREPARE TRANSACTION 'x'", "COMMIT PREPARED 'x'", "ROLLBACK PREPARED 'x'"]) {
      expect(await failure(client.query(sql))).toMatchObject({ code: '0A000' });
    }
    expect(await failure(client.query('BEGIN ISOLATION LEVEL CHAOS'))).toMatchObject({
      code: '42601',
    });
  });

  test('what cannot be taken back is refused before it is begun', async () => {
    const client = await connected();
    const statements = [
      'CREATE STREAM s (id BIGINT) WITH (topic = $$user-events$$)',
      'CREATE MATERIALIZED VIEW v AS SELECT id, count(*) AS n FROM user_events GROUP BY id',
      'DROP MATERIALIZED VIEW IF EXISTS v',
      "CALL process_stream('user-events', 'SELECT id FROM stream', 'v')",
      'CREATE OR REPLACE TOPIC SCHEMA orders (price DOUBLE)',
      'EXPORT TOPIC orders TO HISTORY',
      "COPY (SELECT 1) TO 'x.csv'",
      'VACUUM',
    ];
    for (const sql of statements) {
      await client.query('BEGIN');
      await client.query('UPDATE accounts SET amount = 0');
      const { code } = await failure(client.query(sql));
      await client.query('ROLLBACK');
      const together = await failure(client.query(`UPDATE accounts SET amount = 0; ${sql}`));
      expect({ sql, code, together: together.code }).toEqual({
        sql,
        code: '25001',
        together: '25001',
      });
    }
    expect(await amounts()).toEqual([10, 20]);
    expect(await broker.sql('SHOW STREAMS')).toEqual([]);
    expect(await broker.sql('SHOW TOPIC SCHEMAS')).toEqual([]);
  });

  test('a COMMIT that fails leaves nothing', async () => {
    const [a, b] = [await connected(), await connected()];
    await a.query('BEGIN');
    await a.query('INSERT INTO accounts VALUES (7, 1), (8, 1)');
    await b.query('INSERT INTO accounts VALUES (7, 2)');
    expect(await failure(a.query('COMMIT'))).toMatchObject({ code: '23505' });
    expect(await amounts(a)).toEqual([10, 20, 2]);
  });

  test('writes to the same rows conflict', async () => {
    const [a, b] = [await connected(), await connected()];
    for (const sql of ['UPDATE accounts SET amount = 5 WHERE id = 1', 'DELETE FROM accounts']) {
      await a.query('BEGIN');
      await a.query(sql);
      await b.query('BEGIN');
      expect(await failure(b.query(sql))).toMatchObject({
        code: '40001',
        hint: expect.stringContaining('try'),
      });
      await b.query('ROLLBACK');
      await a.query('ROLLBACK');
    }
    expect(await amounts()).toEqual([10, 20]);
  });
});

describe('isolation', () => {
  test('REPEATABLE READ sees one state of the tables, READ COMMITTED each new one until it writes', async () => {
    const [a, b] = [await connected(), await connected()];
    await a.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    expect((await a.query('SHOW transaction_isolation')).rows).toEqual([
      { transaction_isolation: 'repeatable read' },
    ]);
    expect(await amounts(a)).toEqual([10, 20]);
    await b.query('UPDATE accounts SET amount = 11 WHERE id = 1');
    expect(await amounts(a)).toEqual([10, 20]);
    const set = 'SET TRANSACTION ISOLATION LEVEL READ COMMITTED';
    expect(await failure(a.query(set))).toMatchObject({ code: '25001' });
    await a.query('ROLLBACK');
    await a.query('BEGIN');
    expect(await amounts(a)).toEqual([11, 20]);
    await b.query('UPDATE accounts SET amount = 12 WHERE id = 1');
    expect(await amounts(a)).toEqual([12, 20]);
    await a.query('UPDATE accounts SET amount = 21 WHERE id = 2');
    await b.query('UPDATE accounts SET amount = 13 WHERE id = 1');
    expect(await amounts(a)).toEqual([12, 21]);
    await a.query('COMMIT');
    expect(await amounts()).toEqual([13, 21]);
    expect((await a.query('SHOW transaction_isolation')).rows).toEqual([
      { transaction_isolation: 'read committed' },
    ]);
  });

  test('READ ONLY refuses writes', async () => {
    const client = await connected();
    for (const level of ['READ COMMITTED', 'REPEATABLE READ']) {
      for (const sql of [
        'INSERT INTO accounts VALUES (5, 5)',
        'EXPLAIN ANALYZE DELETE FROM accounts',
        'CREATE TABLE refused (a INTEGER)',
      ]) {
        await client.query(`BEGIN ISOLATION LEVEL ${level} READ ONLY`);
        expect(await amounts(client)).toEqual([10, 20]);
        const failed = await failure(client.query(sql));
        expect({ sql, level, code: failed.code }).toEqual({ sql, level, code: '25006' });
        await client.query('ROLLBACK');
      }
    }
    await client.query('SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY');
    expect(await failure(client.query('DELETE FROM accounts'))).toMatchObject({ code: '25006' });
    await client.query('BEGIN READ WRITE; DELETE FROM accounts; COMMIT');
    expect(await amounts()).toEqual([]);
  });

  test('SET LOCAL ends with its transaction', async () => {
    const client = await connected();
    const shown = async () => (await client.query('SHOW statement_timeout')).rows[0];
    await client.query("BEGIN; SET LOCAL statement_timeout = '7s'; SET lock_timeout = 5");
    expect(await shown()).toEqual({ statement_timeout: '7s' });
    await client.query('COMMIT');
    expect(await shown()).toEqual({ statement_timeout: '0' });
    expect((await client.query('SHOW lock_timeout')).rows).toEqual([{ lock_timeout: '5' }]);
  });
});

describe('topics in a transaction', () => {
  test('are read as they are, also those that nobody had asked for when it began', async () => {
    const client = await connected();
    await broker.createTopic('late-one');
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    expect((await client.query('SELECT count(*) AS n FROM user_events')).rows).toEqual([
      { n: '2' },
    ]);
    await broker.produceBatch('late-one', [{ value: '{"x": "y"}' }]);
    expect((await client.query('SELECT x FROM "late-one"')).rows).toEqual([{ x: 'y' }]);
    await broker.createTopic('later-one');
    await broker.produceBatch('later-one', [{ value: '{"z": 1}' }]);
    await client.query('CREATE TABLE copied AS SELECT z, price FROM later_one, orders');
    await client.query('CREATE VIEW seen AS SELECT z + 1 AS z FROM later_one');
    expect(
      (await client.query('SELECT copied.z, seen.z AS w, price FROM copied, seen')).rows,
    ).toEqual([{ z: '1', w: '2', price: '3' }]);
    // A table takes the place of the topic of its name.
    await client.query('CREATE TABLE later_one (own BOOLEAN)');
    expect((await client.query('SELECT * FROM later_one')).rows).toEqual([]);
    await client.query('DROP TABLE later_one');
    expect((await client.query('SELECT z FROM later_one WHERE kafka_offset = 0')).rows).toEqual([
      { z: '1' },
    ]);
    await client.query('COMMIT');
    expect(await broker.sql('SELECT seen.z, price FROM seen, copied')).toEqual([
      { z: 2n, price: 3n },
    ]);
    await broker.sql('DROP VIEW seen');
  });
});

describe('statements that are sent together', () => {
  test('of a simple query are one transaction, cut by BEGIN and COMMIT', async () => {
    const client = await connected();
    const status = statusOf(client);
    const all = 'INSERT INTO accounts VALUES (3, 1); INSERT INTO accounts VALUES (3, 2)';
    expect(await failure(client.query(all))).toMatchObject({ code: '23505' });
    expect(await amounts()).toEqual([10, 20]);
    await client.query(
      'UPDATE accounts SET amount = 1; SELECT 1; DELETE FROM accounts WHERE id = 2',
    );
    expect(await amounts()).toEqual([1]);
    await failure(
      client.query(
        'DELETE FROM accounts; BEGIN; INSERT INTO accounts VALUES (9, 9); COMMIT; DROP TABLE nothing',
      ),
    );
    expect(await amounts()).toEqual([9]);
    await client.query('UPDATE accounts SET amount = 8; BEGIN; UPDATE accounts SET amount = 7');
    expect(status()).toBe('T');
    await client.query('ROLLBACK');
    expect(await amounts()).toEqual([9]);
  });

  test('up to Sync are one transaction', async () => {
    const client = await connected();
    type Sender = { parse(m: object): void; bind(m: object): void; execute(m: object): void };
    const { connection } = client as unknown as {
      connection: Sender & { sync(): void; flush(): void };
    };
    const pipelined = (...statements: readonly string[]): Promise<string[]> => {
      const said: string[] = [];
      const each = connection as unknown as NodeJS.EventEmitter;
      const note = ({ text, code }: { text?: string; code?: string }) =>
        said.push(text ?? code ?? '');
      // The client itself is not to take what it did not ask for.
      const saved = ['commandComplete', 'errorMessage', 'readyForQuery'].map(
        (name) => [name, each.rawListeners(name)] as const,
      );
      for (const [name] of saved) each.removeAllListeners(name);
      each.on('commandComplete', note).on('errorMessage', note);
      const done = new Promise<string[]>((resolve) => {
        each.once('readyForQuery', () => {
          for (const [name, listeners] of saved) {
            each.removeAllListeners(name);
            for (const listener of listeners) each.on(name, listener as () => void);
          }
          resolve(said);
        });
      });
      for (const text of statements) {
        connection.parse({ text, name: '' });
        connection.bind({});
        connection.execute({ portal: '', rows: 0 });
      }
      connection.sync();
      return done;
    };
    expect(
      await pipelined('DELETE FROM accounts WHERE id = 1', 'INSERT INTO accounts VALUES (2, 1)'),
    ).toEqual(['DELETE 1', '23505']);
    expect(await amounts()).toEqual([10, 20]);
    expect(
      await pipelined('DELETE FROM accounts WHERE id = 1', 'UPDATE accounts SET amount = 21'),
    ).toEqual(['DELETE 1', 'UPDATE 1']);
    expect(await amounts()).toEqual([21]);
    expect(await pipelined('DELETE FROM accounts', 'DROP STREAM IF EXISTS s')).toEqual([
      'DELETE 1',
      '25001',
    ]);
    expect(await amounts()).toEqual([21]);
    expect(await pipelined('DROP STREAM IF EXISTS s')).toEqual(['DROP STREAM']);
  });
});

describe('results that are read while others run', () => {
  test('a cursor goes on behind statements that write', async () => {
    const client = await connected();
    await client.query('BEGIN');
    await client.query('INSERT INTO accounts VALUES (3, 30)');
    await client.query('DECLARE c CURSOR FOR SELECT r.range FROM range(50000) r, accounts');
    let read = (await client.query('FETCH 10000 FROM c')).rowCount ?? 0;
    await client.query('DELETE FROM accounts WHERE id = 3');
    for (let last = -1; last !== 0; read += last) {
      last = (await client.query('FETCH 40000 FROM c')).rowCount ?? 0;
      await client.query('UPDATE accounts SET amount = amount + 1');
    }
    expect(read).toBe(150_000);
    await client.query('DECLARE d CURSOR FOR SELECT * FROM range(100000)');
    await client.query('FETCH 1 FROM d');
    await client.query('CLOSE d');
    await client.query('COMMIT');
    expect(await broker.sql('SELECT count(*)::INTEGER AS n FROM accounts')).toEqual([{ n: 2 }]);
  });

  test('one that is too large to be kept is refused', async () => {
    const client = await connected();
    await client.query('BEGIN; DELETE FROM accounts');
    await client.query("DECLARE c CURSOR FOR SELECT repeat('x', 100) FROM range(10000000)");
    await client.query('FETCH 1 FROM c');
    expect(await failure(client.query('SELECT 1 FROM accounts'))).toMatchObject({ code: '54000' });
    await client.query('ROLLBACK');
    expect(await amounts()).toEqual([10, 20]);
  });
});

describe('the end of a transaction that nobody ends', () => {
  test('with its connection', async () => {
    const client = await connected();
    await client.query('BEGIN; UPDATE accounts SET amount = 0');
    (
      client as unknown as { connection: { stream: { destroy(): void } } }
    ).connection.stream.destroy();
    // The rows are free again once the broker has noticed.
    for (;;) {
      try {
        await broker.sql('UPDATE accounts SET amount = amount + 1');
        break;
      } catch (error) {
        expect(error).toMatchObject({ kind: 'CONFLICT' });
      }
    }
    expect(await amounts()).toEqual([11, 21]);
  });

  test('after a time without statements', async () => {
    const client = await connected();
    await client.query("SET idle_in_transaction_session_timeout = '50ms'");
    const ended = new Promise<pg.DatabaseError>((resolve) => {
      client.on('error', (error) => resolve(error as pg.DatabaseError));
    });
    await client.query('BEGIN; UPDATE accounts SET amount = 0');
    expect(await ended).toMatchObject({ code: '25P03', severity: 'FATAL' });
    await expect.poll(() => amounts()).toEqual([10, 20]);
    clients.pop();
  });

  test('when its statement is cancelled', async () => {
    const client = await connected();
    await client.query('BEGIN; UPDATE accounts SET amount = 0; SET LOCAL statement_timeout = 100');
    const endless = 'SELECT count(*) FROM range(100000000000) a, accounts';
    expect(await failure(client.query(endless))).toMatchObject({ code: '57014' });
    expect(
      await failure(
        client
          .query('COMMIT')
          .then(() => amounts(client))
          .then(() => client.query('SELECT nothing')),
      ),
    ).toMatchObject({ code: '42703' });
    expect(await amounts()).toEqual([10, 20]);
  });

  test('there are not more of them than allowed', async () => {
    const many: pg.Client[] = [];
    for (let i = 0; i < 4; i++) {
      const client = await connected();
      await client.query(`BEGIN; INSERT INTO accounts VALUES (${100 + i}, 0)`);
      many.push(client);
    }
    const refused = broker
      .sql('SELECT 1')
      .then(() => broker.transaction((transaction) => transaction.sql('SELECT 1')));
    await expect(refused).rejects.toMatchObject({ kind: 'TOO_MANY_TRANSACTIONS' });
    const more = await connected();
    await more.query('BEGIN; SELECT 1');
    expect(await failure(more.query('DELETE FROM accounts'))).toMatchObject({ code: '53400' });
    await many[0]?.query('COMMIT');
    await more.query('ROLLBACK; BEGIN; DELETE FROM accounts WHERE id = 1; COMMIT');
  });
});

test('in the process itself', async () => {
  const sum = await broker.transaction(async (transaction) => {
    await transaction.sql('UPDATE accounts SET amount = amount + $1', [1]);
    const seen: unknown[] = [];
    for await (const row of transaction.sqlRows('SELECT amount FROM accounts ORDER BY id')) {
      await transaction.sql('INSERT INTO accounts VALUES ($1, 0)', [seen.length + 10]);
      seen.push(row.amount);
    }
    return seen;
  });
  expect(sum).toEqual([11n, 21n]);
  expect(await amounts()).toEqual([11, 21, 0, 0]);
  const thrown = broker.transaction(async (transaction) => {
    await transaction.sql('DELETE FROM accounts');
    throw new Error('no');
  });
  await expect(thrown).rejects.toThrow('no');
  const swallowed = broker.transaction(async (transaction) => {
    await transaction.sql('DELETE FROM accounts');
    await transaction.sql('SELECT nothing').catch(() => undefined);
  });
  await expect(swallowed).rejects.toThrow('rolled back');
  const written = broker.transaction((transaction) => transaction.sql('DELETE FROM accounts'), {
    readOnly: true,
  });
  await expect(written).rejects.toThrow('read-only');
  await sleep(0);
  expect(await amounts()).toEqual([11, 21, 0, 0]);
});
