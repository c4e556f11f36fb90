import { expect, test } from 'vitest';
import { MemoryLogStore } from '../../../src/adapters/memory/memory-log-store.ts';
import type { UnifiedLog } from '../../../src/app/services/log/unified-log.ts';
import { DEFAULT_LOG_CONFIG } from '../../../src/domain/log/log-config.ts';
import { withRollJitter } from '../../../src/domain/log/roll-jitter.ts';
import { batchOf, logManager, ManualTime, ORDERS } from './log-fixture.ts';

const CONFIG = { ...DEFAULT_LOG_CONFIG, segmentMs: 10_000, segmentJitterMs: 9_000 };
const START_MS = 1_700_000_000_000n;

/** How many segments two records are in that are so far from each other. */
async function segmentsOf(log: UnifiedLog, apartMs: number): Promise<number> {
  for (const timestampMs of [START_MS, START_MS + BigInt(apartMs)]) {
    const batch = batchOf([{ timestampMs, key: null, value: null }]);
    await log.append(batch, { origin: 'client' }).committed;
  }
  return log.stored.droppable().length;
}

test.each(['from its creation', 'from a change on'])(
  'a log has its own jitter %s',
  async (since) => {
    const { segmentMs } = withRollJitter(CONFIG, ORDERS);
    expect(segmentMs).toBeLessThan(CONFIG.segmentMs);
    for (const [apartMs, segments] of [
      [segmentMs, 1],
      [segmentMs + 1, 2],
    ] as const) {
      const logs = logManager(new MemoryLogStore(), new ManualTime());
      await logs.open();
      const isNew = since === 'from its creation';
      const log = await logs.create(ORDERS, isNew ? CONFIG : DEFAULT_LOG_CONFIG);
      if (!isNew) log.updateConfig(CONFIG);
      expect(await segmentsOf(log, apartMs)).toBe(segments);
      await logs.close();
    }
  },
);
