import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { check } from '../../protocol/check-log-appends.ts';
import { readVectors, type Vector } from '../../protocol/vector-checker.ts';
import { type Engine, engines, type OpenEngine } from './engines.ts';
import { logManager } from './log-fixture.ts';
import { runScenario, runScenarioReopening } from './log-scenario.ts';

const GOLDEN = join(import.meta.dirname, '../../protocol/golden/log-appends.jsonl.gz');
const vectors = readVectors(GOLDEN);

async function onEngine(engine: Engine, run: (open: OpenEngine) => Promise<void>): Promise<void> {
  const open = await engine.open();
  try {
    await run(open);
  } finally {
    await open.remove();
  }
}

function reopening(vector: Vector, open: OpenEngine): Promise<void> {
  return runScenarioReopening(vector, async (time) => {
    const manager = logManager(open.store(), time);
    await manager.open();
    return manager;
  });
}

describe("scenarios on Kafka's log", () => {
  it('are all there', () => expect(vectors).toHaveLength(51));

  it('are compared to the byte', async () => {
    const vector = vectors.find(({ id }) => id === 'txn/abort')!;
    expect(await check(vector)).toBeUndefined();
    const tampered = structuredClone(vector);
    tampered.finalHex = tampered.finalHex.replace(/..$/, 'ff');
    expect(await check(tampered)).toContain('bytes of the log');
    const misread = structuredClone(vector);
    misread.steps.at(-2).result.abortedTransactions[0].firstOffset = '4';
    expect(await check(misread)).toContain('abortedTransactions');
  });
});

for (const engine of engines) {
  describe(`scenarios on the engine ${engine.name}`, () => {
    for (const vector of vectors) {
      it(vector.id, () => onEngine(engine, (open) => runScenario(vector, open.store())));
      it(`${vector.id}, stopped and started before each step`, () =>
        onEngine(engine, (open) => reopening(vector, open)));
    }
  });
}
