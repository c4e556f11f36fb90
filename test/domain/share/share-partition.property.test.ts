import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AcquireMode } from '../../../src/domain/share/share-partition-messages.ts';
import { StateTransition } from '../../../src/domain/share/state-transition.ts';
import { ACCEPT, batchesOf, SharePartitionHarness } from './share-partition-harness.ts';

type Step =
  | {
      readonly kind: 'fetch';
      readonly member: string;
      readonly mode: AcquireMode;
      readonly maxRecords: number;
      readonly batchesRead: number;
      readonly batchSize: number;
    }
  | {
      readonly kind: 'acknowledge';
      readonly member: string;
      readonly run: number;
      readonly cut: number;
      readonly types: readonly number[];
    }
  | { readonly kind: 'settle'; readonly stored: boolean }
  | {
      readonly kind: 'wild';
      readonly member: string;
      readonly first: number;
      readonly size: number;
    }
  | { readonly kind: 'release'; readonly member: string }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'bury' }
  | { readonly kind: 'restart' };

const member = fc.constantFrom('a', 'b', 'c');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('fetch' as const),
      member,
      mode: fc.constantFrom<AcquireMode>('batch_optimized', 'record_limit'),
      maxRecords: fc.integer({ min: 1, max: 30 }),
      batchesRead: fc.integer({ min: 1, max: 4 }),
      batchSize: fc.integer({ min: 1, max: 20 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('acknowledge' as const),
      member,
      run: fc.nat(5),
      cut: fc.nat(9),
      types: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 8 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      stored: fc.constantFrom(true, true, true, false),
    }),
  },
  fc.record({ kind: fc.constant('wild' as const), member, first: fc.nat(90), size: fc.nat(20) }),
  fc.record({ kind: fc.constant('release' as const), member }),
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(1, 10_000, 30_000),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('bury' as const) }) },
  fc.record({ kind: fc.constant('restart' as const) }),
);

const LIMIT = 2;

/** What the members may believe, kept beside the partition and checked against it. */
class Model {
  readonly h: SharePartitionHarness;
  readonly end: number;
  /** Offsets whose end was stored: nobody may see them again. */
  readonly done = new Set<bigint>();
  readonly delivered = new Map<bigint, number>();
  /** Offsets that are in the queue of dead letters. */
  readonly buried = new Set<bigint>();
  /** Acknowledgements that are not stored yet. */
  private pending: StateTransition[] = [];

  constructor(sizes: number[], hasDeadLetterQueue: boolean) {
    this.h = new SharePartitionHarness(batchesOf(...sizes), {
      maxDeliveryCount: LIMIT,
      maxInFlightRecords: 40,
      hasDeadLetterQueue,
    });
    this.end = sizes.reduce((sum, size) => sum + size, 0);
  }

  run(step: Step): void {
    const { h } = this;
    switch (step.kind) {
      case 'fetch':
        this.fetch(step);
        break;
      case 'acknowledge':
        this.acknowledge(step);
        break;
      case 'settle':
        this.settle(step.stored);
        break;
      case 'wild':
        this.wild(step.member, step.first, step.first + step.size);
        break;
      case 'release':
        h.release(step.member);
        break;
      case 'wait':
        h.expire(step.ms);
        break;
      case 'bury':
        this.bury();
        break;
      case 'restart':
        // What was on its way to the log does not get there.
        this.pending = [];
        h.restart();
        break;
    }
    this.check();
  }

  /** A record goes into the queue once, unless a stop comes before that is stored, and never out of a member's hands. */
  private bury(): void {
    const letter = this.h.buryFirst();
    if (letter === undefined) return;
    for (let at = letter.firstOffset; at <= letter.lastOffset; at += 1n) {
      expect(this.buried.has(at)).toBe(false);
      this.buried.add(at);
      this.done.add(at);
    }
  }

  private holders(): Map<bigint, string> {
    const holders = new Map<bigint, string>();
    for (const { firstOffset, lastOffset, state, memberId } of this.h.partition.inFlight()) {
      for (let at = firstOffset; at <= lastOffset; at += 1n) {
        expect(holders.has(at)).toBe(false);
        holders.set(at, state === 'acquired' ? memberId : '');
      }
    }
    return holders;
  }

  fetch(options: Omit<Extract<Step, { kind: 'fetch' }>, 'kind'>): number {
    const before = this.holders();
    const { startOffset } = this.h.partition;
    const { member: memberId, ...rest } = options;
    let count = 0;
    for (const [first, last, deliveryCount] of this.h.fetch(memberId, rest)) {
      expect(deliveryCount).toBeGreaterThanOrEqual(1);
      expect(deliveryCount).toBeLessThanOrEqual(LIMIT);
      for (let offset = first; offset <= last; offset += 1n) {
        expect(before.get(offset) ?? '').toBe('');
        expect(this.done.has(offset)).toBe(false);
        expect(offset >= startOffset).toBe(true);
        this.delivered.set(offset, (this.delivered.get(offset) ?? 0) + 1);
        count += 1;
      }
    }
    if (options.mode === 'record_limit') expect(count).toBeLessThanOrEqual(options.maxRecords);
    return count;
  }

  private acknowledge(step: Extract<Step, { kind: 'acknowledge' }>): void {
    const { h } = this;
    const held = [...h.partition.inFlight()].filter(({ memberId }) => memberId === step.member);
    const run = held[step.run % Math.max(held.length, 1)];
    if (run === undefined) return;
    const size = Number(run.lastOffset - run.firstOffset) + 1;
    const skip = step.cut % size;
    const first = run.firstOffset + BigInt(skip);
    const types = step.types.slice(0, size - skip);
    const last = types.length === 1 ? run.lastOffset : first + BigInt(types.length) - 1n;
    const answer = h.start(step.member, {
      firstOffset: first,
      lastOffset: last,
      acknowledgeTypes: types,
    });
    expect(answer).toBeInstanceOf(StateTransition);
    this.pending.push(answer as StateTransition);
  }

  private settle(stored: boolean): void {
    const transition = this.pending.shift();
    if (transition === undefined) return;
    if (stored) {
      this.h.commit(transition);
      this.note(transition);
    } else {
      this.h.partition.rollBack(transition);
    }
  }

  private note(transition: StateTransition): void {
    for (const { firstOffset, lastOffset, state } of transition.stateBatches) {
      if (state === 'available') continue;
      for (let at = firstOffset; at <= lastOffset; at += 1n) this.done.add(at);
    }
  }

  /** Offsets out of the air: only what the member holds may change. */
  private wild(memberId: string, first: number, last: number): void {
    const holders = this.holders();
    const { startOffset } = this.h.partition;
    const answer = this.h.start(memberId, {
      firstOffset: BigInt(first),
      lastOffset: BigInt(last),
      acknowledgeTypes: [ACCEPT],
    });
    if (!(answer instanceof StateTransition)) return;
    for (const { firstOffset, lastOffset } of answer.stateBatches) {
      for (let at = firstOffset; at <= lastOffset; at += 1n) {
        expect(holders.get(at)).toBe(memberId);
        expect(at >= startOffset).toBe(true);
      }
    }
    this.h.commit(answer);
    this.note(answer);
  }

  private check(): void {
    const { h } = this;
    const { startOffset } = h.partition;
    const live = new Map<bigint, string>();
    let before = -1n;
    for (const { firstOffset, lastOffset, state, deliveryCount } of h.partition.inFlight()) {
      expect(firstOffset > before).toBe(true);
      before = lastOffset;
      expect(deliveryCount).toBeLessThanOrEqual(LIMIT);
      for (let at = firstOffset; at <= lastOffset; at += 1n)
        live.set(at, `${state} ${deliveryCount}`);
    }
    // The window takes at most one record batch more than it should hold.
    expect(before - startOffset).toBeLessThan(40n + 12n);
    for (const offset of this.done) {
      if (offset >= startOffset)
        expect(live.get(offset)).toMatch(/acknowledged|archiving|archived/);
    }
    this.checkRestored(live);
  }

  /** A restart now would know of every record what is known, but for those that members hold. */
  private checkRestored(live: ReadonlyMap<bigint, string>): void {
    const { h } = this;
    const restored = new SharePartitionHarness(h.log, h.config, h.stored);
    const { startOffset } = restored.partition;
    expect(startOffset <= h.partition.startOffset).toBe(true);
    const states = new Map<bigint, string>();
    for (const { firstOffset, lastOffset, ...rest } of restored.partition.inFlight()) {
      for (let at = firstOffset; at <= lastOffset; at += 1n) {
        states.set(at, `${rest.state} ${rest.deliveryCount}`);
      }
    }
    const unsettled = new Set<bigint>();
    for (const { stateBatches } of this.pending) {
      for (const { firstOffset, lastOffset } of stateBatches) {
        for (let at = firstOffset; at <= lastOffset; at += 1n) unsettled.add(at);
      }
    }
    for (let at = 0n; at < BigInt(this.end); at += 1n) {
      const was = live.get(at);
      if (unsettled.has(at)) continue;
      if (at < h.partition.startOffset) {
        if (at >= startOffset) expect(states.get(at)).toMatch(/acknowledged|archived/);
      } else if (was !== undefined && !was.startsWith('acquired')) {
        // A record that was never stored was never delivered as far as anyone knows.
        expect(states.get(at) ?? 'available 0').toBe(was);
      }
    }
  }

  /** Members that accept everything get to the end. */
  drain(): void {
    const { h } = this;
    while (this.pending.length > 0) this.settle(true);
    h.expire(30_000);
    while (h.letters.length > 0) this.bury();
    for (let round = 0; h.partition.startOffset < BigInt(this.end); round += 1) {
      expect(round).toBeLessThan(500);
      const options = { mode: 'batch_optimized', maxRecords: 50, batchesRead: 4 } as const;
      this.fetch({ member: 'a', ...options, batchSize: 50 });
      for (const { firstOffset, lastOffset, memberId } of [...h.partition.inFlight()]) {
        if (memberId !== 'a') continue;
        expect(h.acknowledge('a', Number(firstOffset), Number(lastOffset), ACCEPT)).toBe('NONE');
      }
    }
    expect([...h.partition.inFlight()]).toEqual([]);
  }
}

test('no record is with two members, comes again once it is done with, or more often than allowed, and all come', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 12 }),
      fc.array(step, { maxLength: 60 }),
      fc.boolean(),
      (sizes, steps, hasDeadLetterQueue) => {
        const model = new Model(sizes, hasDeadLetterQueue);
        for (const each of steps) model.run(each);
        model.drain();
        for (let at = 0n; at < BigInt(model.end); at += 1n) {
          expect(model.delivered.get(at)).toBeGreaterThanOrEqual(1);
        }
      },
    ),
    { numRuns: 300 },
  );
});
