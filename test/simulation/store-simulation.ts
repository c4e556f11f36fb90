import type { LogStore, RecoveredLog, StoredLog } from '../../src/ports/log-store.ts';
import { partition, readAll } from '../../src/testing/log-store/store-bench.ts';
import { expectTimes } from '../../src/testing/log-store/time-tests.ts';
import { FaultPlan } from './fault-plan.ts';
import { type Ending, LogOracle } from './log-oracle.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { SimulatedFiles } from './simulated-files.ts';
import { SNAPSHOTS, StoreWorkload } from './store-workload.ts';

const PARTITIONS = [partition('a', 0), partition('a', 1), partition('b', 0)];
/** Now and then more than are synced one by one. */
const MANY_PARTITIONS = Array.from({ length: 16 }, (_, i) => partition('many', i));

export interface StoreSimulationOptions {
  readonly seed: number;
  create(files: SimulatedFiles): LogStore;
  /** Whether operations fail now and then. */
  readonly faulty: boolean;
  /** Traces the operations of the disk too. */
  readonly verbose: boolean;
}

/**
 * A store's life on one disk, from a seed: it works until its process dies at some operation or it is closed,
 * the disk may lose power, and it is opened again. Each time all it then holds must be explicable.
 */
export class StoreSimulation {
  readonly trace: string[] = [];
  readonly #o: StoreSimulationOptions;
  readonly #random: SeededRandom;
  readonly #disk: SimulatedDisk;
  readonly #oracles: LogOracle[];
  /** The worst that happened since the store was last opened and looked at. */
  #ending: Ending = 'none';

  constructor(options: StoreSimulationOptions) {
    this.#o = options;
    this.#random = new SeededRandom(options.seed);
    this.#disk = new SimulatedDisk(this.#random.fork());
    this.#disk.makeDirectory('/data');
    this.#disk.beginSync(this.#disk.root)();
    const partitions = options.seed % 4 === 1 ? MANY_PARTITIONS : PARTITIONS;
    this.#oracles = partitions.map((id) => new LogOracle(id));
  }

  async run(): Promise<void> {
    const lives = this.#random.between(2, 5);
    for (let life = 0; life < lives; life++) await this.#live(this.#mortality());
    await this.#live(Infinity);
  }

  #mortality(): number {
    const { faulty } = this.#o;
    if (this.#random.chance(faulty ? 0.7 : 0.15)) return Infinity;
    return this.#random.between(1, this.#random.pick([15, 60, 200, 500]));
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
    const store = this.#o.create(files);
    const logs = new Map<LogOracle, StoredLog>();
    this.trace.push(`-- open; dies at operation ${diesAt}, after ${this.#ending}`);
    try {
      await this.#check(await store.open(), logs);
    } catch (error) {
      if (!files.dead) throw error;
      this.trace.push(`-- died while opening`);
      this.#crash(files);
      return;
    }
    faults.active = this.#o.faulty && this.#random.chance(0.9);
    await this.#work(store, files, logs, faults);
    await this.#end(store, files, logs, faults);
  }

  async #work(
    store: LogStore,
    files: SimulatedFiles,
    logs: Map<LogOracle, StoredLog>,
    faults: FaultPlan,
  ): Promise<void> {
    const workload = new StoreWorkload({
      store,
      logs,
      oracles: this.#oracles,
      random: this.#random.fork(),
      isDead: () => files.dead,
      trace: (line) => this.trace.push(`${files.operations}: ${line}`),
      faulty: this.#o.faulty,
      observe: async (oracle) => {
        faults.paused += 1;
        const log = logs.get(oracle);
        try {
          if (log !== undefined) await this.#checkLog(oracle, log, 'failure');
        } catch (error) {
          if (!files.dead) throw error;
        }
        faults.paused -= 1;
      },
    });
    await workload.run(this.#random.between(3, 30));
  }

  async #end(
    store: LogStore,
    files: SimulatedFiles,
    logs: Map<LogOracle, StoredLog>,
    faults: FaultPlan,
  ): Promise<void> {
    if (!files.dead && this.#random.chance(0.4)) {
      if (this.#random.chance(0.8)) faults.active = false;
      this.trace.push(`${files.operations}: close`);
      try {
        await store.close();
        for (const [oracle, log] of logs) {
          // A log that could not be synced is closed as it is.
          if (files.syncFailed || oracle.isInDoubt) this.#ending = 'process death';
          else oracle.closeDone(log.startOffset, log.endOffset);
        }
        this.trace.push('-- closed');
        if (files.lostPages || this.#random.chance(0.5)) this.#losePower();
        return;
      } catch (error) {
        if (!files.dead && !this.#o.faulty) throw error;
        this.trace.push(`-- close failed: ${String(error)}`);
      }
    }
    this.trace.push(`-- died at operation ${files.operations}`);
    files.die();
    await settle();
    this.#crash(files);
  }

  /**
   * Pages whose sync failed look well to a store that starts anew, and no sync writes them any more. Only a
   * restart of the machine shows what the disk holds, hence it is part of the crash then.
   */
  #crash(files: SimulatedFiles): void {
    if (this.#ending === 'none') this.#ending = 'process death';
    if (files.lostPages || this.#random.chance(0.65)) this.#losePower();
  }

  #losePower(): void {
    this.trace.push('-- power loss');
    this.#disk.losePower();
    this.#ending = 'power loss';
  }

  async #check(recovered: readonly RecoveredLog[], logs: Map<LogOracle, StoredLog>): Promise<void> {
    const ending = this.#ending;
    const unknown = new Set(recovered.map(({ log }) => log));
    for (const oracle of this.#oracles) {
      const { topic, partition, topicId } = oracle.id;
      const log = recovered
        .map((found) => found.log)
        .find(({ id }) => id.topic === topic && id.partition === partition);
      if (log !== undefined) unknown.delete(log);
      if (log === undefined || !oracle.mayExist) {
        if (log !== undefined) throw new Error(`${topic}-${partition} is back after its deletion`);
        if (oracle.mustExist) throw new Error(`${topic}-${partition} is gone`);
        oracle.deleteDone();
        continue;
      }
      if (log.id.topicId !== topicId) throw new Error(`${topic}-${partition} has another id`);
      await this.#checkLog(oracle, log, ending);
      oracle.existsNow();
      logs.set(oracle, log);
    }
    for (const { id } of unknown) throw new Error(`${id.topic}-${id.partition} was never made`);
    this.#ending = 'none';
  }

  async #checkLog(oracle: LogOracle, log: StoredLog, ending: Ending): Promise<void> {
    const { startOffset, endOffset } = log;
    const batches = await readAll(log);
    const name = `${log.id.topic}-${log.id.partition} after ${ending}`;
    const wrong = oracle.found(ending, { startOffset, endOffset, batches });
    if (wrong !== undefined) throw new Error(`${name}: ${wrong}`);
    for (const snapshot of SNAPSHOTS) {
      const bytes = await log.readSnapshot(snapshot);
      const wrongSnapshot = oracle.snapshotFound(ending, snapshot, bytes);
      if (wrongSnapshot !== undefined) throw new Error(`${name}: ${wrongSnapshot}`);
    }
    const expected = oracle.batches.filter(({ lastOffset }) => lastOffset >= startOffset);
    await expectTimes(log, expected, [0n, 30n, 99n, 101n]);
    const sizeBytes = batches.reduce((sum, { length }) => sum + length, 0);
    if (log.sizeBytes < sizeBytes) throw new Error(`${name}: ${log.sizeBytes} bytes are too few`);
  }
}

/** What was under way finds out that the process is dead. */
async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
}
