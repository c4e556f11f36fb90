import type { Readable, Writable } from 'node:stream';

/** What a command sees of the process, so that tests can stand in for it. */
export interface CliIo {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Whether progress may be drawn on stderr. */
  readonly interactive: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C, SIGTERM, or when nobody reads stdout any longer. Listening starts at the first look. */
  readonly stopped: AbortSignal;
}

export function processIo(): CliIo {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  let listening = false;
  // `kawadb topic consume … | head` closes the pipe: an ordinary end, not an error.
  process.stdout.on('error', stop);
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    interactive: process.stderr.isTTY === true,
    env: process.env,
    get stopped() {
      if (!listening) {
        listening = true;
        // Once only: a second Ctrl-C ends a process that does not come to its end.
        process.once('SIGINT', stop);
        process.once('SIGTERM', stop);
      }
      return controller.signal;
    },
  };
}

/** Writes and waits while the reader is slower; returns at once when the reader is gone. */
export async function write(
  stream: Writable,
  bytes: string | Uint8Array,
  stopped?: AbortSignal,
): Promise<void> {
  if (stream.destroyed || stream.write(bytes) || stream.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      stopped?.removeEventListener('abort', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
    stopped?.addEventListener('abort', done);
    if (stopped?.aborted === true) done();
  });
}
