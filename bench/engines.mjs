// Measures the storage engines beside each other in one run and prints a table: `node bench/engines.mjs [--engines a,b]
// [--seconds N] [--mode fsync|system]…`. Needs ../shared/peers for the load generator. The broker has core 0, the load core 1.
// With `--cost N` it produces N bytes instead, waits until the broker has nothing to do any more, and prints processor
// seconds and bytes written for what was produced: figures that say the same on a loaded machine.
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
    cost: { type: 'string' },
    port: { type: 'string', default: '29192' },
    // Of another build, to compare with.
    dist: { type: 'string', default: 'dist' },
  },
});
const BOOTSTRAP = `127.0.0.1:${values.port}`;
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
  // As many bytes per batch as with one partition, so that what 64 logs cost is told from what small batches cost.
  'produce 1 KiB, 64 partitions, one a request': [
    ...['produce', ...PRODUCE, '-size', '1024', '-batch', '64', '-partitions', '64'],
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
      ...['-c', '0', process.execPath, join(root, values.dist, 'app/cli/main.js'), 'serve'],
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

const TICKS_PER_SECOND = 100;

/** Of all its threads. */
function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

async function untilIdle(pid) {
  for (let before = -1; ; ) {
    const now = cpuSeconds(pid);
    if (now - before < 0.02) return;
    before = now;
    await wait(1000);
  }
}

/** What it costs to take a number of bytes, with all that an engine does later on. */
async function costOf(engine, mode, name) {
  const directory = mkdtempSync(join(tmpdir(), 'kawadb-engines-'));
  const broker = await serve(engine, mode, directory);
  const { pid } = broker;
  try {
    const args = SCENARIOS[name].slice(1).filter((arg) => !['-duration', '-warmup'].includes(arg));
    const load = args.filter((arg) => arg !== duration && arg !== '2s');
    run(['fill', '-topic', 'warm', '-partitions', '64', '-bytes', '100000000'], pid);
    await untilIdle(pid);
    const before = { cpu: cpuSeconds(pid), written: writtenBytes(pid) };
    const filled = run(['fill', '-topic', 'cost', ...load, '-bytes', values.cost], pid);
    const atOnce = cpuSeconds(pid) - before.cpu;
    await untilIdle(pid);
    const gb = filled.bytes / 1e9;
    const cpu = (cpuSeconds(pid) - before.cpu) / gb;
    const written = (writtenBytes(pid) - before.written) / filled.bytes;
    const later = `${cpu.toFixed(2)} s/GB (${(atOnce / gb).toFixed(2)} by then)`;
    return `${Math.round(filled.bytes / 1e6 / filled.seconds)} MB/s, ${later}, ×${written.toFixed(1)}`;
  } finally {
    await stop(broker, directory);
  }
}

async function stop(broker, directory) {
  const ended = new Promise((resolve) => broker.once('exit', resolve));
  broker.kill('SIGTERM');
  await ended;
  rmSync(directory, { recursive: true, force: true });
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
    await stop(broker, directory);
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
    if (values.cost && SCENARIOS[name][0] !== 'produce') continue;
    const cells = [];
    for (const engine of engines) {
      try {
        if (values.cost) cells.push(await costOf(engine, mode, name));
        else cells.push(cellOf(name, await measure(engine, mode, name)));
      } catch (error) {
        cells.push(`failed: ${error.message.slice(0, 200)}`);
      }
    }
    console.log(`| ${name} | ${cells.join(' | ')} |`);
  }
}
