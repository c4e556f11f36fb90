import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLogSnapshot, encodeLogSnapshot } from '../../../src/domain/log/log-snapshot.ts';
import { LogState } from '../../../src/domain/log/log-state.ts';
import { encodeEndTransactionMarker } from '../../../src/domain/record/control-record.ts';
import { portableChecksum } from '../../../src/domain/record/crc32c.ts';
import { encodeRecordBatch } from '../../../src/domain/record/record-batch.ts';
import { readLastOffset, viewOf } from '../../../src/domain/record/record-batch-header.ts';

const compression = {
  compress: (_type: unknown, bytes: Uint8Array) => bytes,
  decompress: (_type: unknown, bytes: Uint8Array) => bytes,
};

interface Step {
  readonly producer: number;
  readonly kind: 'plain' | 'transactional' | 'COMMIT' | 'ABORT';
  readonly count: number;
  readonly epoch: number;
  readonly sequenceJump: number;
}

const steps = fc.array(
  fc.record<Step>({
    producer: fc.integer({ min: 0, max: 3 }),
    kind: fc.constantFrom('plain', 'transactional', 'COMMIT', 'ABORT'),
    count: fc.integer({ min: 1, max: 4 }),
    epoch: fc.integer({ min: 0, max: 2 }),
    // Mostly the next sequence, else a retry or a gap.
    sequenceJump: fc.constantFrom(0, 0, 0, 0, -1, 1),
  }),
  { maxLength: 60 },
);

/** Writes what is accepted, as the log would; the accepted batches are the answer. */
function run(all: readonly Step[], state: LogState): Uint8Array[] {
  const accepted: Uint8Array[] = [];
  let offset = 0n;
  const next = new Map<number, number>();
  for (const step of all) {
    const expected = next.get(step.producer) ?? 0;
    const baseSequence = Math.max(0, expected + step.sequenceJump);
    const batch = batchOf(step, offset, baseSequence);
    const view = viewOf(batch);
    const origin = step.kind === 'COMMIT' || step.kind === 'ABORT' ? 'coordinator' : 'client';
    try {
      if (state.checkProducer(batch, view, { origin, transactionVersion: 1 }, compression))
        continue;
    } catch {
      next.set(step.producer, 0);
      continue;
    }
    state.replay(batch, view, compression);
    if (origin === 'client') next.set(step.producer, baseSequence + step.count);
    accepted.push(batch);
    offset = readLastOffset(view, 0) + 1n;
  }
  return accepted;
}

function batchOf(step: Step, baseOffset: bigint, baseSequence: number): Uint8Array {
  const producerId = BigInt(100 + step.producer);
  const producerEpoch = step.epoch;
  if (step.kind === 'COMMIT' || step.kind === 'ABORT') {
    const marker = { type: step.kind, coordinatorEpoch: 0, timestampMs: 1n } as const;
    const common = { producerId, producerEpoch, baseOffset, partitionLeaderEpoch: 0 };
    return encodeEndTransactionMarker({ ...marker, ...common }, portableChecksum);
  }
  const records = Array.from({ length: step.count }, () => ({ timestampMs: 1n }));
  return encodeRecordBatch(
    {
      records,
      baseOffset,
      partitionLeaderEpoch: 0,
      producerId,
      producerEpoch,
      baseSequence,
      transactional: step.kind === 'transactional',
    },
    { compression, checksum: portableChecksum },
  );
}

function replayed(batches: readonly Uint8Array[], state = new LogState()): LogState {
  for (const batch of batches) state.replay(batch, viewOf(batch), compression);
  return state;
}

function fingerprint(state: LogState, end: bigint): string {
  const producers = [...state.producers.producers].sort((a, b) =>
    Number(a.producerId - b.producerId),
  );
  return JSON.stringify(
    [
      producers,
      state.producers.aborted.entries,
      state.leaderEpochs.entries,
      state.producers.lastStableOffset(end),
    ],
    (_key, value) => (typeof value === 'bigint' ? `${value}n` : value),
  );
}

function endOf(batches: readonly Uint8Array[]): bigint {
  const last = batches.at(-1);
  return last === undefined ? 0n : readLastOffset(viewOf(last), 0) + 1n;
}

describe('the state of a log', () => {
  it('is that of its batches, from the start or from any snapshot on', () => {
    fc.assert(
      fc.property(steps, fc.nat(), (all, cut) => {
        const state = new LogState();
        const batches = run(all, state);
        const end = endOf(batches);
        state.producers.highWatermarkAdvanced(end);
        const again = replayed(batches);
        again.producers.highWatermarkAdvanced(end);
        expect(fingerprint(again, end)).toBe(fingerprint(state, end));
        const at = batches.length === 0 ? 0 : cut % (batches.length + 1);
        const offset = endOf(batches.slice(0, at));
        const bytes = encodeLogSnapshot({ offset, state: replayed(batches.slice(0, at)) });
        const snapshot = decodeLogSnapshot(bytes)!;
        expect(snapshot.offset).toBe(offset);
        const restored = replayed(batches.slice(at), snapshot.state);
        restored.producers.highWatermarkAdvanced(end);
        expect(fingerprint(restored, end)).toBe(fingerprint(state, end));
      }),
    );
  });

  it('never holds a retried batch twice, and sequences have no gaps within an epoch', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const state = new LogState();
        for (const batch of run(all, state)) expect(batch.length).toBeGreaterThan(0);
        for (const { batches } of state.producers.producers) {
          expect(batches.length).toBeLessThanOrEqual(5);
          for (let i = 1; i < batches.length; i++) {
            expect(batches[i]!.firstSequence).toBe(batches[i - 1]!.lastSequence + 1);
            expect(batches[i]!.firstOffset).toBeGreaterThan(batches[i - 1]!.lastOffset);
          }
        }
      }),
    );
  });

  it('keeps the last stable offset at the oldest open transaction', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const state = new LogState();
        const end = endOf(run(all, state));
        state.producers.highWatermarkAdvanced(end);
        const open = [...state.producers.producers]
          .flatMap(({ currentTxnFirstOffset: first }) => (first === undefined ? [] : [first]))
          .sort((a, b) => Number(a - b));
        expect(state.producers.lastStableOffset(end)).toBe(open[0] ?? end);
      }),
    );
  });
});

describe('a damaged snapshot', () => {
  it('is not used', () => {
    const bytes = encodeLogSnapshot({ offset: 3n, state: new LogState() });
    for (let i = 0; i < bytes.length; i++) {
      const damaged = bytes.slice();
      damaged[i]! ^= 0x10;
      expect(decodeLogSnapshot(damaged)).toBeUndefined();
      expect(decodeLogSnapshot(bytes.slice(0, i))).toBeUndefined();
    }
  });
});
