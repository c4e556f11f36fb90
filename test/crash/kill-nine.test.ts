import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { killRounds } from './kill-rounds.ts';

/** `KAWADB_CRASH_ROUNDS=300 npm test -- test/crash` for the long run. */
const ROUNDS = Number(process.env.KAWADB_CRASH_ROUNDS ?? 8);
const ROUND_TIMEOUT_MS = 10_000;

test.each(['segment'])(
  'nothing acknowledged is lost by kill -9 under load, %s engine',
  { timeout: (ROUNDS + 2) * ROUND_TIMEOUT_MS },
  async (storage) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'kawadb-crash-'));
    try {
      const { acknowledged, problems } = await killRounds({ storage, dataDir, rounds: ROUNDS });
      expect(problems).toEqual([]);
      expect(acknowledged).toBeGreaterThan(ROUNDS);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  },
);
