import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const COMMON = fileURLToPath(new URL('../../../../shared/peers/kafka/common.sh', import.meta.url));
const SOURCE = fileURLToPath(new URL('./ExactlyOnce.java', import.meta.url));

export type GroupProtocol = 'classic' | 'streams';

export interface StreamsApplicationOptions {
  readonly bootstrap: string;
  readonly applicationId: string;
  readonly source: string;
  readonly target: string;
  readonly stateFolder: string;
  readonly protocol: GroupProtocol;
}

/** Where Maven has put Kafka's jars, as its tools find them. */
function classPath(): string {
  const script = `here=$(dirname "$0"); . "$0" >&2; class_path tools`;
  return spawnSync('bash', ['-c', script, COMMON], { encoding: 'utf8' }).stdout.trim();
}

/** An instance of the application that counts, in a process of its own. */
export class StreamsApplication {
  readonly #process: ChildProcess;
  readonly #running: Promise<void>;
  #output = '';

  private constructor(child: ChildProcess) {
    this.#process = child;
    this.#running = new Promise((resolve, reject) => {
      const note = (chunk: Buffer) => {
        this.#output += chunk.toString();
        if (/^RUNNING$/m.test(this.#output)) resolve();
      };
      child.stdout?.on('data', note);
      child.stderr?.on('data', note);
      child.once('exit', () => reject(new Error(`it ended before it ran: ${this.#output}`)));
    });
    // Whether it ever ran is of no interest to who does not ask.
    this.#running.catch(() => undefined);
  }

  static start(options: StreamsApplicationOptions): StreamsApplication {
    const { bootstrap, applicationId, source, target, stateFolder, protocol } = options;
    const child = spawn(
      'java',
      [
        ...['-Xmx300m', '-XX:TieredStopAtLevel=1', '-cp', classPath(), SOURCE],
        ...[bootstrap, applicationId, source, target, stateFolder, protocol],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    return new StreamsApplication(child);
  }

  /** Resolves once its tasks run for the first time. */
  isRunning(): Promise<void> {
    return this.#running;
  }

  /** What it wrote so far: the states it went through, and warnings. */
  get output(): string {
    return this.#output;
  }

  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }
}
