import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { BrokerConnection } from '../../src/adapters/kafka-client/broker-connection.ts';
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts';
import { CONNECTION_OPTIONS } from './crash-connection.ts';
import { CRASH_TOPIC, createTopic, PARTITIONS, produce, untilClosed } from './crash-requests.ts';
import { sqlRows } from './sql-rows.ts';

/** `KAWADB_CRASH_ROUNDS=100 npm test -- test/crash/history-kill-nine` for the long run. */
const { KAWADB_CRASH_ROUNDS, CI } = process.env;
const ROUNDS = Number(KAWADB_CRASH_ROUNDS ?? (CI ? 4 : 2));
const ROUND_TIMEOUT_MS = 30_000;
const RECORDS_PER_BATCH = 20;
const SETTINGS = {
  ...{ 'http.enabled': 'true', 'http.bind_port': '0' },
  // By policy and by statement, both all the time.
  ...{ 'sql.history.topics': CRASH_TOPIC, 'sql.history.check_interval_ms': '20' },
};

/** Exports until the broker is killed. */
async function exportAlways(running: BrokerProcess, killed: () => boolean): Promise<void> {
  try {
    for (;;) await sqlRows(running, `EXPORT TOPIC ${CRASH_TOPIC} TO HISTORY WITH OPEN SEGMENTS`);
  } catch (error) {
    if (!killed()) throw error;
  }
}

test('history and log have every record once after kill -9 while records are exported', {
  timeout: (ROUNDS + 4) * ROUND_TIMEOUT_MS,
}, async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kawadb-crash-'));
  const acknowledged = new Array<number>(PARTITIONS).fill(0);
  let next = 0;
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      await using running = await startBrokerProcess({ dataDir, settings: SETTINGS });
      const [host = '', port = ''] = running.bootstrap.split(':');
      const address = { host, port: Number(port) };
      const connection = await BrokerConnection.open(address, CONNECTION_OPTIONS);
      if (round === 0) await createTopic(connection, CRASH_TOPIC, { 'segment.bytes': '1048576' });
      const found = await sqlRows(
        running,
        `SELECT kafka_partition AS p, count(*) AS n, count(DISTINCT kafka_offset) AS offsets, count(DISTINCT key) AS keys,
           max(kafka_offset) + 1 AS "end" FROM ${CRASH_TOPIC} GROUP BY p ORDER BY p`,
      );
      for (const { p, n, offsets, keys, end } of found) {
        expect({ round, p, offsets, keys, end }).toEqual({ round, p, offsets: n, keys: n, end: n });
        expect(n).toBeGreaterThanOrEqual(acknowledged[Number(p)] ?? 0);
      }
      if (round > 0) expect(found).toHaveLength(PARTITIONS);
      const producers = Array.from({ length: PARTITIONS }, (_, partition) =>
        untilClosed(connection, async () => {
          for (;;) {
            const values = Array.from({ length: RECORDS_PER_BATCH }, () => String(next++));
            const batch = { topic: CRASH_TOPIC, partition, values, paddingBytes: 500 };
            const { baseOffset } = await produce(connection, batch);
            acknowledged[partition] = Number(baseOffset) + RECORDS_PER_BATCH;
          }
        }),
      );
      let killed = false;
      const exports = exportAlways(running, () => killed);
      await sleep(400 + ((round * 370) % 1500));
      killed = true;
      await running.stop('SIGKILL');
      await Promise.all([...producers, exports]);
    }
    await using running = await startBrokerProcess({ dataDir, settings: SETTINGS });
    const [files] = await sqlRows(running, `EXPLAIN SELECT count(*) FROM ${CRASH_TOPIC}`);
    expect(String(files?.explain_value)).toMatch(/(\d+) of \1 files of history/);
    expect(acknowledged.every((count) => count > 0)).toBe(true);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
