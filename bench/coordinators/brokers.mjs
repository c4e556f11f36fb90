// The two brokers: started, killed, and looked at from outside.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const peers = join(root, '../shared/peers');
const UNSYNCED = 'log.flush.interval.messages=9223372036854775807';
const TICKS_PER_SECOND = 100;

class Process {
  pid = 0;

  /** `cpu`: the one processor that the broker may use; undefined for all. */
  constructor(port, cpu) {
    this.port = port;
    this.cpu = cpu;
  }

  /** Seconds of processor time it has used. */
  cpuSeconds() {
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  memoryMb() {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Math.round((Number(/VmRSS:\s+(\d+)/.exec(status)[1]) * 1024) / 1e6);
  }
}

export class KawaDb extends Process {
  label = 'kawadb';
  #data = mkdtempSync(join(tmpdir(), 'kawadb-bench-'));
  #child;

  async start() {
    const pinned = this.cpu === undefined ? [] : ['taskset', '-c', this.cpu];
    const [program, ...before] = [...pinned, process.execPath];
    this.#child = spawn(
      program,
      [
        ...[
          ...before,
          `${root}dist/app/cli/main.js`,
          'serve',
          '--listen',
          `127.0.0.1:${this.port}`,
        ],
        ...['--data-dir', this.#data, '--set', UNSYNCED],
        ...['--set', 'group.initial.rebalance.delay.ms=0'],
      ],
      // A session of its own, as Kafka has: Linux shares a busy processor among sessions first.
      {
        detached: true,
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, KAWADB_LOG_LEVEL: 'error' },
      },
    );
    this.pid = this.#child.pid;
    let output = '';
    await new Promise((resolve, reject) => {
      this.#child.stdout.on('data', (bytes) => {
        output += bytes;
        if (output.includes('kawadb ready')) resolve();
      });
      this.#child.once('exit', () => reject(new Error(`the broker did not start: ${output}`)));
    });
  }

  async kill() {
    const exited = new Promise((done) => this.#child.once('exit', done));
    this.#child.kill('SIGKILL');
    await exited;
  }

  async stop() {
    await this.kill();
    rmSync(this.#data, { recursive: true, force: true });
  }
}

export class Kafka extends Process {
  label = 'kafka';

  async start() {
    const { stdout, status } = spawnSync(join(peers, 'kafka/kafka-up'), [String(this.port)], {
      ...{ encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
      env: { ...process.env, ...(this.cpu !== undefined && { KAFKA_CPUS: this.cpu }) },
    });
    if (status !== 0) throw new Error('Kafka did not start');
    this.pid = Number(stdout.trim());
  }

  async kill() {
    process.kill(this.pid, 'SIGKILL');
    while (isAlive(this.pid)) await new Promise((done) => setTimeout(done, 10));
    // Where nobody reaps it the process keeps its number, and kafka-up takes it for running.
    const cache = process.env.KAWADB_PEERS_CACHE ?? join(homedir(), '.cache/kawadb-peers');
    rmSync(join(cache, `run/kafka-${this.port}/pid`), { force: true });
  }

  async stop() {
    spawnSync(join(peers, 'kafka/kafka-down'), [String(this.port)], {
      env: { ...process.env, KAFKA_WIPE: '1' },
    });
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return !/State:\s+Z/.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
