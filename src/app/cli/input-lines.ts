import type { Readable } from 'node:stream';
import { CliError } from './cli-error.ts';

/** What a line may grow to before it ends. */
const LINE_BYTES_MAX = 64 * 1024 * 1024;
const NEWLINE = 10;

/** The lines of a stream as they come, many at a time, without their newline; a last one may lack it. */
export async function* inputLines(
  input: Readable,
): AsyncGenerator<readonly Uint8Array[], void, undefined> {
  let rest: Uint8Array[] = [];
  let restBytes = 0;
  for await (const piece of input) {
    const chunk = typeof piece === 'string' ? Buffer.from(piece) : (piece as Buffer);
    const lines: Uint8Array[] = [];
    let start = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, start)) {
      const line = chunk.subarray(start, at);
      lines.push(rest.length === 0 ? line : Buffer.concat([...rest, line]));
      rest = [];
      restBytes = 0;
      start = at + 1;
    }
    if (start < chunk.length) {
      rest.push(chunk.subarray(start));
      restBytes += chunk.length - start;
      if (restBytes > LINE_BYTES_MAX) throw new CliError('a line of the input is above 64 MiB');
    }
    if (lines.length > 0) yield lines;
  }
  if (rest.length > 0) yield [Buffer.concat(rest)];
}
