import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { CliIo } from '../../../src/app/cli/cli-io.ts';
import { QueryProgress } from '../../../src/app/cli/sql/query-progress.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function drawn(interactive: boolean, recordsTotal: number | undefined): Promise<string> {
  const stderr = new PassThrough();
  const io: CliIo = {
    ...{ stdin: new PassThrough(), stdout: new PassThrough(), stderr, interactive, env: {} },
    stopped: new AbortController().signal,
  };
  let recordsRead = 0;
  const progress = new QueryProgress(io, {
    progress: async () => {
      recordsRead += 1_000_000;
      return recordsTotal === undefined ? undefined : { recordsRead, recordsTotal };
    },
  });
  await vi.advanceTimersByTimeAsync(2100);
  progress.stop();
  await vi.advanceTimersByTimeAsync(2000);
  return String(stderr.read() ?? '');
}

it('tells how long a query takes and how much of the topics it has read', async () => {
  const text = await drawn(true, 8_000_000);
  expect(text).toContain('1 s, 25 % of 8,000,000 records read');
  expect(text.endsWith('2 s, 37 % of 8,000,000 records read\r\x1b[K')).toBe(true);
});

it('tells the time alone where no topic is read, and nothing to programs', async () => {
  expect(await drawn(true, undefined)).toContain('2 s\r');
  expect(await drawn(true, 0)).not.toContain('%');
  expect(await drawn(false, 5)).toBe('');
});
