import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../src/app/cli/main.ts', import.meta.url));

/** A broker as users run it: a process of its own, on a free port, over a folder that outlives it. */
export interface BrokerProcess extends AsyncDisposable {
  readonly bootstrap: string;
  readonly process: ChildProcess;
  readonly dataDir: string;
  /** What it has written so far to either stream. */
  output(): string;
  /** Sends a signal and waits for the end; gives the exit code. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

export interface BrokerProcessOptions {
  readonly storage?: string;
  readonly dataDir?: string;
  readonly port?: number;
  readonly settings?: Readonly<Record<string, string>>;
  /** Called with the process before it is ready. */
  readonly started?: (child: ChildProcess) => void;
}

const LISTENING_WITHIN_MS = 60_000;

/** Where it listens beside Kafka's port; the line that tells so may come after the broker is ready. */
export async function listeningPort(
  running: BrokerProcess,
  protocol: 'HTTP' | 'PostgreSQL',
): Promise<number> {
  const line = new RegExp(`"port":(\\d+)[^\\n]*listening for ${protocol}`);
  for (const endMs = Date.now() + LISTENING_WITHIN_MS; Date.now() < endMs; await sleep(10)) {
    const port = line.exec(running.output())?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error(`it does not listen for ${protocol}:\n${running.output()}`);
}

export async function startBrokerProcess(
  options: BrokerProcessOptions = {},
): Promise<BrokerProcess> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'kawadb-')));
  const settings = Object.entries(options.settings ?? {}).flatMap(([key, value]) => [
    '--set',
    `${key}=${value}`,
  ]);
  const child = spawn(
    process.execPath,
    [
      ...[PROGRAM, 'serve', '--listen', `127.0.0.1:${options.port ?? 0}`],
      ...['--data-dir', dataDir, '--storage', options.storage ?? 'segment', ...settings],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  options.started?.(child);
  const exited = once(child, 'exit');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const bootstrap = await readyAddress(child);
  const stop = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
    return child.exitCode;
  };
  return {
    bootstrap,
    process: child,
    dataDir,
    output: () => output,
    stop,
    async [Symbol.asyncDispose]() {
      await stop('SIGKILL');
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function readyAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
      const ready = /kawadb ready on (\S+)/.exec(output);
      if (ready?.[1] !== undefined) resolve(ready[1]);
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the broker ended with ${code}: ${output}`)));
  });
}
