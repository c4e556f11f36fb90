// Measures the broker beside Apache Kafka in one run and prints the ratios. Needs ../shared/peers (Kafka, the load
// generator) and its own build; scenario names may follow, as `../shared/peers/bench --list` gives them.
import '../scripts/guard-node.mjs';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const peers = join(root, '../shared/peers');
if (!existsSync(join(peers, 'bench'))) {
  console.error(
    'the peers to measure against are not beside this checkout: ../shared/peers is missing',
  );
  process.exit(1);
}
const args = process.argv.slice(2);
const fsync = args.includes('--fsync');
const scenarios = args.filter((argument) => !argument.startsWith('--'));
const directory = mkdtempSync(join(tmpdir(), 'kawadb-bench-'));
const NO_SYNC = '--set log.flush.interval.messages=9223372036854775807';

function bench(label, port, up, down, extra) {
  const out = join(directory, `${label}.jsonl`);
  const result = spawnSync(
    join(peers, 'bench'),
    [
      ...[
        '--label',
        label,
        '--bootstrap',
        `127.0.0.1:${port}`,
        '--pin',
        '--runs',
        '1',
        '--out',
        out,
      ],
      ...['--up', up, '--down', down, ...extra, ...scenarios],
    ],
    {
      stdio: 'inherit',
      cwd: peers,
      env: { ...process.env, KAFKA_EXTRA: fsync ? 'log.flush.interval.messages=1' : '' },
    },
  );
  if (result.status !== 0) console.error(`bench of ${label} ended with ${result.status}`);
  return out;
}

const data = join(directory, 'data');
const pidFile = join(directory, 'kawadb.pid');
const serve = `${process.execPath} ${root}dist/app/cli/main.js serve --listen 127.0.0.1:29092 --data-dir ${data} --log-level error`;
const ours = bench(
  'kawadb',
  29092,
  `bash -c 'setsid ${serve} ${fsync ? '' : NO_SYNC} >${directory}/kawadb.log 2>&1 & echo $! | tee ${pidFile}'`,
  `bash -c 'kill $(cat ${pidFile}); sleep 1'`,
  [],
);
const kafka = args.includes('--alone')
  ? undefined
  : bench('kafka', 28092, 'KAFKA_NO_WAIT=1 kafka/kafka-up 28092', 'kafka/kafka-down 28092', [
      '--prewarm',
      '20s',
    ]);
if (kafka !== undefined) {
  spawnSync(join(peers, 'bench'), ['compare', kafka, ours], { stdio: 'inherit', cwd: peers });
}
