import { isDeepStrictEqual } from 'node:util';
import { abortedIn } from '../../src/app/services/log/fetch-data.ts';
import { loadLog } from '../../src/app/services/log/log-loader.ts';
import type { LogManager } from '../../src/app/services/log/log-manager.ts';
import type { UnifiedLog } from '../../src/app/services/log/unified-log.ts';
import { KafkaError } from '../../src/domain/kafka-error.ts';
import { DEFAULT_LOG_CONFIG } from '../../src/domain/log/log-config.ts';
import type { LogState } from '../../src/domain/log/log-state.ts';
import {
  decodeRecordBatchHeader,
  type RecordBatchHeader,
} from '../../src/domain/record/record-batch.ts';
import { batchesOf } from '../../src/domain/record/record-batches.ts';
import type { LogStore, StoredLog } from '../../src/ports/log-store.ts';
import { quiet } from '../app/log/failing-store.ts';
import { compression, joined, logManager, ManualTime, ORDERS } from '../app/log/log-fixture.ts';
import { FaultPlan } from './fault-plan.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { SimulatedFiles } from './simulated-files.ts';
import { SimulatedProducer } from './simulated-producer.ts';

const CONFIG = { ...DEFAULT_LOG_CONFIG, segmentBytes: 700, indexIntervalBytes: 200 };
const HIGHEST_EPOCH = 40;

export interface LogSimulationOptions {
  readonly seed: number;
  /** Traces the operations of the disk too. */
  readonly verbose: boolean;
  create(files: SimulatedFiles): LogStore;
  /** Whether operations of the disk fail now and then. */
  readonly faulty: boolean;
}

/**
 * A partition's log over a storage engine whose process dies and whose disk loses power, with producers that send
 * again what was not answered. What is kept in memory must follow from the log each time it is opened.
 */
export class LogSimulation {
  readonly trace: string[] = [];
  readonly #o: LogSimulationOptions;
  readonly #random: SeededRandom;
  readonly #disk: SimulatedDisk;
  readonly #producers: readonly SimulatedProducer[];
  readonly #deletesRecords: boolean;
  #leaderEpoch = 0;
  #startAtLeast = 0n;

  constructor(options: LogSimulationOptions) {
    this.#o = options;
    this.#random = new SeededRandom(options.seed);
    this.#disk = new SimulatedDisk(this.#random.fork());
    this.#disk.makeDirectory('/data');
    this.#disk.beginSync(this.#disk.root)();
    this.#producers = [0n, 1n, 2n, 3n].map((id) => new SimulatedProducer(id, id > 1n));
    // A full disk must be freed even where the producers' state cannot be written before.
    this.#deletesRecords = !options.faulty && this.#random.chance(0.25);
  }

  async run(): Promise<void> {
    const lives = this.#random.between(2, 5);
    for (let life = 0; life < lives; life++) {
      await this.#live(this.#random.between(1, this.#random.pick([30, 150, 600])));
    }
    await this.#live(Infinity);
  }

  async #live(diesAt: number): Promise<void> {
    const faults = new FaultPlan(this.#random.fork());
    const files = new SimulatedFiles({
      disk: this.#disk,
      random: this.#random.fork(),
      diesAt,
      trace: this.#o.verbose ? (line) => this.trace.push(line) : undefined,
      faultAt: (operation) => faults.at(operation),
    });
    const snapshotIntervalBytes = this.#random.pick([300, 1000, 100_000]);
    const store = this.#o.create(files);
    const time = new ManualTime();
    const manager = logManager(store, time, { snapshotIntervalBytes });
    this.trace.push(`-- open; dies at operation ${diesAt}`);
    try {
      await manager.open();
      const found = manager.get(ORDERS.topicId, ORDERS.partition);
      const log = found ?? (await manager.create(ORDERS, CONFIG));
      await this.#check(log);
      faults.active = this.#o.faulty && this.#random.chance(0.9);
      await this.#work(log, files, time, store);
      faults.active = false;
      if (this.#random.chance(0.3)) await this.#close(manager);
    } catch (error) {
      // An answer that does not come because the process is dead is none of the log's doing.
      if (!files.dead) throw error;
    }
    files.die();
    await quiet();
    this.trace.push(`-- died at operation ${files.operations}`);
    if (files.lostPages || this.#random.chance(0.7)) {
      this.trace.push('-- power loss');
      this.#disk.losePower();
    }
  }

  async #close(manager: LogManager): Promise<void> {
    await manager.close();
    this.trace.push('-- closed');
  }

  async #work(
    log: UnifiedLog,
    files: SimulatedFiles,
    time: ManualTime,
    store: LogStore,
  ): Promise<void> {
    const random = this.#random.fork();
    log.updateConfig(CONFIG);
    if (random.chance(0.7)) this.#leaderEpoch += 1;
    log.becomeLeader(this.#leaderEpoch);
    for (const producer of this.#producers) this.#attempt(files, () => producer.resend(log));
    for (let step = random.between(5, 40); step > 0 && !files.dead; step--) {
      const producer = random.pick(this.#producers);
      this.#attempt(files, () => {
        if (producer.mustResend) producer.resend(log);
        else if (producer.canEnd && random.chance(0.4)) {
          producer.end(log, random.pick(['COMMIT', 'ABORT']));
        } else if (producer.canSend) producer.send(log, random.between(1, 4));
      });
      if (random.chance(0.5)) await quiet();
      if (random.chance(0.2)) store.checkpoint?.().catch(() => {});
      if (this.#deletesRecords && random.chance(0.1)) await this.#deleteRecords(log, random);
      time.advance(random.between(1, 800));
    }
    await quiet();
  }

  /** Whatever a living log refuses to a producer that does all by the book is a fault, but for a failing disk. */
  #attempt(files: SimulatedFiles, run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error;
      if (error.errorName === 'KAFKA_STORAGE_ERROR' && (files.dead || this.#o.faulty)) return;
      throw error;
    }
  }

  async #deleteRecords(log: UnifiedLog, random: SeededRandom): Promise<void> {
    const { logStartOffset, highWatermark } = log;
    const span = Number(highWatermark - logStartOffset);
    const offset = logStartOffset + BigInt(random.between(0, span));
    try {
      await log.deleteRecords(offset);
      this.#startAtLeast = offset;
    } catch (error) {
      if (!this.#o.faulty) throw error;
    }
  }

  async #check(log: UnifiedLog): Promise<void> {
    const { stored, logStartOffset, logEndOffset, highWatermark, lastStableOffset } = log;
    this.trace.push(`-- found ${logStartOffset}..${logEndOffset}`);
    same('log end offset', logEndOffset, stored.endOffset);
    same('high watermark', highWatermark, logEndOffset);
    same('log start offset', logStartOffset >= this.#startAtLeast, true);
    this.#startAtLeast = logStartOffset;
    const batches = await batchesIn(log);
    let next = batches[0]?.baseOffset ?? logStartOffset;
    for (const { baseOffset, lastOffset } of batches) {
      same('base offset', baseOffset, next);
      next = lastOffset + 1n;
    }
    same('end of the batches', next, logEndOffset);
    for (const producer of this.#producers) checkProducer(producer, batches, logStartOffset);
    if (this.#deletesRecords) return;
    const { state } = await loadLog(withoutSnapshots(stored), compression);
    state.producers.highWatermarkAdvanced(highWatermark);
    checkState(log, state);
    same('last stable offset', lastStableOffset, state.producers.lastStableOffset(highWatermark));
    await checkAborted(log, state);
  }
}

async function batchesIn(log: UnifiedLog): Promise<RecordBatchHeader[]> {
  const batches: RecordBatchHeader[] = [];
  let next = log.logStartOffset;
  while (next < log.logEndOffset) {
    const read = { maxBytes: 1000, minOneMessage: true, isolation: 'log_end' } as const;
    const data = await log.read(next, read);
    for (const { bytes } of batchesOf(joined(data.slices))) {
      batches.push(decodeRecordBatchHeader(bytes));
    }
    data.release();
    if (data.sizeBytes === 0) throw new Error(`nothing is read at ${next}`);
    next = batches.at(-1)!.lastOffset + 1n;
  }
  return batches;
}

/** Everything acknowledged is there, in order and once. */
function checkProducer(
  producer: SimulatedProducer,
  batches: readonly RecordBatchHeader[],
  logStartOffset: bigint,
): void {
  const { producerId, sent } = producer;
  const stored = batches.filter((batch) => batch.producerId === producerId && !batch.control);
  const name = `producer ${producerId}`;
  for (const [i, batch] of stored.entries()) {
    const before = stored[i - 1];
    if (before !== undefined) same(name, batch.baseSequence, before.lastSequence + 1);
    const known = sent.some(({ sequence }) => sequence === batch.baseSequence);
    same(`${name} sent ${batch.baseSequence}`, known, true);
  }
  for (const { baseOffset, sequence, count } of producer.acknowledged) {
    if (baseOffset! + BigInt(count) <= logStartOffset) continue;
    const found = stored.filter((batch) => batch.baseSequence === sequence);
    same(
      `${name} sequence ${sequence}`,
      found.map((batch) => batch.baseOffset),
      [baseOffset],
    );
  }
}

/** What the log remembers is what a replay of all its batches gives. */
function checkState(log: UnifiedLog, replayed: LogState): void {
  const expected = Array.from(replayed.producers.producers, (entry) => ({
    producerId: entry.producerId,
    producerEpoch: entry.producerEpoch,
    lastSequence: entry.lastSequence,
    lastTimestampMs: entry.lastTimestampMs,
    coordinatorEpoch: entry.coordinatorEpoch,
    currentTxnStartOffset: entry.currentTxnFirstOffset ?? -1n,
  }));
  same('producers', byId(log.activeProducers()), byId(expected));
  for (let epoch = 0; epoch <= HIGHEST_EPOCH; epoch++) {
    const end = replayed.leaderEpochs.endOffsetFor(epoch, log.logEndOffset);
    same(`end of epoch ${epoch}`, log.endOffsetForEpoch(epoch), {
      leaderEpoch: end?.epoch ?? -1,
      endOffset: end?.endOffset ?? -1n,
    });
  }
}

async function checkAborted(log: UnifiedLog, replayed: LogState): Promise<void> {
  const read = { maxBytes: 2000, minOneMessage: true, isolation: 'read_committed' } as const;
  for (let from = log.logStartOffset; from < log.lastStableOffset; from += 7n) {
    const data = await log.read(from, read);
    const expected = abortedIn(replayed.producers.aborted, from, data.slices);
    same(`aborted transactions from ${from}`, data.abortedTransactions, expected);
    data.release();
  }
}

function byId<T extends { producerId: bigint }>(producers: readonly T[]): T[] {
  return [...producers].sort((a, b) => Number(a.producerId - b.producerId));
}

function withoutSnapshots(stored: StoredLog): StoredLog {
  return new Proxy(stored, {
    get(target, name) {
      if (name === 'readSnapshot') return async () => undefined;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function same(what: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Error(`${what}: ${shown(actual)} and not ${shown(expected)}`);
}

function shown(value: unknown): string {
  return JSON.stringify(value, (_key, part) => (typeof part === 'bigint' ? String(part) : part));
}
