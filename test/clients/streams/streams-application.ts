import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const COMMON = fileURLToPath(new URL('../../../../shared/peers/kafka/common.sh', import.meta.url));
const SOURCE = fileURLToPath(new URL('./ExactlyOnce.java', import.meta.url));

export type GroupProtocol = 'classic' | 'streams';

/** Settings of a broker by which an instance that was killed is soon missed, and the others hear of it soon. */
export const QUICK_STREAMS_GROUPS = {
  'group.streams.min.session.timeout.ms': '6000',
  'group.streams.session.timeout.ms': '6000',
  'group.streams.min.heartbeat.interval.ms': '500',
  'group.streams.heartbeat.interval.ms': '500',
  'group.streams.initial.rebalance.delay.ms': '0',
  'group.streams.assignment.interval.ms': '0',
};

export interface StreamsApplicationOptions {
  readonly bootstrap: string;
  readonly applicationId: string;
  readonly source: string;
  readonly target: string;
  readonly stateFolder: string;
  readonly protocol: GroupProtocol;
  /** More of Kafka Streams' settings. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Where Maven has put Kafka's jars, as its tools find them. */
function classPath(): string {
  const script = `here=$(dirname "$0"); . "$0" >&2; class_path tools`;
  return spawnSync('bash', ['-c', script, COMMON], { encoding: 'utf8' }).stdout.trim();
}

/** An instance of the application that counts, in a process of its own. */
export class StreamsApplication {
  readonly #process: ChildProcess;
  #output = '';

  private constructor(child: ChildProcess) {
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
      });
    }
  }

  static start(options: StreamsApplicationOptions): StreamsApplication {
    const { bootstrap, applicationId, source, target, stateFolder, protocol, settings } = options;
    const child = spawn(
      'java',
      [
        ...['-Xmx300m', '-XX:TieredStopAtLevel=1', '-cp', classPath(), SOURCE],
        ...[bootstrap, applicationId, source, target, stateFolder, protocol],
        ...Object.entries(settings ?? {}).map(([key, value]) => `${key}=${value}`),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    return new StreamsApplication(child);
  }

  /** Resolves once its tasks run for the first time. */
  isRunning(): Promise<void> {
    return this.until((lines) => lines.includes('RUNNING'));
  }

  /** Waits until it has written what is asked for: the states it went through, and what all instances have. */
  async until(holds: (lines: readonly string[]) => boolean): Promise<void> {
    for (let left = 1_200; left > 0; left--) {
      if (holds(this.#output.split('\n'))) return;
      if (this.#hasEnded) break;
      await sleep(100);
    }
    throw new Error(`the application ended or waited in vain: ${this.#output}`);
  }

  get #hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  async kill(): Promise<void> {
    if (this.#hasEnded) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }
}
