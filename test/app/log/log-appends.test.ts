import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MemoryLogStore } from '../../../src/adapters/memory/memory-log-store.ts';
import { check } from '../../protocol/check-log-appends.ts';
import { readVectors } from '../../protocol/vector-checker.ts';
import { logManager } from './log-fixture.ts';
import { runScenarioReopening } from './log-scenario.ts';

const GOLDEN = join(import.meta.dirname, '../../protocol/golden/log-appends.jsonl.gz');
const vectors = readVectors(GOLDEN);

describe("scenarios on Kafka's log", () => {
  it('are all there', () => expect(vectors).toHaveLength(51));

  it('are compared to the byte', async () => {
    const vector = vectors.find(({ id }) => id === 'txn/abort')!;
    const tampered = structuredClone(vector);
    tampered.finalHex = tampered.finalHex.replace(/..$/, 'ff');
    expect(await check(tampered)).toContain('bytes of the log');
    const misread = structuredClone(vector);
    misread.steps.at(-2).result.abortedTransactions[0].firstOffset = '4';
    expect(await check(misread)).toContain('abortedTransactions');
  });

  for (const vector of vectors) {
    it(vector.id, async () => expect(await check(vector)).toBeUndefined());
    it(`${vector.id}, stopped and started before each step`, async () => {
      const store = new MemoryLogStore();
      await runScenarioReopening(vector, async (time) => {
        const manager = logManager(store, time);
        await manager.open();
        return manager;
      });
    });
  }
});
