import { KafkaError } from '../../src/domain/kafka-error.ts';
import {
  patchPartitionLeaderEpoch,
  readPartitionLeaderEpoch,
  viewOf,
} from '../../src/domain/record/record-batch-header.ts';
import type { TopicIdPartition } from '../../src/domain/topic-partition.ts';
import type { AppendEntry, LogStore, RecoveredLog, StoredLog } from '../../src/ports/log-store.ts';
import {
  entryOf,
  type SampleBatch,
  sampleBatch,
} from '../../src/testing/log-store/sample-batches.ts';
import { partition, readOnce } from '../../src/testing/log-store/store-bench.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimulatedDirectory, SimulatedDisk } from './simulated-disk.ts';
import type { SimulatedFile } from './simulated-file.ts';
import { SimulatedFiles } from './simulated-files.ts';

const PARTITIONS = [partition('a', 0), partition('a', 1), partition('b', 0)];
const ROTTING = /\.(log|index|timeindex)$/;

export interface BitRotSimulationOptions {
  readonly seed: number;
  /** Traces the operations of the disk too. */
  readonly verbose: boolean;
  create(files: SimulatedFiles): LogStore;
}

/** Whether a store that holds it goes on, is closed and opened, or dies and is opened, before it is read. */
type Ending = 'none' | 'close' | 'death' | 'power loss';

/**
 * Bits flip in files at rest. A store must give what was written or say what is damaged, and go on with all the rest.
 */
export class BitRotSimulation {
  readonly trace: string[] = [];
  readonly #o: BitRotSimulationOptions;
  readonly #random: SeededRandom;
  readonly #disk: SimulatedDisk;
  readonly #written = new Map<TopicIdPartition, readonly SampleBatch[]>();
  /** Paths of files that rotted. */
  readonly #rotten = new Set<string>();
  #ending: Ending = 'none';

  constructor(options: BitRotSimulationOptions) {
    this.#o = options;
    this.#random = new SeededRandom(options.seed);
    this.#disk = new SimulatedDisk(this.#random.fork());
    this.#disk.makeDirectory('/data');
    this.#disk.beginSync(this.#disk.root)();
  }

  async run(): Promise<void> {
    let live = this.#files();
    let store = this.#o.create(live);
    await store.open();
    let logs = await this.#fill(store);
    if (this.#random.chance(0.5)) {
      await store.close();
      live = this.#files();
      store = this.#o.create(live);
      logs = logsOf(await store.open());
    }
    this.#ending = this.#random.pick(['none', 'close', 'death', 'power loss']);
    if (this.#ending === 'close') await store.close();
    if (this.#ending === 'death' || this.#ending === 'power loss') live.die();
    if (this.#ending === 'power loss') {
      await settled();
      this.#disk.losePower();
    }
    for (let i = this.#random.between(1, 3); i > 0; i--) this.#rot(this.#disk.root, '');
    this.trace.push(`read after ${this.#ending}`);
    if (this.#ending !== 'none') {
      const again = this.#o.create(this.#files());
      const recovered = await this.#openRotten(again);
      if (recovered === undefined) return;
      this.#checkCuts(recovered);
      logs = logsOf(recovered);
    }
    for (const log of logs) await this.#check(log);
  }

  async #openRotten(store: LogStore): Promise<readonly RecoveredLog[] | undefined> {
    try {
      return await store.open();
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error;
      const isNamed = [...this.#rotten].some((path) => error.message.includes(folderOf(path)));
      if (!isNamed) throw new Error(`not one of the rotten files: ${error.message}`);
      this.trace.push(`not opened: ${error.message}`);
      return undefined;
    }
  }

  /** What rotted in what is checked at the start may be cut off, and is told. */
  #checkCuts(recovered: readonly RecoveredLog[]): void {
    for (const { log, truncatedBytes } of recovered) {
      const written = this.#of(log);
      const isCut = log.endOffset < written.at(-1)!.lastOffset + 1n;
      if (isCut !== truncatedBytes > 0) throw new Error(`${truncatedBytes} bytes cut are told`);
      if (isCut && !this.#isRotten(log)) throw new Error(`${nameOf(log)} was cut for nothing`);
    }
  }

  async #check(log: StoredLog): Promise<void> {
    const kept = this.#of(log).filter(({ lastOffset }) => lastOffset < log.endOffset);
    let unread = 0;
    for (const [i, { baseOffset }] of kept.entries()) {
      const maxBytes = this.#random.pick([1, 300, 1 << 20]);
      const found = await this.#attempt(log, () =>
        readOnce(log, { fromOffset: baseOffset, maxBytes }),
      );
      if (found === undefined) unread += 1;
      for (const [n, bytes] of (found ?? []).entries()) expectWritten(bytes, kept[i + n]);
      if (found?.length === 0) throw new Error(`${nameOf(log)} has nothing at ${baseOffset}`);
    }
    if (unread === kept.length && kept.length > 20) throw new Error('nothing can be read');
    await this.#attempt(log, () => log.findByTimestamp(kept[0]?.maxTimestampMs ?? 0n));
    await this.#attempt(log, () => log.findMaxTimestamp());
  }

  async #attempt<T>(log: StoredLog, run: () => Promise<T>): Promise<T | undefined> {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof KafkaError)) throw error;
      const isTold = error.message.startsWith(`${nameOf(log)} is damaged at offset `);
      if (error.errorName !== 'CORRUPT_MESSAGE' || !isTold) throw error;
      if (!this.#isRotten(log)) throw new Error(`${error.message}, which is not so`);
      this.trace.push(error.message);
      return undefined;
    }
  }

  async #fill(store: LogStore): Promise<StoredLog[]> {
    const random = this.#random;
    const logs: StoredLog[] = [];
    for (const id of PARTITIONS) {
      const segmentBytes = random.pick([400, 1500, 1 << 20]);
      const indexIntervalBytes = random.pick([1, 150, 600]);
      const config = { segmentBytes, segmentMs: 1 << 30, indexIntervalBytes };
      this.#written.set(id, []);
      logs.push(await store.create(id, config));
    }
    for (let i = random.between(1, 60); i > 0; i--) {
      const chosen = logs.filter((_, n) => i === 1 || random.chance([0.6, 0.4, 0.7][n]!));
      const entries = chosen.map((log) => this.#entryFor(log));
      await store.append(entries, 'synced');
    }
    return logs;
  }

  #entryFor(log: StoredLog): AppendEntry {
    const random = this.#random;
    const records = random.between(1, 5);
    const valueBytes = random.pick([0, 10, 80]);
    const written = this.#written.get(log.id) ?? [];
    const seed = written.length;
    const batch = sampleBatch({ baseOffset: log.endOffset, records, valueBytes, seed });
    this.#written.set(log.id, [...written, batch]);
    return entryOf(log, batch);
  }

  /** Flips a bit of some file below. */
  #rot(directory: SimulatedDirectory, path: string): void {
    const files = [...rottable(directory, path)];
    if (files.length === 0) return;
    const [name, file] = this.#random.pick(files);
    const position = this.#random.between(0, file.sizeBytes - 1);
    if (this.#isUntold(name, file, position)) return;
    const bit = this.#random.between(0, 7);
    file.rot(position, bit);
    this.#rotten.add(name);
    this.trace.push(`bit ${bit} of byte ${position} of ${name} flips`);
  }

  /**
   * The base offset of a log's last batch: no checksum covers it, and nothing follows that it could overlap. It looks as
   * if the log had skipped some offsets, which it may.
   */
  #isUntold(path: string, file: SimulatedFile, position: number): boolean {
    const log = [...this.#written].find(([id]) => nameOf({ id }) === folderOf(path));
    const size = log?.[1].at(-1)?.bytes.length ?? 0;
    const at = file.sizeBytes - size;
    return path.endsWith('.log') && position >= at && position < at + 8;
  }

  #isRotten(log: StoredLog): boolean {
    return [...this.#rotten].some((path) => folderOf(path) === nameOf(log));
  }

  #of({ id }: StoredLog): readonly SampleBatch[] {
    const same = (other: TopicIdPartition) =>
      other.topic === id.topic && other.partition === id.partition;
    return [...this.#written].find(([other]) => same(other))![1];
  }

  #files(): SimulatedFiles {
    return new SimulatedFiles({
      disk: this.#disk,
      random: this.#random.fork(),
      trace: this.#o.verbose ? (line) => this.trace.push(line) : undefined,
    });
  }
}

/** The leader epoch is not covered by a batch's checksum, and nothing else tells it. */
function expectWritten(found: Uint8Array, written: SampleBatch | undefined): void {
  const same = new Uint8Array(found);
  const expected = written?.bytes ?? new Uint8Array(61);
  patchPartitionLeaderEpoch(viewOf(same), 0, readPartitionLeaderEpoch(viewOf(expected), 0));
  if (Buffer.compare(same, expected) === 0) return;
  throw new Error(`what is given at ${viewOf(found).getBigInt64(0)} was never written`);
}

function* rottable(directory: SimulatedDirectory, path: string) {
  const below: [string, SimulatedDirectory][] = [[path, directory]];
  for (let next = below.pop(); next !== undefined; next = below.pop()) {
    for (const [name, node] of next[1].entries) {
      const at = `${next[0]}/${name}`;
      if (node instanceof SimulatedDirectory) below.push([at, node]);
      else if (ROTTING.test(name) && node.sizeBytes > 0) yield [at, node] as const;
    }
  }
}

/** What was under way finds out that the process is dead. */
async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
}

function logsOf(recovered: readonly RecoveredLog[]): StoredLog[] {
  return recovered.map(({ log }) => log);
}

function folderOf(path: string): string {
  return path.split('/').at(-2) ?? path;
}

function nameOf({ id }: Pick<StoredLog, 'id'>): string {
  return `${id.topic}-${id.partition}`;
}
