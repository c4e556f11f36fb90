import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RequestBudget } from '../../../src/adapters/kafka/request-budget.ts';

const BYTES_MAX = 1_000;
const FRAME_BYTES_MAX = 600;

const nextTick = () => new Promise<void>((resolve) => process.nextTick(resolve));

describe('RequestBudget', () => {
  it('lets those who wait go on in turn, also when they come back for more', async () => {
    const budget = new RequestBudget(100);
    budget.take(100);
    const order: string[] = [];
    const greedy = (name: string) => {
      const start = (): void => {
        if (budget.mayStart) {
          order.push(name);
          budget.take(100);
        }
        budget.wait(start);
      };
      return start;
    };
    for (const name of ['a', 'b', 'c']) greedy(name)();
    for (let i = 0; i < 6; i += 1) {
      budget.give(100);
      await nextTick();
    }
    expect(order).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  });

  it('starts whole requests while large frames that arrive hold all they may', () => {
    const budget = new RequestBudget(100);
    budget.reserve(1_000);
    expect([budget.mayReserve, budget.mayStart]).toEqual([false, true]);
    budget.take(49);
    expect(budget.mayStart).toBe(true);
    budget.take(1);
    expect(budget.mayStart).toBe(false);
  });

  it('promises to frames that arrive no more than half and one of them', () => {
    const budget = new RequestBudget(100);
    budget.reserve(30);
    expect(budget.mayReserve).toBe(true);
    budget.reserve(30);
    expect(budget.mayReserve).toBe(false);
    expect(budget.mayStart).toBe(true);
  });

  it('is never negative, goes over its bound by one of each kind at most, and forgets nobody', async () => {
    const frames = fc.array(
      fc.record({
        bytes: fc.integer({ min: 1, max: FRAME_BYTES_MAX }),
        large: fc.boolean(),
        gone: fc.boolean(),
      }),
      { maxLength: 40 },
    );
    await fc.assert(fc.asyncProperty(frames, fc.infiniteStream(fc.nat()), letAllThrough));
  });
});

/** Every frame wants in; those that are in are done in an order of chance. */
async function letAllThrough(
  frames: readonly { bytes: number; large: boolean; gone: boolean }[],
  chance: Iterator<number>,
): Promise<void> {
  const budget = new RequestBudget(BYTES_MAX);
  const ends: (() => void)[] = [];
  const waiting = new Map<number, () => void>();
  let done = 0;
  for (const [place, { bytes, large }] of frames.entries()) {
    const enter = (): void => {
      waiting.delete(place);
      if (large ? !budget.mayReserve : !budget.mayStart) {
        waiting.set(place, enter);
        budget.wait(enter);
        return;
      }
      if (!large) {
        budget.take(bytes);
        ends.push(() => budget.give(bytes));
        return;
      }
      budget.reserve(bytes);
      ends.push(() => {
        // Whole now: it starts whatever the others do, as it was promised.
        budget.take(bytes);
        budget.giveReserved(bytes);
        ends.push(() => budget.give(bytes));
        done -= 1;
      });
    };
    enter();
  }
  for (const [place, enter] of waiting) {
    if (!frames[place]?.gone) continue;
    budget.forget(enter);
    waiting.delete(place);
    done += 1;
  }
  while (ends.length > 0) {
    expect(budget.bytes).toBeGreaterThanOrEqual(0);
    expect(budget.bytes).toBeLessThan(BYTES_MAX + 3 * FRAME_BYTES_MAX);
    const [end] = ends.splice(chance.next().value % ends.length, 1);
    end?.();
    done += 1;
    await nextTick();
  }
  expect(done).toBe(frames.length);
  expect([budget.bytes, budget.waitingCount, waiting.size]).toEqual([0, 0, 0]);
}
