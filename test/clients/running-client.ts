import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

const PATIENCE_MS = 90_000;

/** A client that goes on until its input ends, and what it has told so far. */
export class RunningClient implements AsyncDisposable {
  readonly #child: ChildProcess;
  #output = '';

  constructor(program: string, args: readonly string[]) {
    this.#child = spawn(program, args, { stdio: 'pipe' });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
      });
    }
  }

  get lines(): readonly string[] {
    return this.#output.trim().split('\n');
  }

  /** Resolves when it has told what is wanted; rejects with all it told. */
  async until(what: string, isThere: (lines: readonly string[]) => boolean): Promise<void> {
    const endMs = Date.now() + PATIENCE_MS;
    while (!isThere(this.lines)) {
      if (Date.now() > endMs || this.#child.exitCode !== null) {
        throw new Error(`never ${what}: ${this.#output.slice(-2_000)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Ends one that does not look at its input. */
  kill(): void {
    this.#child.kill('SIGTERM');
  }

  /** Ends it in order. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.stdin?.end();
    const late = setTimeout(() => this.#child.kill('SIGKILL'), 20_000);
    await exited;
    clearTimeout(late);
  }
}
