// Measures SQL over a topic of JSON records: `npm run build && node bench/sql.mjs [--records 1000000] [--storage segment] [--rounds 3]`.
// With --history all records go to history first: what that takes is shown, and the queries read Parquet.
// The best of the rounds is shown; the broker and the engine share this machine with the reader.
import '../scripts/guard-node.mjs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startBroker } from '../dist/index.js';

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '1000000' },
    storage: { type: 'string', default: 'segment' },
    rounds: { type: 'string', default: '3' },
    history: { type: 'boolean', default: false },
  },
});
const records = Number(values.records);
const BATCH = 500;
/** Three milliseconds apart, so that a million records are 50 windows of a minute. */
const START_MS = Date.UTC(2024, 0, 1);
const LATENCY_MS = 2000;
const VIEW = `SELECT user_id, count(*) AS event_count, avg(amount) AS avg_amount FROM stream
  GROUP BY user_id WINDOW TUMBLING (INTERVAL 1 MINUTE)`;
const EVENTS = ['click', 'view', 'cart', 'buy', 'leave'];

const dataDir = mkdtempSync(join(tmpdir(), 'kawadb-sql-bench-'));
const broker = await startBroker({
  ...{ storage: values.storage, dataDir, port: 0 },
  settings: { 'http.enabled': true, 'http.bind_port': 0, 'log.flush.interval.messages': 1000 },
});
try {
  await broker.createTopic('user-events');
  await fill();
  await broker.sql('SELECT 1');
  if (values.history) await toHistory();
  const middle = Math.floor(records / 2);
  const rows = [
    await measured(
      'GROUP BY over two JSON fields',
      'SELECT user_id, avg(amount) FROM "user-events" GROUP BY user_id',
    ),
    await measured(
      'GROUP BY key (value not read)',
      'SELECT key, count(*) FROM "user-events" GROUP BY key',
    ),
    await measured('count(*)', 'SELECT count(*) FROM "user-events"'),
    await measured(
      'range of 1,000 offsets',
      `SELECT count(*), avg(amount) FROM "user-events" WHERE kafka_offset BETWEEN ${middle} AND ${middle + 999}`,
    ),
    await measured('to a table, 5 fields', [
      'CREATE OR REPLACE TABLE typed AS SELECT user_id, event, amount, page, session FROM "user-events"',
    ]),
    await streamed('view, tumbling by user'),
    await latencyWhile('produce, p99 in ms, alone', undefined),
    await latencyWhile('produce, p99 in ms, view at work', VIEW),
    await overHttp(
      'Arrow over HTTP, 3 columns',
      'SELECT kafka_offset, user_id, amount FROM "user-events"',
    ),
  ];
  console.table(rows);
} finally {
  await broker.close();
  rmSync(dataDir, { recursive: true, force: true });
}

async function toHistory() {
  const exporting = 'EXPORT TOPIC "user-events" TO HISTORY WITH OPEN SEGMENTS';
  const [startedAtMs, cpu] = [performance.now(), process.cpuUsage()];
  const files = await broker.sql(exporting);
  const { user, system } = process.cpuUsage(cpu);
  const bytes = files.reduce((sum, file) => sum + Number(file.bytes), 0);
  console.table([
    {
      what: 'export to history',
      files: files.length,
      ms: Math.round(performance.now() - startedAtMs),
      'processor ms': Math.round((user + system) / 1000),
      'bytes/record': Math.round((bytes / records) * 10) / 10,
    },
  ]);
}

async function fill() {
  for (let at = 0; at < records; at += BATCH) {
    const messages = Array.from({ length: Math.min(BATCH, records - at) }, (_, i) => {
      const n = at + i;
      const user = (n * 7919) % 10_000;
      const value = {
        user_id: `user-${String(user).padStart(5, '0')}`,
        event: EVENTS[n % EVENTS.length],
        amount: (n % 1000) / 4,
        page: `/products/category-${n % 50}/item-${n % 1000}`,
        session: `session-${String(n % 99_991).padStart(12, '0')}-0123456789abcdef`,
      };
      const key = `user-${String(user).padStart(5, '0')}`;
      return { key, timestampMs: START_MS + n * 3, value: JSON.stringify(value) };
    });
    await broker.produceBatch('user-events', messages);
  }
}

function measured(name, sql) {
  return best(name, () => broker.sql(String(sql)));
}

/** The view reads the whole topic, from its making to its end. */
function streamed(name) {
  let views = 0;
  return best(name, async () => {
    const view = `view_${views++}`;
    await broker.processStream('user-events', VIEW, view);
    await broker.sql(`DROP MATERIALIZED VIEW ${view}`);
  });
}

/** How long single records take to be written, while a view reads the topic or nothing else happens. */
async function latencyWhile(name, query) {
  await broker.createTopic(`latency-${query === undefined ? 'alone' : 'view'}`);
  let running = true;
  const work =
    query === undefined
      ? sleep(LATENCY_MS)
      : broker.processStream('user-events', query, 'busy_view');
  const done = work.finally(() => {
    running = false;
  });
  const tookMs = [];
  while (running) {
    const startedAtMs = performance.now();
    await broker.produce(`latency-${query === undefined ? 'alone' : 'view'}`, 'x'.repeat(200));
    tookMs.push(performance.now() - startedAtMs);
  }
  await done;
  const sorted = tookMs.toSorted((a, b) => a - b);
  return {
    what: name,
    'ms, best': Math.round((sorted[Math.floor(sorted.length * 0.99)] ?? 0) * 100) / 100,
  };
}

function overHttp(name, sql) {
  return best(name, async () => {
    const response = await fetch(`${broker.httpUrl}/api/v1/sql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/sql',
        accept: 'application/vnd.apache.arrow.stream',
      },
      body: sql,
    });
    for await (const _ of response.body);
  });
}

async function best(name, run) {
  let bestMs = Number.POSITIVE_INFINITY;
  let bestCpuMs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < Number(values.rounds); round++) {
    const [startedAtMs, cpu] = [performance.now(), process.cpuUsage()];
    await run();
    const { user, system } = process.cpuUsage(cpu);
    bestMs = Math.min(bestMs, performance.now() - startedAtMs);
    bestCpuMs = Math.min(bestCpuMs, (user + system) / 1000);
  }
  return {
    what: name,
    'ms, best': Math.round(bestMs * 10) / 10,
    'rows/s': Math.round((records / bestMs) * 1000).toLocaleString('en'),
    'processor ms': Math.round(bestCpuMs),
    'RSS MB': Math.round(process.memoryUsage().rss / 1e6),
  };
}
