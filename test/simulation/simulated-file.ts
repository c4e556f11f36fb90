import type { SeededRandom } from './seeded-random.ts';

/** What was written to each sector since a sync began, oldest first. */
type Versions = Map<number, Uint8Array[]>;

/** Writes a sync has to bring to the device. */
export interface WriteBack {
  readonly sectors: Versions;
  readonly sizes: number[];
}

const VERSIONS_KEPT = 4;

/**
 * A file as the kernel and the device see it. The content is what a process reads, the durable content what
 * the device is certain to hold; between them are sectors that may or may not have been written back.
 */
export class SimulatedFile {
  readonly #sectorBytes: number;
  #content = new Uint8Array(256);
  #size = 0;
  #durable = new Uint8Array(0);
  #dirty: WriteBack = { sectors: new Map(), sizes: [] };
  #writeBacks: WriteBack[] = [];

  constructor(sectorBytes: number) {
    this.#sectorBytes = sectorBytes;
  }

  get sizeBytes(): number {
    return this.#size;
  }

  read(target: Uint8Array, length: number, position: number): number {
    const end = Math.min(this.#size, position + length);
    if (end <= position) return 0;
    target.set(this.#content.subarray(position, end));
    return end - position;
  }

  bytes(): Uint8Array {
    return this.#content.slice(0, this.#size);
  }

  write(bytes: Uint8Array, position: number): void {
    const end = position + bytes.length;
    this.#reserve(end);
    this.#content.set(bytes, position);
    const from = Math.min(position, this.#size);
    if (end > this.#size) this.#setSize(end);
    this.#touch(from, end);
  }

  /** A bit that flips on the device, and in the page that was read from there. */
  rot(position: number, bit: number): void {
    for (const bytes of [this.#content, this.#durable]) {
      if (position < bytes.length) bytes[position]! ^= 1 << bit;
    }
  }

  truncate(size: number): void {
    const before = this.#size;
    this.#reserve(size);
    this.#content.fill(0, Math.min(size, before), before);
    this.#setSize(size);
    this.#touch(Math.min(size, before), Math.max(size, before));
  }

  /** What is dirty now goes to the device from here on; later writes are not part of it. */
  beginSync(): WriteBack {
    const writeBack = this.#dirty;
    this.#dirty = { sectors: new Map(), sizes: [] };
    this.#writeBacks.push(writeBack);
    return writeBack;
  }

  /** The device has it, and what was sent before. */
  endSync(writeBack: WriteBack): void {
    const at = this.#writeBacks.indexOf(writeBack);
    for (const done of this.#writeBacks.splice(0, at + 1)) {
      this.#durable = this.#written(done, (versions) => versions.at(-1), done.sizes.at(-1));
    }
  }

  /**
   * Linux marks pages clean whose write-back failed: they are readable, and no later sync writes them. The size is
   * in the journal, which still has it.
   */
  failSync(writeBack: WriteBack, random: SeededRandom): void {
    this.#durable = this.#survivors({ sectors: writeBack.sectors, sizes: [] }, random);
    this.#writeBacks = this.#writeBacks.filter((other) => other !== writeBack);
    this.#dirty.sizes.unshift(...writeBack.sizes);
  }

  /** Of what was not synced some sectors and some size are left. */
  losePower(random: SeededRandom): void {
    for (const writeBack of [...this.#writeBacks, this.#dirty]) {
      this.#durable = this.#survivors(writeBack, random);
    }
    this.#writeBacks = [];
    this.#dirty = { sectors: new Map(), sizes: [] };
    this.#size = this.#durable.length;
    this.#content = new Uint8Array(Math.max(256, this.#size));
    this.#content.set(this.#durable);
  }

  #survivors(writeBack: WriteBack, random: SeededRandom): Uint8Array<ArrayBuffer> {
    const kept = random.pick([0, 0.1, 0.5, 0.9, 1]);
    const sizes = [this.#durable.length, ...writeBack.sizes];
    let size = random.chance(kept) ? sizes.at(-1) : random.pick(sizes);
    if (random.chance(0.2)) size = random.between(Math.min(...sizes), Math.max(...sizes));
    return this.#written(
      writeBack,
      (versions) => {
        if (!random.chance(kept)) return undefined;
        return random.chance(0.8) ? versions.at(-1) : random.pick(versions);
      },
      size,
    );
  }

  /** The durable content with a version of each sector on top. */
  #written(
    { sectors }: WriteBack,
    choose: (versions: readonly Uint8Array[]) => Uint8Array | undefined,
    size: number | undefined,
  ): Uint8Array<ArrayBuffer> {
    const result = new Uint8Array(size ?? this.#durable.length);
    result.set(this.#durable.subarray(0, result.length));
    for (const [sector, versions] of sectors) {
      const at = sector * this.#sectorBytes;
      const version = choose(versions);
      if (version === undefined || at >= result.length) continue;
      result.set(version.subarray(0, result.length - at), at);
    }
    return result;
  }

  #setSize(size: number): void {
    if (size === this.#size) return;
    this.#size = size;
    this.#dirty.sizes.push(size);
  }

  #touch(from: number, to: number): void {
    const sectorBytes = this.#sectorBytes;
    this.#reserve(Math.ceil(to / sectorBytes) * sectorBytes);
    for (let sector = Math.floor(from / sectorBytes); sector * sectorBytes < to; sector++) {
      const at = sector * sectorBytes;
      const versions = this.#dirty.sectors.get(sector) ?? [];
      if (versions.length === VERSIONS_KEPT) versions.splice(1, 1);
      versions.push(this.#content.slice(at, at + sectorBytes));
      this.#dirty.sectors.set(sector, versions);
    }
  }

  #reserve(size: number): void {
    if (size <= this.#content.length) return;
    const grown = new Uint8Array(size * 2);
    grown.set(this.#content.subarray(0, this.#size));
    this.#content = grown;
  }
}
