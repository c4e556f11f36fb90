import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { durableEngines } from '../support/durable-engines.ts';
import { killRounds } from './kill-rounds.ts';

/** `KAWADB_CRASH_ROUNDS=1000 npm test -- test/crash/kill-nine` for the long run; each engine says how it gets on. */
const { KAWADB_CRASH_ROUNDS, CI } = process.env;
const ROUNDS = Number(KAWADB_CRASH_ROUNDS ?? (CI ? 50 : 4));
const ROUND_TIMEOUT_MS = 20_000;
const PROGRESS_ROUNDS = 50;

test.concurrent.each(durableEngines)(
  'nothing acknowledged is lost or doubled by kill -9 under load, %s engine',
  { timeout: (ROUNDS + 2) * ROUND_TIMEOUT_MS },
  async (storage) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'kawadb-crash-'));
    try {
      const { problems, ...report } = await killRounds({
        ...{ storage, dataDir, rounds: ROUNDS },
        progress: (round, { problems: _problems, ...counts }) => {
          if ((round + 1) % PROGRESS_ROUNDS === 0) console.info(storage, round + 1, counts);
        },
      });
      expect(problems).toEqual([]);
      expect(report.acknowledged).toBeGreaterThan(0);
      expect(report.acknowledgedOnce).toBeGreaterThan(0);
      expect(report.commits).toBeGreaterThan(0);
      expect(report.generations).toBeGreaterThan(0);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  },
);
