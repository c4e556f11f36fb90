// Measures the coordinators beside Kafka's, with the same client for both and without fsync, as Kafka comes:
// `node bench/coordinators.mjs [--alone] [--only RE] [--seconds 8] [--warmup 15] [--port 28192] [--pin]`: pinned, either
// broker has one processor and the client another, as in bench/run.mjs. Needs `npm run build`, and
// ../shared/peers unless --alone. A JVM gets faster for a while, so each row is warmed up before it counts.
import '../scripts/guard-node.mjs';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Kafka, KawaDb, peers } from './coordinators/brokers.mjs';
import { heartbeats } from './coordinators/heartbeats.mjs';
import { offsetCommits } from './coordinators/offset-commits.mjs';
import { rebalances } from './coordinators/rebalances.mjs';
import { recovery } from './coordinators/recovery.mjs';
import { shareConsumption } from './coordinators/share-consumption.mjs';
import { transactions } from './coordinators/transactions.mjs';

const { values } = parseArgs({
  options: {
    alone: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    seconds: { type: 'string', default: '8' },
    warmup: { type: 'string', default: '15' },
    port: { type: 'string', default: '28192' },
    pin: { type: 'boolean', default: false },
  },
});
const ROWS = { transactions, offsetCommits, rebalances, heartbeats, shareConsumption, recovery };
const only = new RegExp(values.only);

/** Lets a row's load run, first to warm up, and gives what the broker did of it a second and a second of processor. */
function loadOn(broker) {
  const runFor = async (seconds, work) => {
    const endAt = performance.now() + seconds * 1000;
    const [startedAt, cpuBefore] = [performance.now(), broker.cpuSeconds()];
    const count = await work(() => performance.now() < endAt);
    return {
      'a second': Math.round(count / ((performance.now() - startedAt) / 1000)),
      'a CPU second': Math.round(count / (broker.cpuSeconds() - cpuBefore)),
    };
  };
  return async (work) => {
    await runFor(Number(values.warmup), work);
    return runFor(Number(values.seconds), work);
  };
}

async function measure(broker) {
  await broker.start();
  try {
    return await measureRows(broker);
  } finally {
    await broker.stop();
  }
}

async function measureRows(broker) {
  const results = {};
  for (const [row, run] of Object.entries(ROWS)) {
    if (!only.test(row)) continue;
    // What the row before left to be written to disk is no load of this one.
    spawnSync('sync');
    // Compiled code of another row is no help, so two rounds of what is not a rate.
    if (row === 'rebalances') await run({ port: broker.port, name: 'bench-warm', broker });
    const options = { port: broker.port, load: loadOn(broker), name: `bench-${row}`, broker };
    results[row] = await run(options);
    console.error(broker.label, row, JSON.stringify(results[row]));
  }
  return results;
}

if (values.pin) spawnSync('taskset', ['-a', '-pc', '1', String(process.pid)]);
const cpu = values.pin ? '0' : undefined;
const withKafka = !values.alone && existsSync(peers);
const ours = await measure(new KawaDb(Number(values.port) + 10, cpu));
const theirs = withKafka ? await measure(new Kafka(Number(values.port), cpu)) : {};
const table = [];
for (const [row, result] of Object.entries(ours)) {
  for (const [figure, value] of Object.entries(result)) {
    if (typeof value !== 'number') continue;
    const other = theirs[row]?.[figure];
    const ratio = other === undefined ? '' : (value / other).toFixed(2);
    const name = result.unit === undefined ? figure : `${result.unit} ${figure}`;
    table.push({ row, figure: name, kawadb: value, kafka: other ?? '', ratio });
  }
}
console.table(table);
