import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Offset } from '../../domain/topic-partition.ts';
import type { StoredLog, StoredLogConfig } from '../../ports/log-store.ts';
import { LogModel } from './log-model.ts';
import { bytesOf, entriesOf, type SampleBatch, sampleBatch } from './sample-batches.ts';
import {
  expectBatches,
  LARGE_SEGMENTS,
  type LogStoreSubject,
  readAll,
  readOnce,
  SMALL_SEGMENTS,
  StoreBench,
} from './store-bench.ts';
import { expectTimes } from './time-tests.ts';

/** A place in the log, from a bit before its start to a bit beyond its end. */
type Place = number;

type Step =
  | { readonly kind: 'append'; readonly shapes: readonly Shape[]; readonly synced: boolean }
  | { readonly kind: 'read'; readonly from: Place; readonly upTo: Place; readonly maxBytes: number }
  | { readonly kind: 'truncate' | 'dropPrefix' | 'reset' | 'find'; readonly at: Place }
  | { readonly kind: 'replace'; readonly from: Place; readonly to: Place; readonly every: number }
  | { readonly kind: 'snapshot'; readonly byte: number }
  | { readonly kind: 'configure'; readonly segmentBytes: number }
  | { readonly kind: 'reopen' | 'crash' };

interface Shape {
  readonly gap: number;
  readonly records: number;
  readonly valueBytes: number;
  readonly time: number;
}

const place = fc.double({ min: -0.1, max: 1.1, noNaN: true });
const shape: fc.Arbitrary<Shape> = fc.record({
  gap: fc.constantFrom(0, 0, 0, 1, 7, 100_000),
  records: fc.integer({ min: 1, max: 6 }),
  valueBytes: fc.constantFrom(0, 10, 50, 300),
  time: fc.integer({ min: 0, max: 40 }),
});
const append = fc.record({
  kind: fc.constant('append' as const),
  shapes: fc.array(shape, { minLength: 1, maxLength: 5 }),
  synced: fc.boolean(),
});
const read = fc.record({
  kind: fc.constant('read' as const),
  from: place,
  upTo: place,
  maxBytes: fc.constantFrom(0, 100, 333, 1000, 5000),
});
const change = fc.record({
  kind: fc.constantFrom('truncate' as const, 'dropPrefix' as const, 'find' as const),
  at: place,
});
const replace = fc.record({
  kind: fc.constant('replace' as const),
  from: place,
  to: place,
  every: fc.constantFrom(1, 2, 3, 1000),
});
const reset = fc.record({ kind: fc.constant('reset' as const), at: place });
const snapshot = fc.record({
  kind: fc.constant('snapshot' as const),
  byte: fc.integer({ min: 0, max: 255 }),
});
const configure = fc.record({
  kind: fc.constant('configure' as const),
  segmentBytes: fc.constantFrom(100, 400, 2000, 1 << 30),
});

function stepsFor(subject: LogStoreSubject): fc.Arbitrary<Step[]> {
  const { durable } = subject.capabilities;
  const ways = durable ? (['reopen', 'crash'] as const) : (['reopen'] as const);
  const reopening = fc.record({ kind: fc.constantFrom(...ways) });
  const canReopen = durable || subject.again !== undefined;
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 8, arbitrary: append },
    { weight: 4, arbitrary: read },
    { weight: 4, arbitrary: change },
    { weight: 3, arbitrary: replace },
    { weight: 1, arbitrary: reset },
    { weight: 1, arbitrary: snapshot },
    { weight: 1, arbitrary: configure },
    ...(canReopen ? [{ weight: 2, arbitrary: reopening }] : []),
  );
  return fc.array(step, { maxLength: 30 });
}

/** Does to an engine and to the model what the steps say, and compares them. */
class ModelRun {
  readonly #bench: StoreBench;
  readonly #model = new LogModel();
  #log: StoredLog;
  #config: StoredLogConfig;
  #seed = 0;

  constructor(bench: StoreBench, log: StoredLog, config: StoredLogConfig) {
    this.#bench = bench;
    this.#log = log;
    this.#config = config;
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      await this.#do(step);
      await this.#compare();
    }
  }

  async #do(step: Step): Promise<void> {
    const log = this.#log;
    const model = this.#model;
    switch (step.kind) {
      case 'append':
        return this.#append(step.shapes, step.synced);
      case 'read':
        return this.#read(step);
      case 'truncate': {
        const at = this.#offsetAt(step.at);
        await log.truncate(at);
        expect(log.endOffset <= at || at >= model.endOffset).toBe(true);
        model.truncate(at, log.endOffset);
        return;
      }
      case 'dropPrefix': {
        const at = this.#offsetAt(step.at);
        await log.dropPrefix(at);
        model.dropPrefix(at);
        return;
      }
      case 'reset': {
        const at = this.#offsetAt(step.at);
        await log.reset(at);
        model.reset(at);
        return;
      }
      case 'replace':
        return this.#replace(step);
      case 'find':
        return expectTimes(log, model.batches, [BigInt(Math.round(step.at * 40))]);
      case 'snapshot':
        model.snapshot = new Uint8Array(step.byte).fill(step.byte);
        return log.writeSnapshot('state', model.snapshot);
      case 'configure':
        this.#config = { ...this.#config, segmentBytes: step.segmentBytes };
        return log.configure(this.#config);
      case 'reopen':
      case 'crash':
        return this.#openAgain(step.kind);
    }
  }

  async #append(shapes: readonly Shape[], synced: boolean): Promise<void> {
    let next = this.#model.endOffset;
    const batches: SampleBatch[] = [];
    for (const { gap, records, valueBytes, time } of shapes) {
      const baseOffset = next + BigInt(gap);
      const timestampMs = BigInt(time);
      this.#seed += 1;
      const input = { baseOffset, records, valueBytes, timestampMs, seed: this.#seed };
      batches.push(sampleBatch(input));
      next = baseOffset + BigInt(records);
    }
    await this.#bench.append(this.#log, batches, synced ? 'synced' : 'written');
    this.#model.append(batches);
  }

  async #replace({ from, to, every }: Step & { kind: 'replace' }): Promise<void> {
    const log = this.#log;
    const runs = log.replaceable();
    if (runs.length === 0) return;
    const [first, last] = [from, to]
      .map((each) => Math.min(runs.length - 1, Math.max(0, Math.floor(each * runs.length))))
      .sort((a, b) => a - b) as [number, number];
    const range = { fromOffset: runs[first]!.fromOffset, toOffset: runs[last]!.toOffset };
    const others = this.#model.batches
      .filter(({ lastOffset }) => lastOffset >= range.fromOffset && lastOffset < range.toOffset)
      .filter((_, i) => i % every === 0)
      .map((batch, i) => (i % 2 === 0 ? batch : this.#rewritten(batch)));
    await log.replace(
      range,
      entriesOf(log, others).map(({ log: _log, ...entry }) => entry),
    );
    this.#model.replace(range, others);
  }

  #rewritten({ baseOffset, lastOffset, maxTimestampMs }: SampleBatch): SampleBatch {
    this.#seed += 1;
    const records = Number(lastOffset - baseOffset) + 1;
    const timestampMs = (maxTimestampMs * 3n) % 40n;
    return sampleBatch({ baseOffset, records, timestampMs, valueBytes: 3, seed: this.#seed });
  }

  async #read(step: Step & { kind: 'read' }): Promise<void> {
    const fromOffset = this.#offsetAt(step.from);
    const upTo = this.#offsetAt(step.upTo);
    const { maxBytes } = step;
    const all = this.#model.from(fromOffset).filter(({ lastOffset }) => lastOffset < upTo);
    const { startOffset } = this.#model;
    if (fromOffset < startOffset) return;
    for (const minOneBatch of [true, false]) {
      const request = { fromOffset, upTo, maxBytes, minOneBatch };
      const batches = await readOnce(this.#log, request);
      expectBatches(batches, all.slice(0, batches.length));
      const first = all[0]?.bytes.length ?? 0;
      const atMost = minOneBatch ? Math.max(maxBytes, first) : maxBytes;
      expect(bytesOf(all.slice(0, batches.length))).toBeLessThanOrEqual(atMost);
      if (first > 0 && first <= atMost) expect(batches.length).toBeGreaterThan(0);
    }
  }

  async #openAgain(way: 'reopen' | 'crash'): Promise<void> {
    this.#log = (await this.#bench[way]())!;
    this.#log.configure(this.#config);
    const { clean, truncatedBytes } = this.#bench.recovered[0]!;
    expect([clean, truncatedBytes]).toEqual([way === 'reopen', 0]);
  }

  async #compare(): Promise<void> {
    const log = this.#log;
    const { startOffset, endOffset, batches, snapshot: bytes } = this.#model;
    expect([log.startOffset, log.endOffset]).toEqual([startOffset, endOffset]);
    expect(log.sizeBytes).toBeGreaterThanOrEqual(bytesOf(batches));
    if (startOffset === 0n) expect(log.sizeBytes).toBe(bytesOf(batches));
    expectBatches(await readAll(log), batches);
    const read = await log.readSnapshot('state');
    expect(read === undefined ? undefined : [...read]).toEqual(bytes && [...bytes]);
  }

  #offsetAt(at: Place): Offset {
    const { startOffset, endOffset } = this.#model;
    const span = Number(endOffset - startOffset);
    const offset = startOffset + BigInt(Math.round(at * (span + 4)));
    return offset < 0n ? 0n : offset;
  }
}

export function modelTests(subject: LogStoreSubject): void {
  describe.each([
    ['one segment', LARGE_SEGMENTS],
    ['small segments', SMALL_SEGMENTS],
  ] as const)('any sequence of operations (%s)', (_name, config) => {
    it('does to the log what it does to an array', async () => {
      await fc.assert(
        fc.asyncProperty(stepsFor(subject), async (steps) => {
          const bench = await StoreBench.open(subject);
          try {
            await new ModelRun(bench, await bench.create(undefined, config), config).run(steps);
          } finally {
            await bench.dispose();
          }
        }),
        { numRuns: subject.capabilities.durable ? 60 : 200 },
      );
    });
  });
}
