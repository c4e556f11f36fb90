// What the plan of the seed's windowed query costs, without the log: events lie in a table, as records with JSON values.
//   node bench/streaming-plan.ts [events] [rows of a batch] [file]
import { rmSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { EngineSyntaxPrinter, parseStreamQuery } from '../src/adapters/duckdb/stream-syntax.ts';
import { compileStream } from '../src/domain/sql/streaming/compile-stream.ts';
import type { PlanStatement } from '../src/domain/sql/streaming/stream-plan.ts';
import { liftStreamingClauses } from '../src/domain/sql/streaming/streaming-clauses.ts';
import { closedRange, Watermark } from '../src/domain/sql/streaming/watermark.ts';

const [events = '1000000', batchRows = '50000', file = ':memory:'] = process.argv.slice(2);
const sql =
  process.env.SQL ??
  'SELECT user_id, COUNT(*) AS event_count, AVG(value) AS avg_value FROM stream GROUP BY user_id WINDOW TUMBLING (INTERVAL 1 MINUTE)';
if (file !== ':memory:') for (const name of [file, `${file}.wal`]) rmSync(name, { force: true });
const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
await connection.run(`ATTACH '${file}' AS kawadb`);
// 20,833 events a minute of 10,000 users, two of a hundred out of order.
await connection.run(`CREATE TABLE log AS SELECT 0 AS kafka_partition, i AS kafka_offset,
  make_timestamp(1760000000000000 + i * 2880 - CASE WHEN hash(i) % 50 = 0 THEN 900000 ELSE 0 END) AS kafka_timestamp,
  'user-' || (hash(i) % 10000) AS key,
  format('{{"user_id": "user-{:05d}", "event": "{}", "value": {:.2f}, "page": "/products/{}", "session": "{:016x}"}}',
    hash(i) % 10000, ['view', 'click', 'buy', 'cart', 'search'][(hash(i + 1) % 5 + 1)::INTEGER], (hash(i + 2) % 10000) / 100.0, hash(i + 3) % 500, hash(i + 4)) AS value
  FROM range(${events}) t(i)`);
const query = liftStreamingClauses(sql);
const columns = [
  ...['kafka_partition', 'kafka_offset', 'kafka_timestamp', 'key', 'user_id', 'event', 'value'],
];
const plan = await compileStream({
  ...{ query, select: await parseStreamQuery(connection, query), stream: 'bench' },
  ...{ schema: 'kawadb.main', late: 'drop', hasOutput: process.env.OUTPUT === 'true' },
  printer: new EngineSyntaxPrinter(connection),
  catalog: {
    find: () => ({
      ...{ kind: 'stream', topic: 'stream', columns },
      ...{ eventTime: 'kafka_timestamp', outOfOrdernessMs: 2000 },
    }),
  },
});
const parsed = JSON.stringify({ user_id: 'VARCHAR', event: 'VARCHAR', value: 'DOUBLE' });
const used = plan.sources[0]?.columns.filter((name) =>
  ['user_id', 'event', 'value'].includes(name),
);
const fields = used?.map((name) => `f."${name}" AS "${name}"`).join(', ');
const relation = (from: number, to: number): string =>
  `(SELECT kafka_partition, kafka_offset, kafka_timestamp, key, ${fields} FROM (SELECT *, try(from_json(value, '${parsed}')) AS f FROM log WHERE kafka_offset >= ${from} AND kafka_offset < ${to}))`;
const spent = new Map<string, number>();
async function run({ sql: text, parameters }: PlanStatement): Promise<void> {
  const before = process.cpuUsage();
  await connection.run(text, [...parameters]);
  const used = process.cpuUsage(before);
  const name = text.slice(0, 62);
  spent.set(name, (spent.get(name) ?? 0) + (used.user + used.system) / 1e6);
}
for (const statement of plan.setUp([relation(0, 0)])) await run(statement);
spent.clear();
let watermark = Watermark.start({ outOfOrdernessMs: 2000, idleMs: undefined }, [0], 0);
let before: number | undefined;
let late = 0;
const startedAt = performance.now();
const cpu = process.cpuUsage();
for (let from = 0, batch = 1; from < Number(events); from += Number(batchRows), batch++) {
  await connection.run('BEGIN');
  for (const statement of plan.stage([relation(from, from + Number(batchRows))])) {
    await run(statement);
  }
  const measure = plan.measure(before);
  const [row] = (
    await connection.runAndReadAll(measure.sql, [...measure.parameters])
  ).getRowObjectsJS();
  late += Number(row?.late);
  watermark = watermark.observe(0, Number(row?.max_time_ms), 0).advance(0);
  const closed = closedRange([watermark], plan.graceMs, before, 0);
  for (const statement of plan.apply(closed)) await run(statement);
  if (batch % 20 === 0) for (const statement of plan.compact()) await run(statement);
  const commit = process.cpuUsage();
  await connection.run('COMMIT');
  const { user, system } = process.cpuUsage(commit);
  spent.set('COMMIT', (spent.get('COMMIT') ?? 0) + (user + system) / 1e6);
  before = closed.after;
}
const wall = (performance.now() - startedAt) / 1000;
const { user, system } = process.cpuUsage(cpu);
const seconds = (user + system) / 1e6;
const rows = await connection.runAndReadAll(`SELECT count(*) FROM (${plan.view})`);
console.log(
  `${events} events in batches of ${batchRows}, ${file === ':memory:' ? 'memory' : 'file'}: ${wall.toFixed(2)} s, ${((seconds / Number(events)) * 1e6).toFixed(2)} s CPU a million, ${Math.round(Number(events) / wall / 1000)} k/s, ${Math.round(Number(events) / seconds / 1000)} k a CPU second; ${rows.getRows()[0]} results, ${late} late`,
);
if (process.env.STATEMENTS === 'true') {
  for (const [name, time] of spent) console.log(`  ${time.toFixed(3)} s CPU  ${name.trim()}`);
}
