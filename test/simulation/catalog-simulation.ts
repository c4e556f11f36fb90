import type { LocalCatalog } from '../../src/adapters/local-catalog/local-catalog.ts';
import { replayMetadata } from '../../src/domain/topic/cluster-metadata-draft.ts';
import { metadataRecordsOf } from '../../src/domain/topic/cluster-metadata-records.ts';
import type { ClusterMetadata, MetadataRecord } from '../../src/ports/catalog.ts';
import type { LogStore } from '../../src/ports/log-store.ts';
import { openCatalog } from '../app/topic/topic-fakes.ts';
import { FaultPlan } from './fault-plan.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { SimulatedFiles } from './simulated-files.ts';

/** Enough for the log to be replaced by a snapshot when the catalog is opened. */
const MANY_RECORDS = 10_000;

export interface CatalogSimulationOptions {
  readonly seed: number;
  /** Traces the operations of the disk too. */
  readonly verbose: boolean;
  create(files: SimulatedFiles): LogStore;
  /** Whether operations of the disk fail now and then. */
  readonly faulty: boolean;
}

/** A catalog over a storage engine whose process dies and whose disk loses power. */
export class CatalogSimulation {
  readonly trace: string[] = [];
  readonly #o: CatalogSimulationOptions;
  readonly #random: SeededRandom;
  readonly #disk: SimulatedDisk;
  /** What the metadata may be: as last acknowledged, or as changes would have it that were not. */
  #possible: ClusterMetadata[] = [];
  #clusterId: string | undefined;
  #topics = 0;

  constructor(options: CatalogSimulationOptions) {
    this.#o = options;
    this.#random = new SeededRandom(options.seed);
    this.#disk = new SimulatedDisk(this.#random.fork());
    this.#disk.makeDirectory('/data');
    this.#disk.beginSync(this.#disk.root)();
  }

  async run(): Promise<void> {
    const lives = this.#random.between(2, 5);
    for (let life = 0; life < lives; life++) {
      await this.#live(this.#random.between(1, this.#random.pick([20, 60, 150])));
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
    const store = this.#o.create(files);
    this.trace.push(`-- open; dies at operation ${diesAt}`);
    try {
      const recovered = await store.open();
      const catalog = await openCatalog(store, undefined, recovered);
      this.#check(catalog.metadata);
      faults.active = this.#o.faulty;
      await this.#work(catalog, files);
      faults.active = false;
      await catalog.close();
      if (this.#random.chance(0.4)) await store.close();
    } catch (error) {
      if (!files.dead) throw error;
    }
    files.die();
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
    this.trace.push(`-- died at operation ${files.operations}`);
    if (files.lostPages || this.#random.chance(0.7)) {
      this.trace.push('-- power loss');
      this.#disk.losePower();
    }
  }

  async #work(catalog: LocalCatalog, files: SimulatedFiles): Promise<void> {
    for (let step = this.#random.between(1, 15); step > 0 && !files.dead; step--) {
      const before = catalog.metadata;
      const records = this.#change(before);
      const version = before.version + BigInt(records.length);
      const wanted = replayMetadata(before, records, version);
      this.trace.push(`${files.operations}: change to version ${version}`);
      this.#possible.push(wanted);
      try {
        await catalog.change(before.version, records);
      } catch (error) {
        if (files.dead || !this.#o.faulty) throw error;
        this.trace.push(`${files.operations}: refused: ${String(error)}`);
        continue;
      }
      this.#possible = [wanted];
    }
  }

  #change(metadata: ClusterMetadata): MetadataRecord[] {
    const random = this.#random;
    const ids = [...metadata.topicsById.keys()];
    const nextProducerId = metadata.nextProducerId + 1000n;
    const ids1000 = { kind: 'producerIds', brokerId: 1, nextProducerId } as const;
    if (random.chance(0.15)) return new Array<MetadataRecord>(MANY_RECORDS).fill(ids1000);
    if (ids.length > 0 && random.chance(0.3)) {
      return [{ kind: 'removeTopic', topicId: random.pick(ids) }];
    }
    if (random.chance(0.2)) return [ids1000];
    this.#topics += 1;
    const name = `topic-${this.#topics}`;
    const topicId = Buffer.from(String(this.#topics).padStart(16, 'y')).toString('base64url');
    const partitions = Array.from({ length: random.between(1, 4) }, (_, partition) => {
      return {
        kind: 'partition',
        topicId,
        partition,
        leader: 1,
        leaderEpoch: 0,
        replicas: [1],
      } as const;
    });
    const value = String(random.between(1, 1000));
    const topic = { resourceType: 'topic', resourceName: name } as const;
    return [
      { kind: 'topic', topicId, name },
      ...partitions,
      { kind: 'config', ...topic, name: 'retention.ms', value },
    ];
  }

  #check(found: ClusterMetadata): void {
    this.trace.push(`-- found version ${found.version}`);
    this.#clusterId ??= found.clusterId;
    if (this.#possible.length === 0 && found.version === 0n) {
      this.#clusterId = found.clusterId;
      this.#possible = [found];
      return;
    }
    if (found.clusterId !== this.#clusterId) throw new Error(`another cluster: ${found.clusterId}`);
    const match = this.#possible.find((metadata) => described(metadata) === described(found));
    if (match === undefined) {
      const versions = this.#possible.map(({ version }) => version).join(' or ');
      throw new Error(`version ${found.version} is not what ${versions} was`);
    }
    this.#possible = [match];
  }
}

/** All a state says, in no particular order. */
function described(metadata: ClusterMetadata): string {
  const records = [...metadataRecordsOf(metadata)].map((record) =>
    JSON.stringify(record, (_key, value) => (typeof value === 'bigint' ? String(value) : value)),
  );
  return [String(metadata.version), ...records.sort()].join('\n');
}
