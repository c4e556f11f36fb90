import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RECORD_STATES, type RecordState } from '../../../src/domain/share/record-state.ts';
import { combineStateBatches, type StateBatch } from '../../../src/domain/share/state-batch.ts';

const batch: fc.Arbitrary<StateBatch> = fc
  .record({
    first: fc.nat(40),
    size: fc.integer({ min: 1, max: 12 }),
    state: fc.constantFrom<RecordState>('available', 'acknowledged', 'archived'),
    deliveryCount: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ first, size, state, deliveryCount }) => ({
    firstOffset: BigInt(first),
    lastOffset: BigInt(first + size - 1),
    state,
    deliveryCount,
  }));

function rank({ state, deliveryCount }: StateBatch): number {
  return deliveryCount * 10 + RECORD_STATES[state];
}

/** Per offset the highest of all that speak of it. */
function expected(batches: readonly StateBatch[], startOffset: bigint): Map<bigint, number> {
  const states = new Map<bigint, number>();
  for (const each of batches) {
    for (let offset = each.firstOffset; offset <= each.lastOffset; offset += 1n) {
      if (offset < startOffset) continue;
      states.set(offset, Math.max(states.get(offset) ?? 0, rank(each)));
    }
  }
  return states;
}

test('combined batches tell of each offset the highest that was said of it, in order and without overlap', () => {
  fc.assert(
    fc.property(fc.array(fc.array(batch, { maxLength: 6 })), fc.nat(30), (writes, start) => {
      const startOffset = BigInt(start);
      let combined: StateBatch[] = [];
      for (const write of writes) combined = combineStateBatches(combined, write, startOffset);
      const told = new Map<bigint, number>();
      let before: StateBatch | undefined;
      for (const each of combined) {
        expect(each.firstOffset <= each.lastOffset).toBe(true);
        if (before !== undefined) {
          expect(each.firstOffset > before.lastOffset).toBe(true);
          const touches = before.lastOffset + 1n === each.firstOffset;
          expect(touches && rank(before) === rank(each)).toBe(false);
        }
        before = each;
        for (let at = each.firstOffset; at <= each.lastOffset; at += 1n) told.set(at, rank(each));
      }
      const sorted = (map: Map<bigint, number>) => [...map].sort(([a], [b]) => Number(a - b));
      expect(sorted(told)).toEqual(sorted(expected(writes.flat(), startOffset)));
    }),
  );
});
