import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startBrokerProcess } from '../support/broker-process.ts';
import { kafkaTool, kafkaToolAvailable } from './run-client.ts';

const COMMON = fileURLToPath(new URL('../../../shared/peers/kafka/common.sh', import.meta.url));
const SOURCE = fileURLToPath(new URL('./streams/ExactlyOnce.java', import.meta.url));
const RECORDS = 3_000;

/** Where Maven has put Kafka's jars, as its tools find them. */
function classPath(): string {
  const script = `here=$(dirname "$0"); . "$0" >&2; class_path tools`;
  return spawnSync('bash', ['-c', script, COMMON], { encoding: 'utf8' }).stdout.trim();
}

interface Application {
  readonly process: ChildProcess;
  readonly running: Promise<void>;
}

function start(args: readonly string[]): Application {
  const child = spawn('java', ['-Xmx300m', '-cp', classPath(), SOURCE, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const running = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      if (/^RUNNING$/m.test(chunk.toString())) resolve();
    });
  });
  return { process: child, running };
}

async function kill({ process: child }: Application): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

test.skipIf(!kafkaToolAvailable())(
  'Kafka Streams, exactly once: application and broker are killed, nothing is lost or doubled',
  { timeout: 180_000 },
  async () => {
    const state = await mkdtemp(join(tmpdir(), 'kawadb-streams-'));
    let broker = await startBrokerProcess();
    const port = Number(broker.bootstrap.split(':').at(-1));
    const { dataDir, bootstrap } = broker;
    const at = ['--bootstrap-server', bootstrap];
    const arguments_ = [bootstrap, 'counter', 'streams-source', 'streams-target', state];
    let application: Application | undefined;
    try {
      for (const topic of ['streams-source', 'streams-target']) {
        await kafkaTool('topics', [...at, '--create', '--topic', topic, '--partitions', '2']);
      }
      const feed = (from: number) => {
        const lines = Array.from({ length: RECORDS / 3 }, (_, n) => `value-${from + n}`);
        return kafkaTool(
          'console-producer',
          [...at, '--topic', 'streams-source'],
          `${lines.join('\n')}\n`,
        );
      };
      await feed(0);
      application = start(arguments_);
      await application.running;
      const feeding = feed(RECORDS / 3);
      await sleep(1_500);
      await kill(application);
      await feeding;
      application = start(arguments_);
      await application.running;
      await broker.stop('SIGKILL');
      broker = await startBrokerProcess({ dataDir, port });
      await feed((2 * RECORDS) / 3);
      const consumed = await kafkaTool('console-consumer', [
        ...[...at, '--topic', 'streams-target', '--from-beginning', '--timeout-ms', '30000'],
        ...['--isolation-level', 'read_committed', '--max-messages', String(RECORDS)],
        ...['--property', 'print.key=true'],
      ]);
      const lines = consumed.output.split('\n').filter((line) => line.startsWith('key-'));
      expect(lines).toHaveLength(RECORDS);
      // Every count of every key, once.
      const counts = new Map<string, Set<number>>();
      for (const line of lines) {
        const [key = '', count] = line.split('\t');
        counts.set(key, (counts.get(key) ?? new Set()).add(Number(count)));
      }
      const last = [...counts.values()].map((seen) => Math.max(...seen));
      expect(last.reduce((sum, count) => sum + count, 0)).toBe(RECORDS);
      expect([...counts.values()].map(({ size }) => size)).toEqual(last);
    } finally {
      application?.process.kill('SIGKILL');
      await broker[Symbol.asyncDispose]();
      await rm(state, { recursive: true, force: true });
    }
  },
);
