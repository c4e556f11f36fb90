import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LOG_CONFIG } from '../../../src/domain/log/log-config.ts';
import { decodeRecordBatchHeader } from '../../../src/domain/record/record-batch.ts';
import { batchesOf } from '../../../src/domain/record/record-batches.ts';
import { HeldStore, quiet } from './failing-store.ts';
import { batchOf, joined, logManager, ManualTime, ORDERS } from './log-fixture.ts';

type Step =
  | { readonly kind: 'append'; readonly producer: number; readonly count: number }
  | { readonly kind: 'retry'; readonly producer: number }
  | { readonly kind: 'turn'; readonly fails: boolean }
  | { readonly kind: 'release' };

const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('append' as const),
      producer: fc.integer({ min: 0, max: 2 }),
      count: fc.integer({ min: 1, max: 3 }),
    }),
    fc.record({ kind: fc.constant('retry' as const), producer: fc.integer({ min: 0, max: 2 }) }),
    fc.record({ kind: fc.constant('turn' as const), fails: fc.constantFrom(false, false, true) }),
    fc.record({ kind: fc.constant('release' as const) }),
  ),
  { maxLength: 40 },
);

interface Sent {
  readonly sequence: number;
  readonly count: number;
}

interface Acked extends Sent {
  readonly producer: number;
  readonly baseOffset: bigint;
}

/** Some idempotent producers on a store that is slow and fails. Gives what was acknowledged. */
async function run(all: readonly Step[]) {
  const store = new HeldStore();
  store.held = true;
  const time = new ManualTime();
  const manager = logManager(store, time, { snapshotIntervalBytes: 300 });
  await manager.open();
  const log = await manager.create(ORDERS, DEFAULT_LOG_CONFIG);
  const next = [0, 0, 0];
  const last: (Sent | undefined)[] = [undefined, undefined, undefined];
  const acked: Acked[] = [];
  const send = (producer: number, sent: Sent): void => {
    const input = { producerId: BigInt(producer), producerEpoch: 0, baseSequence: sent.sequence };
    try {
      const info = log.append(batchOf(sent.count, input), { origin: 'client' });
      const ack = { producer, ...sent, baseOffset: info.baseOffset };
      info.committed.then(() => acked.push(ack)).catch(() => undefined);
      last[producer] = sent;
      next[producer] = Math.max(next[producer]!, sent.sequence + sent.count);
    } catch {
      // Refused at once: the producer does not go on.
    }
  };
  for (const step of all) {
    if (step.kind === 'append') {
      send(step.producer, { sequence: next[step.producer]!, count: step.count });
    } else if (step.kind === 'retry') {
      const sent = last[step.producer];
      if (sent !== undefined) send(step.producer, sent);
    } else if (step.kind === 'turn') {
      store.failing = step.fails;
      await quiet();
    } else {
      store.release();
    }
    time.advance(100);
  }
  store.held = false;
  store.failing = false;
  for (let i = 0; i < 45; i++) store.release();
  await quiet();
  await manager.close();
  return { store, log, acked };
}

describe('a log on a store that fails now and then', () => {
  it('holds what it acknowledged, each once, with dense offsets and sequences', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const { store, log, acked } = await run(all);
        const data = await log.read(0n, {
          maxBytes: 1 << 30,
          minOneMessage: true,
          isolation: 'log_end',
        });
        const stored = [...batchesOf(joined(data.slices))].map(({ bytes }) =>
          decodeRecordBatchHeader(bytes),
        );
        let offset = 0n;
        const sequences = new Map<bigint, number>();
        for (const batch of stored) {
          expect(batch.baseOffset).toBe(offset);
          offset = batch.lastOffset + 1n;
          const before = sequences.get(batch.producerId);
          if (before !== undefined) expect(batch.baseSequence).toBe(before + 1);
          sequences.set(batch.producerId, batch.lastSequence);
        }
        expect(log.highWatermark).toBe(offset);
        for (const { producer, sequence, baseOffset } of acked) {
          const found = stored.filter(
            (batch) => batch.producerId === BigInt(producer) && batch.baseSequence === sequence,
          );
          expect(found.map((batch) => batch.baseOffset)).toEqual([baseOffset]);
        }
        const reopened = logManager(store, new ManualTime());
        await reopened.open();
        const again = reopened.get(ORDERS.topicId, 0)!;
        expect(new Set(again.activeProducers())).toEqual(new Set(log.activeProducers()));
      }),
      { numRuns: 200 },
    );
  });
});
