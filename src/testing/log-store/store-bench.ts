import { mkdtempSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { batchesOf } from '../../domain/record/record-batches.ts';
import type { Offset, TopicIdPartition } from '../../domain/topic-partition.ts';
import type {
  Durability,
  LogReadRequest,
  LogStore,
  LogStoreCapabilities,
  RecoveredLog,
  StoredLog,
  StoredLogConfig,
} from '../../ports/log-store.ts';
import { entriesOf, type SampleBatch, sampleBatches } from './sample-batches.ts';

/** An engine as the contract sees it. */
export interface LogStoreSubject {
  readonly name: string;
  /** What the engine says of itself; the suite asks accordingly. */
  readonly capabilities: LogStoreCapabilities;
  /** A store over the data in `directory`, which exists and may be empty. Not opened yet. */
  create(directory: string): LogStore;
  /** How a store that was closed is had again; by default with `create`. */
  again?(closed: LogStore, directory: string): LogStore;
  /** Folders that a store of this engine must not take for its own: each is made, and opening it must fail and say why. */
  readonly strangers?: readonly StrangerFolder[];
  /** Changes a byte of the records of a batch where it is kept. The store is closed. */
  damage?(directory: string, batch: Uint8Array): Promise<void>;
}

export interface StrangerFolder {
  /** Whose it is: `another engine`. */
  readonly what: string;
  make(directory: string): Promise<void>;
  /** What the error says, besides the folder. */
  readonly says: RegExp;
}

export const LARGE_SEGMENTS: StoredLogConfig = {
  segmentBytes: 1 << 30,
  segmentMs: 7 * 24 * 3600 * 1000,
  indexIntervalBytes: 4096,
};

/** Room for a few sample batches, and an index entry for nearly each. */
export const SMALL_SEGMENTS: StoredLogConfig = {
  segmentBytes: 500,
  segmentMs: 7 * 24 * 3600 * 1000,
  indexIntervalBytes: 100,
};

const PREFIX = join(tmpdir(), 'kawadb-contract-');

export const EVERYTHING: Offset = (1n << 63n) - 1n;

export function partition(topic = 'orders', index = 0, incarnation = 'A'): TopicIdPartition {
  return { topicId: `${incarnation.repeat(21)}A`, topic, partition: index };
}

/** An open store with its folder, both gone when the test ends. */
export class StoreBench {
  readonly subject: LogStoreSubject;
  store: LogStore;
  recovered: readonly RecoveredLog[] = [];
  #directory: string;
  readonly #directories: string[] = [];
  readonly #abandoned: LogStore[] = [];

  private constructor(subject: LogStoreSubject, directory: string) {
    this.subject = subject;
    this.#directory = directory;
    this.#directories.push(directory);
    this.store = subject.create(directory);
  }

  /** With a store that is not opened yet. */
  static unopened(subject: LogStoreSubject): StoreBench {
    const bench = new StoreBench(subject, mkdtempSync(PREFIX));
    onTestFinished(() => bench.dispose());
    return bench;
  }

  static async open(subject: LogStoreSubject): Promise<StoreBench> {
    const bench = StoreBench.unopened(subject);
    bench.recovered = await bench.store.open();
    return bench;
  }

  get directory(): string {
    return this.#directory;
  }

  create(id = partition(), config = LARGE_SEGMENTS): Promise<StoredLog> {
    return this.store.create(id, config);
  }

  append(
    log: StoredLog,
    batches: readonly SampleBatch[],
    durability: Durability = 'written',
  ): Promise<void> {
    return this.store.append(entriesOf(log, batches), durability);
  }

  /** A log that holds `count` batches of `records` records each, with the batches. */
  async filled(
    count: number,
    { id = partition(), config = LARGE_SEGMENTS, records = 1 } = {},
  ): Promise<{ log: StoredLog; batches: readonly SampleBatch[] }> {
    const log = await this.create(id, config);
    const batches = sampleBatches(count, { records });
    await this.append(log, batches);
    return { log, batches };
  }

  /** A second store over the same data. */
  another(): LogStore {
    return this.subject.create(this.#directory);
  }

  /** Closes the store and opens it again; gives the log of `id`. */
  async reopen(id = partition()): Promise<StoredLog | undefined> {
    await this.store.close();
    this.renew();
    this.recovered = await this.store.open();
    return this.recoveredLog(id);
  }

  /** A store in the place of the one that was closed. */
  renew(): void {
    const { subject } = this;
    this.store = subject.again
      ? subject.again(this.store, this.#directory)
      : subject.create(this.#directory);
  }

  /** Opens what another process would find if this one died now: a copy, without a close before. */
  async crash(id = partition()): Promise<StoredLog | undefined> {
    const copy = await this.#copy();
    this.#abandoned.push(this.store);
    this.#directory = copy;
    this.store = this.subject.create(copy);
    this.recovered = await this.store.open();
    return this.recoveredLog(id);
  }

  async #copy(): Promise<string> {
    for (;;) {
      const copy = await temporaryDirectory();
      this.#directories.push(copy);
      try {
        await cp(this.#directory, copy, { recursive: true });
        return copy;
      } catch (error) {
        // The store may be removing in the background what is deleted already.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  }

  recoveredLog({ topic, partition }: TopicIdPartition): StoredLog | undefined {
    return this.recovered.find(
      ({ log }) => log.id.topic === topic && log.id.partition === partition,
    )?.log;
  }

  async dispose(): Promise<void> {
    for (const store of [...this.#abandoned.splice(0), this.store]) {
      await store.close().catch(() => undefined);
    }
    for (const directory of this.#directories.splice(0)) {
      await rm(directory, { recursive: true, force: true });
    }
  }
}

/** The batches one read gives, copied and released. */
export async function readOnce(
  log: StoredLog,
  request: Partial<LogReadRequest> = {},
): Promise<Uint8Array[]> {
  const result = await log.read({
    fromOffset: log.startOffset,
    maxBytes: 1 << 20,
    minOneBatch: true,
    upTo: EVERYTHING,
    ...request,
  });
  const batches = result.slices.flatMap((slice) => wholeBatches(slice));
  result.release();
  return batches;
}

/** Everything from an offset to the end, in as many reads as it takes. */
export async function readAll(
  log: StoredLog,
  fromOffset: Offset = log.startOffset,
  maxBytes = 1 << 20,
): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  let next = fromOffset;
  while (next < log.endOffset) {
    const batches = await readOnce(log, { fromOffset: next, maxBytes });
    if (batches.length === 0) break;
    all.push(...batches);
    next = lastOffsetOf(batches.at(-1)!) + 1n;
  }
  return all;
}

/** Copies of the batches in a slice, which must not have half a batch at its end. */
export function wholeBatches(slice: Uint8Array): Uint8Array[] {
  const batches = [...batchesOf(slice)].map(({ bytes }) => new Uint8Array(bytes));
  const size = batches.reduce((sum, { length }) => sum + length, 0);
  expect(size, 'a slice has whole batches only').toBe(slice.length);
  return batches;
}

export function expectBatches(
  actual: readonly Uint8Array[],
  expected: readonly SampleBatch[],
  message = '',
): void {
  expect(actual.map(baseOffsetOf), message).toEqual(expected.map(({ baseOffset }) => baseOffset));
  for (const [i, { bytes, baseOffset }] of expected.entries()) {
    const same = Buffer.compare(actual[i]!, bytes) === 0;
    expect(same, `${message} batch at ${baseOffset} byte for byte`).toBe(true);
  }
}

function baseOffsetOf(batch: Uint8Array): Offset {
  return new DataView(batch.buffer, batch.byteOffset).getBigInt64(0);
}

function lastOffsetOf(batch: Uint8Array): Offset {
  const view = new DataView(batch.buffer, batch.byteOffset);
  return view.getBigInt64(0) + BigInt(view.getInt32(23));
}

function temporaryDirectory(): Promise<string> {
  return mkdtemp(PREFIX);
}
