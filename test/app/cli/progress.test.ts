import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { CliIo } from '../../../src/app/cli/cli-io.ts';
import { Progress } from '../../../src/app/cli/progress.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function drawn(interactive: boolean, stdoutIsTerminal: boolean, prints: boolean): string {
  const stderr = new PassThrough();
  const io: CliIo = {
    stdin: new PassThrough(),
    stdout: Object.assign(new PassThrough(), { isTTY: stdoutIsTerminal }),
    stderr,
    interactive,
    env: {},
    stopped: new AbortController().signal,
  };
  let count = 0;
  const progress = new Progress(io, () => `${++count} done`, prints);
  vi.advanceTimersByTime(600);
  progress.stop();
  vi.advanceTimersByTime(600);
  return String(stderr.read() ?? '').replaceAll('\r\x1b[K', '|');
}

it('is drawn for people, and wiped away at the end', () => {
  expect(drawn(true, true, false)).toBe('|1 done|2 done|');
  expect(drawn(true, false, true)).toBe('|1 done|2 done|');
});

it('stays away from files and from records on the same terminal', () => {
  expect(drawn(false, true, false)).toBe('');
  expect(drawn(true, true, true)).toBe('');
});
