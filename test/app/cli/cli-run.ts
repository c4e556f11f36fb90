import { PassThrough, Readable } from 'node:stream';
import type { CliIo } from '../../../src/app/cli/cli-io.ts';
import { runCli } from '../../../src/app/cli/program.ts';

export interface CliRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface RunningCli {
  readonly done: Promise<CliRun>;
  /** What was printed so far. */
  out(): string;
  /** As Ctrl-C does. */
  stop(): void;
}

export interface CliInput {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts one command line in this process, with streams of its own. */
export function startCli(
  argv: readonly string[],
  { input = '', env = {} }: CliInput = {},
): RunningCli {
  const controller = new AbortController();
  const out = collected();
  const err = collected();
  const io: CliIo = {
    stdin: Readable.from([Buffer.from(input)]),
    stdout: out.stream,
    stderr: err.stream,
    interactive: false,
    env,
    stopped: controller.signal,
  };
  const done = runCli(argv, io).then((code) => ({ code, out: out.text(), err: err.text() }));
  return { done, out: out.text, stop: () => controller.abort() };
}

export function cli(argv: readonly string[], input: CliInput = {}): Promise<CliRun> {
  return startCli(argv, input).done;
}

function collected() {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString('latin1') };
}

export async function until(condition: () => boolean, withinMs = 10_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('condition not met in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
