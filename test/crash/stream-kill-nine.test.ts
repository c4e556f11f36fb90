import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { streamKillRounds } from './stream-kill-rounds.ts';

/** `KAWADB_CRASH_ROUNDS=100 npm test -- test/crash/stream-kill-nine` for the long run. */
const { KAWADB_CRASH_ROUNDS, CI } = process.env;
const ROUNDS = Number(KAWADB_CRASH_ROUNDS ?? (CI ? 8 : 3));
const ROUND_TIMEOUT_MS = 20_000;
const PROGRESS_ROUNDS = 10;

test('a view and its topic have every record once after kill -9 under load', {
  timeout: (ROUNDS + 10) * ROUND_TIMEOUT_MS,
}, async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kawadb-crash-'));
  try {
    const { problems, ...report } = await streamKillRounds({
      ...{ storage: 'segment', dataDir, rounds: ROUNDS },
      progress: (round) => {
        if ((round + 1) % PROGRESS_ROUNDS === 0) console.info('streams', round + 1);
      },
    });
    if (ROUNDS >= PROGRESS_ROUNDS) console.info(report);
    expect(problems).toEqual([]);
    expect(report.records).toBeGreaterThan(0);
    expect(report.outputRecords).toBeGreaterThan(0);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
