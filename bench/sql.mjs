// Measures SQL over a topic of JSON records against its aims: `npm run build && node bench/sql.mjs [--records 1000000] [--rounds 3]
// [--storage segment] [--only RE]`. With --history all records go to history first: what that takes is shown, and the queries read Parquet.
// The best of the rounds is shown. The broker has a process of its own, whose processor time and peak of memory these are; what
// reads from it or produces to it shares the machine.
import '../scripts/guard-node.mjs';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BrokerProcess } from './sql/broker-process.mjs';
import { produceP99Ms } from './sql/produce-latency.mjs';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' },
    storage: { type: 'string', default: 'segment' },
    rounds: { type: 'string', default: '3' },
    history: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
});
const TOPIC = 'user-events';
const records = Number(values.records);
const only = new RegExp(values.only);
const SETTINGS = { 'http.enabled': true, 'http.bind_port': 0, 'log.flush.interval.messages': 1000 };
const VIEW = `SELECT user_id, count(*) AS event_count, avg(amount) AS avg_amount FROM stream
  GROUP BY user_id WINDOW TUMBLING (INTERVAL 1 MINUTE)`;
const TWO_FIELDS = `SELECT user_id, avg(amount) FROM "${TOPIC}" GROUP BY user_id`;
const middle = Math.floor(records / 2);
const QUERIES = [
  ['GROUP BY over two JSON fields', TWO_FIELDS, 2_000_000],
  ['GROUP BY key, values not read', `SELECT key, count(*) FROM "${TOPIC}" GROUP BY key`, 7_000_000],
  ['count(*)', `SELECT count(*) FROM "${TOPIC}"`, 7_000_000],
  [
    'CREATE TABLE AS SELECT of 5 fields',
    `CREATE OR REPLACE TABLE typed AS SELECT user_id, event, amount, page, session FROM "${TOPIC}"`,
    1_000_000,
  ],
];
const RANGE = `SELECT count(*), avg(amount) FROM "${TOPIC}" WHERE kafka_offset BETWEEN ${middle} AND ${middle + 999}`;
/** Reads all of every value, and keeps it until the end. */
const SORT = `SELECT count(*) FROM (SELECT row_number() OVER (ORDER BY session, page) AS r FROM "${TOPIC}") WHERE r % 1000 = 0`;
const RSS_MAX_MB = 400;
const results = [];

await measureAll();

async function measureAll() {
  const dataDir = mkdtempSync(join(tmpdir(), 'kawadb-sql-bench-'));
  try {
    const kept = values.storage !== 'memory';
    const options = { storage: values.storage, dataDir, settings: SETTINGS };
    let broker = await filled(options);
    if (kept) {
      // What was allocated to fill the topic is not memory of SQL.
      await broker.stop();
      broker = await BrokerProcess.start(options);
    }
    await measure(broker);
    await broker.stop();
    if (kept && only.test('view')) {
      const inMemory = await filled({ storage: 'memory', settings: SETTINGS });
      await view(inMemory, false);
      await inMemory.stop();
    }
    console.table(results);
    console.log(
      `beside a load of ${loadavg()[0].toFixed(1)}; the processor's time is that of the broker`,
    );
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function filled(options) {
  const broker = await BrokerProcess.start(options);
  await broker.call('createTopic', TOPIC);
  await broker.call('fill', TOPIC, records);
  return broker;
}

async function measure(broker) {
  await broker.call('sql', 'SELECT 1');
  if (values.history) await toHistory(broker);
  const idleMb = await broker.call('memoryMb');
  let peakMb = 0;
  const peak = (found) => {
    peakMb = Math.max(peakMb, found);
  };
  for (const [name, sql, aim] of QUERIES) {
    if (only.test(name)) peak(await rate(broker, name, aim, () => broker.call('sql', sql)));
  }
  if (only.test('range')) {
    const run = () => broker.call('sql', RANGE);
    const { ms, cpuMs, ...found } = await best(broker, run, Number(values.rounds) * 3);
    row('range of 1,000 offsets', `<= 30 ms`, `${ms.toFixed(1)} ms`, ms <= 30, { cpuMs, ...found });
  }
  if (only.test('Arrow')) {
    const sql = `SELECT kafka_offset, user_id, amount FROM "${TOPIC}"`;
    const run = () => arrow(broker.httpUrl, sql);
    peak(await rate(broker, 'Arrow over HTTP, 3 columns', 1_000_000, run));
  }
  if (only.test('view')) peak(await view(broker, values.storage !== 'memory'));
  if (only.test('produce')) await latencies(broker);
  if (only.test('memory')) await memory(broker, idleMb, peakMb);
}

async function memory(broker, idleMb, peakMb) {
  const { peakMb: sortMb } = await best(broker, () => broker.call('sql', SORT), 2);
  row('resident memory after a first SELECT 1', '', `${idleMb} MB`);
  row(
    '… its peak over the rows above',
    `<= ${RSS_MAX_MB} MB`,
    `${peakMb} MB`,
    peakMb <= RSS_MAX_MB,
  );
  row('… its peak when all is sorted', `<= ${RSS_MAX_MB} MB`, `${sortMb} MB`, sortMb <= RSS_MAX_MB);
}

async function latencies(broker) {
  let views = 0;
  const viewed = async () => {
    const name = `busy_${views++}`;
    await broker.call('view', TOPIC, VIEW, name);
    await broker.call('sql', `DROP MATERIALIZED VIEW ${name}`);
  };
  const alone = await produceP99Ms(broker.port, 'latency-alone', undefined);
  row('produce p99, 500 a second, alone', '', `${alone.toFixed(2)} ms`);
  const works = {
    'full scans run': () => broker.call('sql', TWO_FIELDS),
    'a view is made': viewed,
  };
  for (const [index, [name, work]] of Object.entries(works).entries()) {
    const busy = await produceP99Ms(broker.port, `latency-${index}`, work);
    const result = `${busy.toFixed(2)} ms, x ${(busy / alone).toFixed(2)}`;
    row(`… while ${name}`, '<= x 2', result, busy <= alone * 2);
  }
}

/** The view reads the whole topic, from its making to its end. */
async function view(broker, durable) {
  const name = `view, tumbling by user, ${durable ? 'durable' : 'in memory'}`;
  const aim = durable ? 300_000 : 400_000;
  let views = 0;
  return rate(
    broker,
    name,
    aim,
    () => broker.call('view', TOPIC, VIEW, `view_${views}`),
    () => broker.call('sql', `DROP MATERIALIZED VIEW view_${views++}`),
  );
}

async function toHistory(broker) {
  const exporting = `EXPORT TOPIC "${TOPIC}" TO HISTORY WITH OPEN SEGMENTS`;
  const before = await broker.call('usage');
  const startedAtMs = performance.now();
  const { files, bytes } = await broker.call('export', exporting);
  const { cpuMs } = await broker.call('usage');
  console.table([
    {
      ...{ what: 'export to history', files },
      ms: Math.round(performance.now() - startedAtMs),
      'processor ms': Math.round(cpuMs - before.cpuMs),
      'bytes/record': Math.round((bytes / records) * 10) / 10,
    },
  ]);
}

async function arrow(httpUrl, body) {
  const headers = {
    'content-type': 'application/sql',
    accept: 'application/vnd.apache.arrow.stream',
  };
  const response = await fetch(`${httpUrl}/api/v1/sql`, { method: 'POST', headers, body });
  for await (const _ of response.body);
}

/** Gives the peak of memory. */
async function rate(broker, name, aim, run, after) {
  const found = await best(broker, run, Number(values.rounds), after);
  const perSecond = (records / found.ms) * 1000;
  row(name, `>= ${million(aim)} M/s`, `${million(perSecond)} M/s`, perSecond >= aim, found);
  return found.peakMb;
}

function row(what, aim, result, reached, { cpuMs, peakMb } = {}) {
  const perMillion = cpuMs === undefined ? '' : `${(cpuMs / 1000).toFixed(3)} s`;
  const reachedText = reached === undefined ? '' : reached ? 'yes' : 'NO';
  results.push({
    ...{ what, aim, result, reached: reachedText },
    ...{ 'processor time': perMillion, 'peak MB': peakMb ?? '' },
  });
  console.error(`${what}: ${result} (${aim}) ${reachedText}`);
}

function million(number) {
  return (number / 1e6).toFixed(2);
}

async function best(broker, run, rounds, after) {
  const found = { ms: Number.POSITIVE_INFINITY, cpuMs: Number.POSITIVE_INFINITY, peakMb: 0 };
  await broker.call('forgetPeak');
  for (let round = 0; round < rounds; round++) {
    const before = await broker.call('usage');
    const startedAtMs = performance.now();
    await run();
    const ms = performance.now() - startedAtMs;
    const { cpuMs, peakMb } = await broker.call('usage');
    found.ms = Math.min(found.ms, ms);
    found.cpuMs = Math.min(found.cpuMs, cpuMs - before.cpuMs);
    found.peakMb = Math.max(found.peakMb, peakMb);
    await after?.();
  }
  return found;
}
