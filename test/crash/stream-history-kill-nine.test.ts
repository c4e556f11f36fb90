import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { BrokerConnection } from '../../src/adapters/kafka-client/broker-connection.ts';
import { type BrokerProcess, startBrokerProcess } from '../support/broker-process.ts';
import { CONNECTION_OPTIONS } from './crash-connection.ts';
import { CRASH_TOPIC, createTopic, PARTITIONS, produce } from './crash-requests.ts';
import { sqlRows } from './sql-rows.ts';

/** `KAWADB_CRASH_ROUNDS=100 npm test -- test/crash/stream-history-kill-nine` for the long run. */
const { KAWADB_CRASH_ROUNDS, CI } = process.env;
const ROUNDS = Number(KAWADB_CRASH_ROUNDS ?? (CI ? 6 : 3));
const ROUND_TIMEOUT_MS = 60_000;
const BATCHES = 80;
const RECORDS_PER_BATCH = 50;
const PADDING_BYTES = 600;
const WHOLE_LOG = {
  ...{ 'http.enabled': 'true', 'http.bind_port': '0', 'log.segment.bytes': '1048576' },
  // Many small batches: the view is killed in the midst of history.
  ...{ 'sql.streams.batch_rows_max': '100', 'sql.streams.interval_ms': '0' },
};
const SHORT_LOG = {
  ...WHOLE_LOG,
  ...{ 'log.retention.bytes': '1', 'log.retention.check.interval.ms': '50' },
};

async function connected(running: BrokerProcess): Promise<BrokerConnection> {
  const [host = '', port = ''] = running.bootstrap.split(':');
  return BrokerConnection.open({ host, port: Number(port) }, CONNECTION_OPTIONS);
}

let next = 0;
async function produceBatches(connection: BrokerConnection, count: number): Promise<void> {
  for (let batch = 0; batch < count; batch++) {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const values = Array.from({ length: RECORDS_PER_BATCH }, () => String(next++));
      await produce(connection, {
        ...{ topic: CRASH_TOPIC, partition, values, paddingBytes: PADDING_BYTES },
      });
    }
  }
}

/** Waits until retention has taken the beginning of all logs. */
async function untilLogsAreShort(dataDir: string): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const folder = join(dataDir, `${CRASH_TOPIC}-${partition}`);
    while ((await readdir(folder)).includes(`${'0'.repeat(20)}.log`)) await sleep(50);
  }
}

const VIEWS = [
  `CREATE MATERIALIZED VIEW each_record AS SELECT kafka_partition AS p, kafka_offset AS o, key FROM ${CRASH_TOPIC}`,
  `CREATE MATERIALIZED VIEW sums AS SELECT kafka_partition AS p, count(*) AS n, sum(kafka_offset) AS total FROM ${CRASH_TOPIC} GROUP BY p`,
];

test('a view takes each record of history and log once, however often the broker is killed', {
  timeout: (ROUNDS + 4) * ROUND_TIMEOUT_MS,
}, async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kawadb-crash-'));
  try {
    {
      await using running = await startBrokerProcess({ dataDir, settings: WHOLE_LOG });
      const connection = await connected(running);
      await createTopic(connection, CRASH_TOPIC);
      await produceBatches(connection, BATCHES);
      await sqlRows(running, `EXPORT TOPIC ${CRASH_TOPIC} TO HISTORY WITH OPEN SEGMENTS`);
      connection.close();
      await running.stop('SIGTERM');
    }
    for (let round = 0; round < ROUNDS; round++) {
      await using running = await startBrokerProcess({ dataDir, settings: SHORT_LOG });
      if (round === 0) {
        await untilLogsAreShort(dataDir);
        for (const view of VIEWS) await sqlRows(running, view);
      }
      const connection = await connected(running);
      await produceBatches(connection, 2);
      await sleep(100 + ((round * 370) % 900));
      await running.stop('SIGKILL');
      connection.close();
    }
    await using running = await startBrokerProcess({ dataDir, settings: SHORT_LOG });
    const behind = `SELECT count(*) AS n FROM kawadb_streams WHERE state <> 'RUNNING' OR lag > 0`;
    while ((await sqlRows(running, behind))[0]?.n !== 0) await sleep(100);
    const kept = `SELECT kafka_partition AS p, kafka_offset AS o, key FROM ${CRASH_TOPIC}`;
    const [counted] = await sqlRows(
      running,
      `SELECT count(*) AS n, count(DISTINCT (p, o)) AS places, count(DISTINCT key) AS keys FROM each_record`,
    );
    expect(counted).toEqual({ n: next, places: next, keys: next });
    for (const [one, other] of [
      [kept, 'SELECT * FROM each_record'],
      ['SELECT * FROM each_record', kept],
      [`SELECT p, count(*) AS n, sum(o) AS total FROM (${kept}) GROUP BY p`, 'SELECT * FROM sums'],
    ]) {
      expect(await sqlRows(running, `(${one}) EXCEPT ALL (${other})`)).toEqual([]);
    }
    const lost = 'SELECT sum(lost) AS lost, sum(errors) AS errors FROM kawadb_stream_partitions';
    expect(await sqlRows(running, lost)).toEqual([{ lost: 0, errors: 0 }]);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
