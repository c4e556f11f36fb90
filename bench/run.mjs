// Measures the broker beside Apache Kafka in one run and prints the ratios: `npm run bench -- [--fsync] [--alone]
// [--runs N] [SCENARIO…]`. Needs ../shared/peers (Kafka and the load generator); `../shared/peers/bench --list` names the
// scenarios. Both brokers have core 0, the load has core 1.
import '../scripts/guard-node.mjs';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const peers = join(root, '../shared/peers');
if (!existsSync(join(peers, 'bench'))) {
  console.error(
    'the peers to measure against are not beside this checkout: ../shared/peers is missing',
  );
  process.exit(1);
}
const { values, positionals: scenarios } = parseArgs({
  allowPositionals: true,
  options: {
    fsync: { type: 'boolean', default: false },
    alone: { type: 'boolean', default: false },
    runs: { type: 'string', default: '1' },
    out: { type: 'string' },
    touch: { type: 'string', default: '12' },
  },
});
const directory = values.out ?? mkdtempSync(join(tmpdir(), 'kawadb-bench-'));
const UNSYNCED = 'log.flush.interval.messages=9223372036854775807';

/**
 * A virtual machine gets its memory from its host page by page, when it is first written to. Whoever runs first would pay
 * for that, so the pages that files will be cached in are touched before.
 */
function touchMemory(gigabytes) {
  const file = join(directory, 'touched');
  const zeros = Buffer.alloc(64 * 1024 * 1024, 1);
  writeFileSync(file, zeros);
  for (let at = 0; at < (gigabytes * 1024) / 64; at++) writeFileSync(file, zeros, { flag: 'a' });
  rmSync(file);
}

function measure(label, port, { up, down, extra = [], env = {} }) {
  touchMemory(Number(values.touch));
  const out = join(directory, `${label}.jsonl`);
  const args = ['--label', label, '--bootstrap', `127.0.0.1:${port}`, '--pin'];
  const { status } = spawnSync(
    join(peers, 'bench'),
    [
      ...args,
      '--runs',
      values.runs,
      '--out',
      out,
      '--up',
      up,
      '--down',
      down,
      ...extra,
      ...scenarios,
    ],
    { stdio: 'inherit', cwd: peers, env: { ...process.env, ...env } },
  );
  if (status !== 0) console.error(`the bench of ${label} ended with ${status}`);
  return out;
}

const pidFile = join(directory, 'kawadb.pid');
const program = `${process.execPath} ${root}dist/app/cli/main.js`;
const data = join(directory, 'data');
const flush = values.fsync ? '' : `--set ${UNSYNCED}`;
const serve = `${program} serve --listen 127.0.0.1:29092 --data-dir ${data} ${flush}`;
const kafka = values.alone
  ? undefined
  : measure('kafka', 28092, {
      up: 'KAFKA_NO_WAIT=1 kafka/kafka-up 28092',
      down: 'kafka/kafka-down 28092',
      extra: ['--prewarm', '60s', '--warmup', '5s'],
      env: { KAFKA_EXTRA: values.fsync ? 'log.flush.interval.messages=1' : '' },
    });
const kawadb = measure('kawadb', 29092, {
  up: `bash -c 'setsid ${serve} >${directory}/kawadb.log 2>&1 & echo $! | tee ${pidFile}'`,
  down: `bash -c 'kill $(cat ${pidFile}); while kill -0 $(cat ${pidFile}) 2>/dev/null; do sleep 0.1; done'`,
  extra: ['--warmup', '5s'],
  env: { KAWADB_LOG_LEVEL: 'error' },
});
if (kafka !== undefined) {
  spawnSync(join(peers, 'bench'), ['compare', kafka, kawadb], { stdio: 'inherit', cwd: peers });
}
rmSync(data, { recursive: true, force: true });
