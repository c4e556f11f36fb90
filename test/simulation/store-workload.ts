import type { LogStore, StoredLog } from '../../src/ports/log-store.ts';
import {
  entryOf,
  type SampleBatch,
  sampleBatch,
} from '../../src/testing/log-store/sample-batches.ts';
import { expectBatches, readAll } from '../../src/testing/log-store/store-bench.ts';
import type { LogOracle } from './log-oracle.ts';
import type { SeededRandom } from './seeded-random.ts';

export interface StoreWorkloadOptions {
  readonly store: LogStore;
  readonly oracles: readonly LogOracle[];
  /** The logs that are there, by oracle. */
  readonly logs: Map<LogOracle, StoredLog>;
  readonly random: SeededRandom;
  /** Whether the process is dead, so that nothing more can be learnt from it. */
  isDead(): boolean;
  trace(line: string): void;
  /** Whether operations may be refused by a living process. */
  readonly faulty: boolean;
  /** Looks at a log after one was: its state must be one of those that are possible. */
  observe(oracle: LogOracle): Promise<void>;
}

type Operation = (oracle: LogOracle, log: StoredLog) => Promise<void>;

let seed = 0;

/** Random operations on the logs of a store. What is asked and what is answered goes to the oracles. */
export class StoreWorkload {
  readonly #o: StoreWorkloadOptions;
  readonly #operations: readonly (readonly [number, string, Operation])[];

  constructor(options: StoreWorkloadOptions) {
    this.#o = options;
    this.#operations = [
      [10, 'append', (oracle, log) => this.#append(oracle, log)],
      [3, 'burst', (oracle, log) => this.#burst(oracle, log)],
      [3, 'several', (oracle, log) => this.#several(oracle, log)],
      [2, 'truncate', (oracle, log) => this.#truncate(oracle, log)],
      [2, 'dropPrefix', (oracle, log) => this.#dropPrefix(oracle, log)],
      [3, 'replace', (oracle, log) => this.#replace(oracle, log)],
      [1, 'reset', (oracle, log) => this.#reset(oracle, log)],
      [2, 'snapshot', (oracle, log) => this.#snapshot(oracle, log)],
      [1, 'sync', (oracle, log) => this.#sync(oracle, log)],
      [1, 'delete', (oracle, log) => this.#delete(oracle, log)],
      [2, 'read', (oracle, log) => this.#read(oracle, log)],
      [1, 'configure', (_oracle, log) => this.#configure(log)],
    ];
  }

  async run(steps: number): Promise<void> {
    const { random, oracles } = this.#o;
    for (let step = 0; step < steps && !this.#o.isDead(); step++) {
      // Beside whatever happens to the logs.
      if (random.chance(0.15)) this.#checkpoint();
      if (random.chance(0.2)) {
        await this.#appendToAll();
        continue;
      }
      // Different logs at the same time, each log one thing after another.
      const chosen = oracles.filter(() => random.chance(0.5));
      await Promise.all(chosen.map((oracle) => this.#step(oracle)));
    }
  }

  #checkpoint(): void {
    this.#o.trace('checkpoint');
    this.#o.store.checkpoint?.().then(
      () => this.#o.trace('checkpoint done'),
      (error: unknown) => this.#o.trace(`checkpoint failed: ${String(error)}`),
    );
  }

  async #step(oracle: LogOracle): Promise<void> {
    const log = this.#o.logs.get(oracle);
    if (log === undefined) {
      // What is left of a deletion that failed shows when the store is opened again.
      if (oracle.existence === 'deleting') return;
      await this.#attempt(oracle, 'create', () => this.#create(oracle));
      return;
    }
    const [, name, operation] = this.#pickOperation();
    await this.#attempt(oracle, name, () => operation(oracle, log));
  }

  async #attempt(oracle: LogOracle, name: string, run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      if (this.#o.isDead()) return;
      if (!this.#o.faulty || error instanceof UnexpectedOutcome) throw error;
      this.#note(oracle, `${name} failed: ${String(error)}`);
      await this.#o.observe(oracle);
    }
  }

  #pickOperation(): readonly [number, string, Operation] {
    const operations = this.#o.faulty
      ? this.#operations.filter(([, name]) => name !== 'burst' && name !== 'several')
      : this.#operations;
    let at = this.#o.random.between(
      1,
      operations.reduce((sum, [weight]) => sum + weight, 0),
    );
    for (const operation of operations) {
      at -= operation[0];
      if (at <= 0) return operation;
    }
    throw new Error('no operation');
  }

  async #create(oracle: LogOracle): Promise<void> {
    const { store, logs, random } = this.#o;
    this.#note(oracle, 'create');
    seed = (seed + 1) & 0x3fffffff;
    oracle.createBegins({ ...oracle.id, topicId: simulatedTopicId(seed) });
    const log = await store.create(oracle.id, this.#config());
    if (this.#o.isDead()) return;
    oracle.createDone();
    logs.set(oracle, log);
    const startOffset = random.pick([0n, 0n, 5n, 1n << 33n]);
    if (startOffset > 0n) await this.#resetTo(oracle, log, startOffset);
  }

  async #append(oracle: LogOracle, log: StoredLog): Promise<void> {
    await this.#appendOne(oracle, log, this.#batches(log.endOffset));
  }

  async #appendOne(
    oracle: LogOracle,
    log: StoredLog,
    batches: readonly SampleBatch[],
  ): Promise<void> {
    const synced = this.#o.random.chance(0.6);
    const from = log.endOffset;
    this.#note(oracle, `append ${describe(batches)} ${synced ? 'synced' : 'written'}`);
    oracle.appendBegins(batches);
    const entries = batches.map((batch) => entryOf(log, batch));
    try {
      await this.#o.store.append(entries, synced ? 'synced' : 'written');
    } catch (error) {
      if (!this.#o.isDead()) {
        oracle.appendFailed(batches);
        this.#expectNothingKept(log, from);
      }
      throw error;
    }
    oracle.appendDone(endOf(batches), synced);
    this.#note(oracle, `appended to ${endOf(batches)}`);
  }

  #expectNothingKept(log: StoredLog, endOffset: bigint): void {
    if (log.endOffset <= endOffset) return;
    throw new UnexpectedOutcome(`a refused append at ${endOffset} is kept up to ${log.endOffset}`);
  }

  /** Appends that do not wait for each other. */
  async #burst(oracle: LogOracle, log: StoredLog): Promise<void> {
    let next = log.endOffset;
    const appends = [];
    for (let i = this.#o.random.between(2, 6); i > 0; i--) {
      const batches = this.#batches(next);
      next = endOf(batches);
      appends.push(this.#appendOne(oracle, log, batches));
      if (this.#o.random.chance(0.3)) await undefined;
    }
    await allOf(appends);
  }

  /** What producers, retention and the log's own snapshots do at the same time. */
  async #several(oracle: LogOracle, log: StoredLog): Promise<void> {
    await allOf([
      this.#dropPrefix(oracle, log),
      this.#burst(oracle, log),
      this.#snapshot(oracle, log),
      this.#sync(oracle, log),
      this.#replace(oracle, log),
    ]);
  }

  async #appendToAll(): Promise<void> {
    const { store, logs, random } = this.#o;
    const parts = [...logs].map(([oracle, log]) => {
      const from = log.endOffset;
      return { oracle, log, from, batches: this.#batches(from) };
    });
    const synced = random.chance(0.7);
    for (const { oracle, batches } of parts) {
      this.#note(oracle, `append with others ${describe(batches)} ${synced ? 'synced' : ''}`);
      oracle.appendBegins(batches);
    }
    const entries = parts.flatMap(({ log, batches }) => batches.map((b) => entryOf(log, b)));
    try {
      await store.append(entries, synced ? 'synced' : 'written');
      for (const { oracle, batches } of parts) oracle.appendDone(endOf(batches), synced);
    } catch (error) {
      if (this.#o.isDead()) return;
      if (!this.#o.faulty) throw error;
      for (const { oracle, log, from, batches } of parts) {
        this.#note(oracle, `append with others failed: ${String(error)}`);
        if (log.endOffset <= from) oracle.appendFailed(batches);
        await this.#o.observe(oracle);
      }
    }
  }

  async #truncate(oracle: LogOracle, log: StoredLog): Promise<void> {
    const { startOffset, endOffset } = log;
    const span = Number(endOffset - startOffset);
    const offset = startOffset + BigInt(this.#o.random.between(-1, span));
    if (offset < 0n) return;
    this.#note(oracle, `truncate to ${offset}`);
    if (offset < startOffset) {
      oracle.resetBegins(offset);
      await log.truncate(offset);
      oracle.resetTruncationDone(offset);
    } else {
      const wasInDoubt = oracle.isInDoubt;
      const drops = oracle.truncateBegins(offset);
      await log.truncate(offset);
      // What failed before may have been brought to its end first.
      if (wasInDoubt) await this.#o.observe(oracle);
      if (drops) oracle.replaceDone();
    }
    this.#note(oracle, `truncated to ${offset}`);
  }

  async #dropPrefix(oracle: LogOracle, log: StoredLog): Promise<void> {
    const { startOffset, endOffset } = log;
    const span = Number(endOffset - startOffset);
    const offset = startOffset + BigInt(this.#o.random.between(0, Math.min(span, 60)));
    this.#note(oracle, `drop below ${offset}`);
    oracle.dropPrefixBegins(offset);
    const wasInDoubt = oracle.isInDoubt;
    await log.dropPrefix(offset);
    oracle.dropPrefixDone(offset);
    if (wasInDoubt) await this.#o.observe(oracle);
    this.#note(oracle, `dropped below ${offset}`);
  }

  /** Some of the batches of closed segments go, some become others. */
  async #replace(oracle: LogOracle, log: StoredLog): Promise<void> {
    const { random } = this.#o;
    const runs = log.replaceable();
    if (runs.length === 0) return;
    const first = random.between(0, runs.length - 1);
    const last = random.between(first, runs.length - 1);
    const { fromOffset } = runs[first]!;
    const { toOffset } = runs[last]!;
    const swap = new Map<SampleBatch, SampleBatch | undefined>();
    for (const batch of oracle.batches) {
      if (batch.lastOffset < fromOffset || batch.lastOffset >= toOffset) continue;
      const stays = batch.lastOffset >= log.startOffset && random.chance(0.6);
      swap.set(batch, stays ? (random.chance(0.5) ? batch : otherBatch(batch)) : undefined);
    }
    const others = [...swap.values()].filter((batch) => batch !== undefined);
    this.#note(oracle, `replace ${fromOffset} to ${toOffset} by ${describe(others)}`);
    oracle.swapBegins(swap, toOffset);
    try {
      const entries = others.map((batch) => entryOf(log, batch));
      await log.replace({ fromOffset, toOffset }, entries);
    } catch (error) {
      if (this.#o.isDead()) return;
      const isRefused = String(error).includes('cannot be replaced');
      if (isRefused) oracle.swapRefused(swap);
      this.#note(oracle, `replace ${fromOffset} to ${toOffset} failed: ${String(error)}`);
      if (!isRefused) throw error;
      return;
    }
    oracle.swapDone(swap);
    this.#note(oracle, `replaced ${fromOffset} to ${toOffset}`);
  }

  async #reset(oracle: LogOracle, log: StoredLog): Promise<void> {
    const { random } = this.#o;
    const offset = random.pick([0n, log.startOffset, log.endOffset, log.endOffset + 10n]);
    await this.#resetTo(oracle, log, offset);
  }

  async #resetTo(oracle: LogOracle, log: StoredLog, offset: bigint): Promise<void> {
    this.#note(oracle, `reset to ${offset}`);
    oracle.resetBegins(offset);
    await log.reset(offset);
    if (this.#o.isDead()) return;
    oracle.resetDone(offset);
    this.#note(oracle, `was reset to ${offset}`);
  }

  async #snapshot(oracle: LogOracle, log: StoredLog): Promise<void> {
    const { random } = this.#o;
    const name = random.pick(SNAPSHOTS);
    const bytes = new Uint8Array(random.between(1, 700)).map(() => random.between(0, 255));
    this.#note(oracle, `snapshot ${name} of ${bytes.length} bytes`);
    oracle.snapshotBegins(name, bytes);
    await log.writeSnapshot(name, bytes);
    oracle.snapshotDone(name, bytes);
  }

  async #sync(oracle: LogOracle, log: StoredLog): Promise<void> {
    const { endOffset } = log;
    this.#note(oracle, 'sync');
    await this.#o.store.sync(log);
    // Where a cut did not come to its end, the files are not what the log says.
    if (oracle.isInDoubt) return;
    oracle.syncDone(endOffset);
    this.#note(oracle, `synced to ${endOffset}`);
  }

  async #delete(oracle: LogOracle, log: StoredLog): Promise<void> {
    this.#note(oracle, 'delete');
    oracle.deleteBegins();
    this.#o.logs.delete(oracle);
    await this.#o.store.delete(log);
    if (this.#o.isDead()) return;
    oracle.deleteDone();
    this.#note(oracle, 'deleted');
  }

  async #read(oracle: LogOracle, log: StoredLog): Promise<void> {
    const expected = oracle.batches.filter(({ lastOffset }) => lastOffset >= log.startOffset);
    expectBatches(await readAll(log), expected, `${log.id.topic}-${log.id.partition}`);
  }

  async #configure(log: StoredLog): Promise<void> {
    log.configure(this.#config());
  }

  #config(): { segmentBytes: number; segmentMs: number; indexIntervalBytes: number } {
    const segmentBytes = this.#o.random.pick([200, 600, 2000]);
    return { segmentBytes, segmentMs: 1_000_000, indexIntervalBytes: 150 };
  }

  #batches(endOffset: bigint): readonly SampleBatch[] {
    const { random } = this.#o;
    const batches: SampleBatch[] = [];
    let next = endOffset;
    for (let i = random.between(1, 3); i > 0; i--) {
      if (random.chance(0.1)) next += BigInt(random.between(1, 20));
      seed = (seed + 1) & 0x3fffffff;
      const records = random.between(1, 4);
      const valueBytes = random.pick([0, 8, 8, 40, 200]);
      const timestampMs = BigInt(random.between(0, 100));
      batches.push(sampleBatch({ baseOffset: next, records, valueBytes, timestampMs, seed }));
      next += BigInt(records);
    }
    return batches;
  }

  #note(oracle: LogOracle, line: string): void {
    this.#o.trace(`${oracle.id.topic}-${oracle.id.partition} ${line}`);
  }
}

export const SNAPSHOTS = ['log-state-0', 'log-state-1'] as const;

function simulatedTopicId(incarnation: number): string {
  return `${incarnation.toString(36).padStart(21, '0')}A`;
}

/** Not one of the failures that a bad disk excuses. */
class UnexpectedOutcome extends Error {}

/** Fails when all have come to an end and one has failed. */
async function allOf(promises: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(promises);
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
}

function otherBatch({ baseOffset, lastOffset, maxTimestampMs }: SampleBatch): SampleBatch {
  seed = (seed + 1) & 0x3fffffff;
  const records = Number(lastOffset - baseOffset) + 1;
  return sampleBatch({ baseOffset, records, timestampMs: maxTimestampMs, valueBytes: 5, seed });
}

function endOf(batches: readonly SampleBatch[]): bigint {
  return batches.at(-1)!.lastOffset + 1n;
}

function describe(batches: readonly SampleBatch[]): string {
  return batches.map((b) => `${b.baseOffset}-${b.lastOffset}(${b.bytes.length} bytes)`).join(' ');
}
