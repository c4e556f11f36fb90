import { setTimeout as sleep } from 'node:timers/promises';
import { BrokerConnection } from '../../src/adapters/kafka-client/broker-connection.ts';
import { SqlClient } from '../../src/app/cli/sql/sql-client.ts';
import { ProduceApi } from '../../src/domain/protocol/messages/produce.ts';
import { encodeRecordBatch } from '../../src/domain/record/record-batch.ts';
import {
  type BrokerProcess,
  listeningPort,
  startBrokerProcess,
} from '../support/broker-process.ts';
import { CODECS, CONNECTION_OPTIONS } from './crash-connection.ts';
import { createTopic, PARTITIONS, refuse, untilClosed } from './crash-requests.ts';

export interface StreamKillRoundsOptions {
  readonly storage: string;
  readonly dataDir: string;
  readonly rounds: number;
  readonly progress?: (round: number) => void;
}

export interface StreamKillRoundsReport {
  readonly records: number;
  readonly windows: number;
  readonly outputRecords: number;
  readonly problems: readonly string[];
}

const TOPIC = 'events';
const USERS = 50;
const RECORDS_PER_BATCH = 20;
const PRODUCERS = 4;
const STEP_MS = 20;
const START_MS = Date.UTC(2024, 0, 1);
const POLL_MS = 50;
const CATCH_UP_MS = 120_000;
const SETTINGS = {
  'http.enabled': 'true',
  'http.bind_port': '0',
  'sql.streams.interval_ms': '5',
  'sql.streams.batch_rows_max': '2000',
  'offsets.topic.num.partitions': '1',
};

const GROUPED = `SELECT user_id, count(*) AS n, sum(amount) AS total, max(kafka_offset) AS last`;
const WINDOW = 'WINDOW TUMBLING (INTERVAL 10 SECONDS)';
/** Windows stay open for a partition that another one is far ahead of, so nothing is late and all must add up. */
const VIEWS = [
  `CREATE MATERIALIZED VIEW all_windows WITH (idle_ms = 0) AS ${GROUPED} FROM ${TOPIC} GROUP BY user_id ${WINDOW}`,
  `CREATE MATERIALIZED VIEW closed_windows WITH (idle_ms = 0, topic = 'closed', partitions = 3) AS
    ${GROUPED} FROM ${TOPIC} GROUP BY user_id ${WINDOW} EMIT FINAL`,
];
const BUCKET = `time_bucket(INTERVAL 10 SECONDS, kafka_timestamp, TIMESTAMP '1970-01-01')`;
const BATCH = `${GROUPED}, ${BUCKET} AS window_start FROM ${TOPIC} GROUP BY ALL`;

/**
 * Starts a broker with views, loads their topic, kills the broker with SIGKILL at a moment that differs each time, starts it
 * again over the same data; at the end the views and the topic of one of them are compared with a query over all records.
 */
export async function streamKillRounds(
  options: StreamKillRoundsOptions,
): Promise<StreamKillRoundsReport> {
  const load = new EventLoad();
  for (let round = 0; round < options.rounds; round++) {
    await using running = await start(options);
    const connection = await connect(running);
    if (round === 0) {
      await createTopic(connection, TOPIC);
      for (const sql of VIEWS) await rowsOf(running, sql);
    }
    const broken = load.run(connection);
    await sleep(150 + ((round * 97) % 900));
    await running.stop('SIGKILL');
    await broken;
    options.progress?.(round);
  }
  await using running = await start(options);
  // Awaited here, as the broker is stopped when the block ends.
  return await compare(running, load, await connect(running));
}

function start({ storage, dataDir }: StreamKillRoundsOptions): Promise<BrokerProcess> {
  return startBrokerProcess({ storage, dataDir, settings: SETTINGS });
}

function connect({ bootstrap }: BrokerProcess): Promise<BrokerConnection> {
  const [host = '', port = ''] = bootstrap.split(':');
  return BrokerConnection.open({ host, port: Number(port) }, CONNECTION_OPTIONS);
}

/** Producers whose records come nearly in the order of their times. */
class EventLoad {
  #next = 0;
  #batches = 0;

  async run(connection: BrokerConnection): Promise<void> {
    const producers = Array.from({ length: PRODUCERS }, () =>
      untilClosed(connection, async () => {
        for (;;) await this.produce(connection, this.#batches++ % PARTITIONS);
      }),
    );
    await Promise.all(producers);
  }

  async produce(connection: BrokerConnection, partition: number): Promise<void> {
    const records = Array.from({ length: RECORDS_PER_BATCH }, () => {
      const n = this.#next++;
      const value = JSON.stringify({ user_id: n % USERS, amount: (n * 7) % 100 });
      return { timestampMs: BigInt(START_MS + n * STEP_MS), value: Buffer.from(value) };
    });
    const batch = encodeRecordBatch({ records }, CODECS);
    const topicData = [{ name: TOPIC, partitionData: [{ index: partition, records: batch }] }];
    const request = { acks: -1, timeoutMs: 30_000, topicData };
    const answer = await connection.send(ProduceApi, request, { maxVersion: 12 });
    refuse(answer.responses[0]!.partitionResponses[0]!.errorCode, 'a batch');
  }
}

async function compare(
  running: BrokerProcess,
  load: EventLoad,
  connection: BrokerConnection,
): Promise<StreamKillRoundsReport> {
  for (let partition = 0; partition < PARTITIONS; partition++) {
    await load.produce(connection, partition);
  }
  await caughtUp(running);
  const one = async (sql: string): Promise<Readonly<Record<string, unknown>>> =>
    (await rowsOf(running, sql))[0] ?? {};
  const problems: string[] = [];
  const expectNone = async (what: string, sql: string): Promise<void> => {
    const { n } = await one(`SELECT count(*) AS n FROM (${sql})`);
    if (n !== 0) problems.push(`${what}: ${String(n)}`);
  };
  const shown = 'SELECT user_id, n, total, last, window_start';
  await rowsOf(running, `CREATE TABLE truth AS ${BATCH}`);
  await expectNone('not in the view', `FROM truth EXCEPT ALL ${shown} FROM all_windows`);
  await expectNone('only in the view', `${shown} FROM all_windows EXCEPT ALL FROM truth`);
  const due = `(SELECT min(watermark) FROM kawadb_streams WHERE name = 'closed_windows')`;
  const closed = `FROM truth WHERE window_start + INTERVAL 10 SECONDS <= ${due}`;
  await expectNone('not in the results', `${closed} EXCEPT ALL ${shown} FROM closed_windows`);
  await expectNone('only in the results', `${shown} FROM closed_windows EXCEPT ALL ${closed}`);
  const output = `SELECT (value->>'user_id')::BIGINT AS user_id, (value->>'n')::BIGINT AS n,
    (value->>'total')::HUGEINT AS total, (value->>'last')::BIGINT AS last,
    (value->>'window_start')::TIMESTAMP AS window_start FROM closed`;
  await expectNone('not in the topic', `${closed} EXCEPT ALL ${output}`);
  await expectNone('only in the topic', `${output} EXCEPT ALL ${closed}`);
  const counts = await one(
    `SELECT (SELECT count(*) FROM ${TOPIC}) AS records, (SELECT count(*) FROM truth) AS windows,
       (SELECT count(*) FROM closed) AS output, sum(rows) AS read, sum(late + errors + lost) AS out FROM kawadb_streams`,
  );
  const [records, windows, outputRecords] = [counts.records, counts.windows, counts.output].map(
    Number,
  ) as [number, number, number];
  if (Number(counts.read) !== records * VIEWS.length || Number(counts.out) !== 0) {
    problems.push(
      `${records} records, ${String(counts.read)} read, ${String(counts.out)} left out`,
    );
  }
  connection.close();
  return { records, windows, outputRecords, problems };
}

async function caughtUp(running: BrokerProcess): Promise<void> {
  const behind = `SELECT count(*) AS n FROM kawadb_streams WHERE state <> 'RUNNING' OR lag > 0 OR pending_output > 0`;
  for (const endMs = Date.now() + CATCH_UP_MS; Date.now() < endMs; await sleep(POLL_MS)) {
    if ((await rowsOf(running, behind))[0]?.n === 0) return;
  }
  const told = JSON.stringify(await rowsOf(running, 'SHOW STREAMS'));
  throw new Error(`the views do not catch up: ${told}\n${running.output()}`);
}

async function rowsOf(running: BrokerProcess, sql: string) {
  const port = await listeningPort(running, 'HTTP');
  const client = new SqlClient({ url: `http://127.0.0.1:${port}`, timeoutMs: undefined });
  const { rows } = await client.query(sql);
  const found: Readonly<Record<string, unknown>>[] = [];
  for await (const row of rows) found.push(row);
  return found;
}
