import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { durableEngines } from '../support/durable-engines.ts';
import { transactionalRounds } from './transactional-rounds.ts';

/** `KAWADB_CRASH_ROUNDS=1000 npm test -- test/crash/kill-nine` for the long run. */
const { KAWADB_CRASH_ROUNDS, CI } = process.env;
const ROUNDS = Number(KAWADB_CRASH_ROUNDS ?? (CI ? 20 : 2));
const ROUND_TIMEOUT_MS = 30_000;

test.each(durableEngines)(
  'transactions are whole or not there after kill -9 under load, %s engine',
  { timeout: (ROUNDS + 2) * ROUND_TIMEOUT_MS },
  async (storage) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'kawadb-crash-'));
    try {
      const { problems, ...counts } = await transactionalRounds({
        ...{ storage, dataDir, rounds: ROUNDS, random: Math.random },
      });
      console.info(storage, counts);
      expect(problems).toEqual([]);
      expect(counts.committed).toBeGreaterThan(0);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  },
);
