import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SNAPSHOT_NAMES } from '../../../../src/app/services/log/log-loader.ts';
import type { LogManager } from '../../../../src/app/services/log/log-manager.ts';
import type { UnifiedLog } from '../../../../src/app/services/log/unified-log.ts';
import { encodeEndTransactionMarker } from '../../../../src/domain/record/control-record.ts';
import type { LogStore } from '../../../../src/ports/log-store.ts';
import { type Engine, engines } from '../engines.ts';
import { batchOf, checksum, logManager, ManualTime, ORDERS } from '../log-fixture.ts';
import { batchesIn, COMPACTED, cleanAll, cleanerOf, readCommitted } from './cleaner-bench.ts';

type Step =
  | {
      readonly kind: 'produce';
      readonly producer: number;
      readonly keys: readonly number[];
      /** Of each record: -1 for a tombstone. */
      readonly value: number;
      readonly compression: 'none' | 'gzip';
      readonly transactional: boolean;
    }
  | { readonly kind: 'end'; readonly producer: number; readonly commit: boolean }
  | { readonly kind: 'clean'; readonly bufferBytes: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'reopen' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('produce' as const),
      producer: fc.integer({ min: 0, max: 4 }),
      keys: fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 5 }),
      value: fc.integer({ min: -1, max: 9 }),
      compression: fc.constantFrom('none' as const, 'gzip' as const),
      transactional: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('end' as const),
      producer: fc.integer({ min: 0, max: 4 }),
      commit: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('clean' as const),
      bufferBytes: fc.constantFrom(1 << 20, 1 << 20, 24 * 9),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(400, 1100, 5000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
);

interface Written {
  readonly offset: bigint;
  readonly key: string;
  readonly value: string | null;
  readonly producer: number;
  readonly transactional: boolean;
}

/** What a log is told, and a plain account of what it has to hold. */
class CleanedLog {
  readonly #time = new ManualTime();
  readonly #store: () => LogStore;
  #manager!: LogManager;
  #log!: UnifiedLog;
  readonly #written = new Map<bigint, Written>();
  /** By producer: offsets of the open transaction. */
  readonly #open = new Map<number, bigint[]>();
  readonly #aborted = new Set<bigint>();
  readonly #sequences = new Map<number, number>();
  #last: { producer: number; batch: Uint8Array; offset: bigint } | undefined;
  #serial = 0;
  #close: () => Promise<void> = async () => {};
  rounds = 0;

  constructor(store: () => LogStore) {
    this.#store = store;
  }

  /** Everything has to be known from the batches that are left: there is no snapshot of the log's state. */
  async open(): Promise<void> {
    const store = this.#store();
    const recovered = await store.open();
    for (const { log } of recovered) {
      for (const name of SNAPSHOT_NAMES) await log.writeSnapshot(name, new Uint8Array());
    }
    this.#close = () => store.close();
    this.#manager = logManager(store, this.#time);
    await this.#manager.open(recovered);
    const existing = this.#manager.existing(ORDERS.topicId, 0);
    this.#log = existing ?? (await this.#manager.create(ORDERS, COMPACTED));
    this.#log.updateConfig(COMPACTED);
  }

  async close(): Promise<void> {
    await this.#manager.close();
    await this.#close();
  }

  async do(what: Step): Promise<void> {
    switch (what.kind) {
      case 'produce':
        return this.#produce(what);
      case 'end':
        return this.#end(what);
      case 'clean':
        return this.#clean(what.bufferBytes);
      case 'wait':
        this.#time.ms += what.ms;
        return;
      case 'reopen': {
        await this.close();
        await this.open();
        await this.#retry();
        return this.check();
      }
    }
  }

  /** The first of the producers has no id, the second no transactions. */
  async #produce(what: Step & { kind: 'produce' }): Promise<void> {
    const { producer, keys, compression } = what;
    const isOpen = this.#open.has(producer);
    const transactional = producer > 1 && (what.transactional || isOpen);
    const baseSequence = this.#sequences.get(producer) ?? 0;
    const records = keys.map((key) => {
      this.#serial += 1;
      const value = what.value < 0 ? null : `${what.value} ${this.#serial}`;
      return { key: `key ${key}`, value };
    });
    const identity = { producerId: BigInt(producer), producerEpoch: 0, baseSequence };
    const batch = batchOf(
      records.map(({ key, value }) => ({
        timestampMs: BigInt(this.#time.ms),
        key: Buffer.from(key),
        value: value === null ? null : Buffer.from(value),
      })),
      { compression, transactional, ...(producer === 0 ? {} : identity) },
    );
    const { baseOffset, committed } = this.#log.append(batch.slice(), { origin: 'client' });
    await committed;
    if (producer > 0) {
      this.#sequences.set(producer, baseSequence + keys.length);
      this.#last = { producer, batch, offset: baseOffset };
    }
    for (const [i, { key, value }] of records.entries()) {
      const offset = baseOffset + BigInt(i);
      this.#written.set(offset, { offset, key, value, producer, transactional });
      if (transactional) this.#open.set(producer, [...(this.#open.get(producer) ?? []), offset]);
    }
  }

  async #end({ producer, commit }: Step & { kind: 'end' }): Promise<void> {
    const offsets = this.#open.get(producer);
    if (offsets === undefined) return;
    this.#open.delete(producer);
    if (!commit) for (const offset of offsets) this.#aborted.add(offset);
    const marker = encodeEndTransactionMarker(
      {
        type: commit ? 'COMMIT' : 'ABORT',
        coordinatorEpoch: 0,
        producerId: BigInt(producer),
        producerEpoch: 0,
        timestampMs: BigInt(this.#time.ms),
      },
      checksum,
    );
    await this.#log.append(marker, { origin: 'coordinator' }).committed;
  }

  async #clean(dedupeBufferBytes: number): Promise<void> {
    const cleaner = cleanerOf(this.#manager, this.#time, { dedupeBufferBytes });
    this.rounds += await cleanAll(cleaner);
    expect([...cleaner.uncleanable.values()]).toEqual([]);
    await this.check();
    await this.#checkCompacted();
  }

  /** Nothing but what was written, in order, and a reader gets the last value of every key. */
  async check(): Promise<void> {
    const batches = await batchesIn(this.#log);
    let next = 0n;
    for (const { baseOffset, lastOffset, control, records } of batches) {
      expect(baseOffset).toBeGreaterThanOrEqual(next);
      next = lastOffset + 1n;
      if (control) continue;
      for (const { offset, key, value } of records) {
        const written = this.#written.get(offset);
        const found = { key: text(key), value: text(value) };
        expect(found, `${offset}`).toEqual({ key: written?.key, value: written?.value });
      }
    }
    // A consumer gets to the end.
    expect(next).toBe(this.#log.logEndOffset);
    const expected = new Map<string, [string, bigint]>();
    for (const { offset, key, value } of this.#written.values()) {
      if (this.#aborted.has(offset) || offset >= this.#log.lastStableOffset) continue;
      if (value === null) expected.delete(key);
      else expected.set(key, [value, offset]);
    }
    const sorted = (all: Map<string, unknown>) => [...all].sort(([a], [b]) => (a < b ? -1 : 1));
    expect(sorted(await readCommitted(this.#log))).toEqual(sorted(expected));
  }

  /** In what was cleaned each key is there once, no aborted record is, and no tombstone beyond its time. */
  async #checkCompacted(): Promise<void> {
    const { stored } = this.#log;
    const cleanedTo = stored.replaceable().reduce((to, run) => {
      return run.toOffset <= this.#log.lastStableOffset ? run.toOffset : to;
    }, 0n);
    const seen = new Set<string>();
    for (const { control, records, deleteHorizonMs } of await batchesIn(this.#log)) {
      if (control) continue;
      for (const { offset, key, value } of records) {
        if (offset >= cleanedTo) return;
        const name = text(key)!;
        expect(seen.has(name), `${name} at ${offset} is there once`).toBe(false);
        seen.add(name);
        expect(this.#aborted.has(offset), `${offset} was aborted`).toBe(false);
        if (value !== null) continue;
        expect(deleteHorizonMs).not.toBeNull();
      }
    }
  }

  /** What a producer sends again after a restart is known, and what it sends next fits. */
  async #retry(): Promise<void> {
    if (this.#last === undefined) return;
    const { batch, offset } = this.#last;
    const again = this.#log.append(batch.slice(), { origin: 'client' });
    expect([again.duplicate, again.baseOffset]).toEqual([true, offset]);
  }
}

function text(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString();
}

async function run(engine: Engine, steps: readonly Step[]): Promise<number> {
  const opened = await engine.open();
  const log = new CleanedLog(opened.store);
  await log.open();
  try {
    for (const each of steps) await log.do(each);
    await log.do({ kind: 'clean', bufferBytes: 1 << 20 });
    await log.do({ kind: 'reopen' });
    return log.rounds;
  } finally {
    await log.close();
    await opened.remove();
  }
}

describe.each(engines)('a log that is cleaned ($name)', (engine) => {
  it('keeps the last value of every key, and nothing that was aborted', async () => {
    const steps = fc.array(step, { minLength: 60, maxLength: 150 });
    const numRuns = engine.name === 'memory' ? 100 : 8;
    let rounds = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        rounds += await run(engine, all);
      }),
      // A counterexample is told as it is: the steps of hundreds take minutes to shrink.
      { numRuns, endOnFailure: true },
    );
    expect(rounds).toBeGreaterThan(numRuns);
  }, 180_000);
});
