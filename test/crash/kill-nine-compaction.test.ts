import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { durableEngines } from '../support/durable-engines.ts';
import { killRounds } from './kill-rounds.ts';
import { transactionalRounds } from './transactional-rounds.ts';

const { KAWADB_CRASH_ROUNDS, CI } = process.env;
const ROUNDS = Number(KAWADB_CRASH_ROUNDS ?? (CI ? 5 : 2));
const ENGINES = KAWADB_CRASH_ROUNDS || CI ? durableEngines : (['segment'] as const);
const ROUND_TIMEOUT_MS = 20_000;

/** The coordinators' topics are closed and compacted all the time, so that many kills fall on that. */
const SETTINGS = {
  'log.roll.ms': '20',
  'log.cleaner.backoff.ms': '10',
  'log.cleaner.min.cleanable.ratio': '0',
  'log.cleaner.delete.retention.ms': '50',
};

describe.each(ENGINES)('coordinators over compacted topics (%s)', (storage) => {
  test('know after kill -9 what they answered', {
    timeout: (2 * ROUNDS + 2) * ROUND_TIMEOUT_MS,
  }, async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'kawadb-compaction-'));
    try {
      const { problems, commits } = await killRounds({
        ...{ storage, dataDir, rounds: ROUNDS, settings: SETTINGS },
      });
      expect(problems).toEqual([]);
      expect(commits).toBeGreaterThan(0);
      if (storage === 'segment') expect(await compactedSegments(dataDir)).toBeGreaterThan(0);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  test('and of transactions', { timeout: (2 * ROUNDS + 2) * ROUND_TIMEOUT_MS }, async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'kawadb-compaction-'));
    try {
      let seed = 7;
      const random = (): number => {
        seed = (seed * 48_271) % 0x7fffffff;
        return seed / 0x7fffffff;
      };
      const options = { storage, dataDir, rounds: ROUNDS, random, settings: SETTINGS };
      const { problems, committed } = await transactionalRounds(options);
      expect(problems).toEqual([]);
      expect(committed).toBeGreaterThan(0);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});

/** Of the coordinators' topics. */
async function compactedSegments(dataDir: string): Promise<number> {
  const folders = (await readdir(dataDir)).filter((name) => name.startsWith('__consumer_offsets-'));
  const names = await Promise.all(folders.map((folder) => readdir(join(dataDir, folder))));
  return names.flat().filter((name) => name.endsWith('.compacted')).length;
}
