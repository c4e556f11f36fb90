// Measures the storage engines beside each other in one run and prints a table: `node bench/engines.mjs [--engines a,b]
// [--seconds N] [--mode fsync|system]…`. Needs ../shared/peers for the load generator. The broker has core 0, the load core 1.
import '../scripts/guard-node.mjs';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const peers = join(root, '../shared/peers');
const cache = process.env.KAWADB_PEERS_CACHE ?? join(homedir(), '.cache/kawadb-peers');
const programs = join(cache, 'bin');
if (existsSync(join(peers, 'bench'))) spawnSync(join(peers, 'bench'), ['--list']);
const program =
  existsSync(programs) && readdirSync(programs).find((name) => name.startsWith('load-'));
if (!program) {
  console.error('the load generator of ../shared/peers is missing');
  process.exit(1);
}
const load = join(programs, program);
const { values } = parseArgs({
  options: {
    engines: { type: 'string', default: 'segment,rocksdb,leveldb,memory' },
    seconds: { type: 'string', default: '5' },
    mode: { type: 'string', multiple: true, default: ['system', 'fsync'] },
    only: { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
  },
});
const PORT = 29192;
const BOOTSTRAP = `127.0.0.1:${PORT}`;
const duration = `${values.seconds}s`;
const UNSYNCED = 'log.flush.interval.messages=9223372036854775807';
const FILL_BYTES = 1_000_000_000;

const PRODUCE = ['-duration', duration, '-warmup', '2s'];
const SCENARIOS = {
  'produce 1 KiB, 1 partition': [
    'produce',
    ...PRODUCE,
    '-size',
    '1024',
    '-batch',
    '64',
    '-partitions',
    '1',
  ],
  'produce 1 KiB, 64 partitions': [
    ...['produce', ...PRODUCE, '-size', '1024', '-batch', '4'],
    ...['-partitions', '64', '-per-request', '16'],
  ],
  'produce 100 B, 1 partition': [
    'produce',
    ...PRODUCE,
    '-size',
    '100',
    '-batch',
    '640',
    '-partitions',
    '1',
  ],
  'produce 100 B, 64 partitions': [
    ...['produce', ...PRODUCE, '-size', '100', '-batch', '40'],
    ...['-partitions', '64', '-per-request', '16'],
  ],
  'consume from the start': [
    'consume',
    '-size',
    '1024',
    '-consumers',
    '2',
    '-split',
    '-partitions',
    '4',
  ],
  'tail, 1,000 a second': [
    'e2e',
    '-duration',
    duration,
    '-rate',
    '1000',
    '-size',
    '1024',
    '-partitions',
    '4',
  ],
};

async function serve(engine, mode, directory) {
  const flush = mode === 'fsync' ? [] : ['--set', UNSYNCED];
  const sets = values.set.flatMap((set) => ['--set', set]);
  const storage = engine === 'memory' ? [] : ['--data-dir', directory];
  const broker = spawn(
    'taskset',
    [
      ...['-c', '0', process.execPath, join(root, 'dist/app/cli/main.js'), 'serve'],
      ...['--listen', BOOTSTRAP, '--storage', engine, ...storage, ...flush, ...sets],
    ],
    { env: { ...process.env, KAWADB_LOG_LEVEL: 'error' }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await new Promise((resolve, reject) => {
    broker.stdout.once('data', resolve);
    broker.once('exit', (code) => reject(new Error(`the broker ended with ${code}`)));
  });
  return broker;
}

function run(args, pid) {
  const { stdout, stderr, status } = spawnSync(
    'taskset',
    [
      '-c',
      '1',
      load,
      args[0],
      '-bootstrap',
      BOOTSTRAP,
      '-broker-pid',
      String(pid),
      ...args.slice(1),
    ],
    { encoding: 'utf8', maxBuffer: 1 << 26, env: { ...process.env, GOMAXPROCS: '1' } },
  );
  const line = stdout.trim().split('\n').at(-1);
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}${stdout}`);
  return JSON.parse(line);
}

function writtenBytes(pid) {
  return Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))[1]);
}

/** One scenario on a broker of its own with an empty folder. */
async function measure(engine, mode, name) {
  const directory = mkdtempSync(join(tmpdir(), 'kawadb-engines-'));
  const broker = await serve(engine, mode, directory);
  try {
    const args = SCENARIOS[name];
    if (args[0] !== 'consume') return run(args, broker.pid);
    const before = writtenBytes(broker.pid);
    const topic = ['-topic', 'bench', '-keep', '-partitions', '4'];
    run(['fill', ...topic, '-size', '1024', '-bytes', String(FILL_BYTES)], broker.pid);
    // What an engine writes later counts too.
    await wait(5000);
    const amplification = (writtenBytes(broker.pid) - before) / FILL_BYTES;
    return { ...run([...args, '-topic', 'bench'], broker.pid), amplification };
  } finally {
    const ended = new Promise((resolve) => broker.once('exit', resolve));
    broker.kill('SIGTERM');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  }
}

function cellOf(name, result) {
  const memory = `${Math.round(result.rss_peak_mb)} MB`;
  if (name.startsWith('tail')) return `${result.p50_ms} / ${result.p99_ms} ms, ${memory}`;
  const written = result.amplification === undefined ? '' : `, ×${result.amplification.toFixed(1)}`;
  return `${Math.round(result.mb_s)} MB/s, ${memory}${written}`;
}

for (const mode of values.mode) {
  const engines = values.engines.split(',');
  console.log(
    `\n## ${mode}\n\n| | ${engines.join(' | ')} |\n|---|${engines.map(() => '---|').join('')}`,
  );
  for (const name of Object.keys(SCENARIOS)) {
    if (values.only && !new RegExp(values.only).test(name)) continue;
    const cells = [];
    for (const engine of engines) {
      try {
        const result = await measure(engine, mode, name);
        cells.push(cellOf(name, result));
      } catch (error) {
        cells.push(`failed: ${error.message.slice(0, 200)}`);
      }
    }
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
}
