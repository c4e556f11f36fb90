import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { expect, test } from 'vitest';
import {
  type BrokerProcess,
  listeningPort,
  startBrokerProcess,
} from '../support/broker-process.ts';

/** `KAWADB_CRASH_ROUNDS=100 npm test -- test/crash/sql-transactions-kill-nine` for the long run. */
const { KAWADB_CRASH_ROUNDS, CI } = process.env;
const ROUNDS = Number(KAWADB_CRASH_ROUNDS ?? (CI ? 4 : 2));
const ROUND_TIMEOUT_MS = 30_000;
const CLIENTS = 2;
const ROWS_EACH = 5;
const SETTINGS = { 'postgres.enabled': 'true', 'postgres.bind_port': '0' };

async function connected(running: BrokerProcess): Promise<pg.Client> {
  const port = await listeningPort(running, 'PostgreSQL');
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'kawadb' });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Transactions, every third of them rolled back, until the broker is killed; gives the last that was committed. */
async function write(client: pg.Client, of: number, from: number): Promise<number> {
  let committed = from;
  try {
    for (let number = from + 1; ; number++) {
      await client.query('BEGIN');
      for (const table of ['first', 'second']) {
        const values = Array.from({ length: ROWS_EACH }, (_, row) => `(${of}, ${number}, ${row})`);
        await client.query(`INSERT INTO ${table} VALUES ${values.join(', ')}`);
      }
      if (number % 3 === 0) await client.query('ROLLBACK');
      else {
        await client.query('COMMIT');
        committed = number;
      }
    }
  } catch {
    return committed;
  }
}

test('of a transaction all stays or nothing, and what was committed stays, after kill -9', {
  timeout: (ROUNDS + 3) * ROUND_TIMEOUT_MS,
}, async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kawadb-crash-'));
  const committed = new Array<number>(CLIENTS).fill(0);
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      await using running = await startBrokerProcess({ dataDir, settings: SETTINGS });
      const client = await connected(running);
      for (const table of ['first', 'second']) {
        await client.query(
          `CREATE TABLE IF NOT EXISTS ${table} ("of" INTEGER, number INTEGER, row INTEGER)`,
        );
      }
      const { rows: torn } = await client.query(
        `SELECT "of", number, count(*) AS n FROM (FROM first UNION ALL FROM second)
         GROUP BY ALL HAVING n <> ${2 * ROWS_EACH} OR number % 3 = 0`,
      );
      expect(torn).toEqual([]);
      const next = [...committed];
      for (let of = 0; of < CLIENTS; of++) {
        const { rows } = await client.query(
          `SELECT count(DISTINCT number)::INTEGER AS kept, coalesce(max(number), 0)::INTEGER AS last
           FROM first WHERE "of" = ${of}`,
        );
        const [{ kept, last }] = rows as [{ kept: number; last: number }];
        expect(last).toBeGreaterThanOrEqual(committed[of] as number);
        expect(kept).toBe(last - Math.floor(last / 3));
        next[of] = last;
      }
      if (round === ROUNDS) break;
      const writers = next.map(async (from, of) => {
        committed[of] = await write(await connected(running), of, from);
      });
      await sleep(500 + ((round * 370) % 1500));
      await running.stop('SIGKILL');
      await Promise.all(writers);
      await client.end().catch(() => undefined);
    }
    expect(committed.every((number) => number > 0)).toBe(true);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
