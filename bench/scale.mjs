// Measures what many partitions and topics cost: creation, the start after a clean stop and after `kill -9`, memory and
// open files. `node bench/scale.mjs [--partitions 10000] [--topics 100000] [--engine segment] [directory]`
import '../scripts/guard-node.mjs';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    partitions: { type: 'string', default: '10000' },
    topics: { type: 'string', default: '100000' },
    engine: { type: 'string', default: 'segment' },
    only: { type: 'string' },
    child: { type: 'string' },
    end: { type: 'string', default: 'stop' },
  },
});
const PARTITIONS_PER_TOPIC = 100;
const TOPICS_PER_REQUEST = 5000;
const QUIET = {
  debug() {},
  info() {},
  warn: console.error,
  error: console.error,
  child: () => QUIET,
};
const MESSAGE = { value: Buffer.alloc(100, 'x') };

if (values.child === undefined) runAll();
else await runChild();

function runAll() {
  const parent = positionals[0] ?? tmpdir();
  const rows = [];
  if (values.only !== 'topics')
    rows.push(...measure(parent, 'partitions', Number(values.partitions)));
  if (values.only !== 'partitions') rows.push(...measure(parent, 'topics', Number(values.topics)));
  console.table(rows);
}

/** Each step is a process of its own, which is stopped or killed at its end. */
function measure(parent, what, count) {
  const directory = mkdtempSync(join(parent, 'kawadb-scale-'));
  const step = (name, child, end) => {
    const args = [
      fileURLToPath(import.meta.url),
      ...['--child', child, '--end', end, '--engine', values.engine],
      ...['--partitions', values.partitions, '--topics', values.topics, directory],
    ];
    const { stdout, status, signal } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (status !== 0 && signal !== 'SIGKILL') throw new Error(`${name} ended with ${status}`);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    return { what: `${count} ${what}`, step: name, ...Object.assign({}, ...lines) };
  };
  const rows = [
    step('create', what, 'kill'),
    step('start after kill -9 at once', 'start', 'stop'),
    step('start after a clean stop', 'start', 'linger'),
    step('start after kill -9, idle', 'start', 'stop'),
  ];
  rmSync(directory, { recursive: true, force: true });
  return rows;
}

async function runChild() {
  const [dataDir] = positionals;
  const { loadConfig } = await import('../src/app/config/load-config.ts');
  const { openBroker } = await import('../src/app/container/open-broker.ts');
  const { Broker } = await import('../src/app/embedded/broker.ts');
  const { config } = loadConfig({
    overrides: {
      'network.bind_port': 0,
      'storage.data_dir': dataDir,
      'storage.engine': values.engine,
      'log.flush.offset.checkpoint.interval.ms': 2000,
    },
  });
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const running = await openBroker(config, QUIET);
  const broker = new Broker(running, config);
  const startMs = Math.round(performance.now() - startedAt);
  const { user, system } = process.cpuUsage(cpuBefore);
  const report = { 'start ms': startMs, 'start cpu ms': Math.round((user + system) / 1000) };
  if (values.child !== 'start') Object.assign(report, await fill(broker, running.services));
  await broker.fetch('scale-0', 0);
  globalThis.gc?.();
  const openFiles = readdirSync('/proc/self/fd').length;
  const memory = process.memoryUsage();
  report['RSS MB'] = Math.round(memory.rss / 1e6);
  report['heap MB'] = Math.round((memory.heapUsed + memory.arrayBuffers) / 1e6);
  report['open files'] = openFiles;
  console.log(JSON.stringify(report));
  if (values.end === 'linger') await new Promise((done) => setTimeout(done, 3000));
  if (values.end !== 'stop') process.kill(process.pid, 'SIGKILL');
  const closedAt = performance.now();
  await broker.close();
  console.log(JSON.stringify({ 'stop ms': Math.round(performance.now() - closedAt) }));
}

async function fill(broker, { topics }) {
  const isPartitions = values.child === 'partitions';
  const count = Number(isPartitions ? values.partitions : values.topics);
  const partitions = isPartitions ? PARTITIONS_PER_TOPIC : 1;
  const names = Array.from({ length: count / partitions }, (_, i) => `scale-${i}`);
  const createdAt = performance.now();
  const perRequest = TOPICS_PER_REQUEST / partitions;
  for (let at = 0; at < names.length; at += perRequest) {
    const wanted = names.slice(at, at + perRequest).map((name) => newTopic(name, partitions));
    const results = await topics.createTopics(wanted, { validateOnly: false });
    for (const { error } of results) if (error !== undefined) throw error;
  }
  const report = { 'create ms': Math.round(performance.now() - createdAt) };
  if (!isPartitions) return report;
  const filledAt = performance.now();
  for (let round = 0; round < 3; round++) {
    for (const name of names) {
      const messages = Array.from({ length: partitions }, (_, partition) => ({
        ...MESSAGE,
        partition,
      }));
      await broker.produceBatch(name, messages);
    }
  }
  return { ...report, 'fill ms': Math.round(performance.now() - filledAt) };
}

function newTopic(name, partitions) {
  return { name, partitions, replicationFactor: 1, assignments: [], configs: [] };
}
