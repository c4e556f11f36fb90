import type { FileSystem } from '../../src/adapters/data-folder/file-system.ts';
import type { SeededRandom } from './seeded-random.ts';
import { diskError, SimulatedDirectory, type SimulatedDisk } from './simulated-disk.ts';
import type { SimulatedFile } from './simulated-file.ts';

export type OperationKind = keyof FileSystem;

/** What goes wrong with an operation: an error code, or a read or write that does less than was asked for. */
export type Fault = 'EIO' | 'ENOSPC' | 'short';

export interface SimulatedFilesOptions {
  readonly disk: SimulatedDisk;
  readonly random: SeededRandom;
  /** The process dies at its nth operation. */
  readonly diesAt?: number;
  readonly faultAt?: (operation: number, kind: OperationKind) => Fault | undefined;
  readonly trace?: ((line: string) => void) | undefined;
}

const FREE_BYTES = 1 << 30;

/**
 * The file system as one process sees it. The process may die at any operation: from then on nothing
 * it does reaches the disk. Whether the disk loses power then is another matter.
 */
export class SimulatedFiles implements FileSystem {
  readonly #disk: SimulatedDisk;
  readonly #random: SeededRandom;
  readonly #diesAt: number;
  readonly #faultAt: (operation: number, kind: OperationKind) => Fault | undefined;
  readonly #trace: ((line: string) => void) | undefined;
  readonly #open = new Map<number, { file: SimulatedFile; path: string }>();
  #nextDescriptor = 3;
  #operations = 0;
  #dead = false;
  /** Whether a sync failed, so that the page cache holds what the disk never will. */
  lostPages = false;
  /** Whether a file or a folder could not be synced. */
  syncFailed = false;

  constructor({ disk, random, diesAt = Infinity, faultAt, trace }: SimulatedFilesOptions) {
    this.#trace = trace;
    this.#disk = disk;
    this.#random = random;
    this.#diesAt = diesAt;
    this.#faultAt = faultAt ?? (() => undefined);
  }

  get operations(): number {
    return this.#operations;
  }

  get dead(): boolean {
    return this.#dead;
  }

  die(): void {
    this.#dead = true;
  }

  openSync(path: string): number {
    this.#begin('openSync', path);
    const fd = this.#nextDescriptor++;
    this.#open.set(fd, { file: this.#disk.openFile(path), path });
    return fd;
  }

  async close(fd: number): Promise<void> {
    this.#descriptor(fd);
    this.#open.delete(fd);
    await this.#latency('close');
  }

  closeSync(fd: number): void {
    this.#begin('closeSync', this.#descriptor(fd).path);
    this.#open.delete(fd);
  }

  writevSync(fd: number, pieces: readonly Uint8Array[], position: number): number {
    const { file, path } = this.#descriptor(fd);
    const bytes = Buffer.concat(pieces);
    const partly = (): number => {
      const count = this.#random.between(1, Math.max(1, bytes.length - 1));
      file.write(bytes.subarray(0, count), position);
      return count;
    };
    const fault = this.#begin('writevSync', path, partly);
    if (fault === 'short') return partly();
    file.write(bytes, position);
    return bytes.length;
  }

  readSync(fd: number, target: Uint8Array, length: number, position: number): number {
    const { file, path } = this.#descriptor(fd);
    const fault = this.#begin('readSync', path);
    return file.read(target, this.#readable(length, fault), position);
  }

  async read(fd: number, target: Uint8Array, length: number, position: number): Promise<number> {
    const { file, path } = this.#descriptor(fd);
    const fault = this.#begin('read', path);
    await this.#latency(path);
    return file.read(target, this.#readable(length, fault), position);
  }

  ftruncateSync(fd: number, length: number): void {
    const { file, path } = this.#descriptor(fd);
    this.#begin('ftruncateSync', path);
    file.truncate(length);
  }

  async fdatasync(fd: number): Promise<void> {
    const { file, path } = this.#descriptor(fd);
    await this.#sync(file, 'fdatasync', path);
  }

  renameSync(from: string, to: string): void {
    this.#begin('renameSync', from);
    this.#disk.rename(from, to);
  }

  unlinkSync(path: string): void {
    this.#begin('unlinkSync', path);
    if (this.#disk.find(path) !== undefined) this.#disk.unlink(path);
  }

  async rename(from: string, to: string): Promise<void> {
    this.#begin('rename', from);
    await this.#latency(from);
    this.#disk.rename(from, to);
  }

  async link(from: string, to: string): Promise<void> {
    this.#begin('link', to);
    await this.#latency(to);
    this.#disk.link(from, to);
  }

  async remove(path: string): Promise<void> {
    this.#begin('remove', path);
    await this.#latency(path);
    const node = this.#disk.find(path);
    if (node === undefined) return;
    if (node instanceof SimulatedDirectory) {
      for (const name of [...node.entries.keys()]) await this.remove(`${path}/${name}`);
    }
    this.#disk.unlink(path);
  }

  async mkdir(path: string): Promise<void> {
    this.#begin('mkdir', path);
    await this.#latency(path);
    this.#disk.makeDirectory(path);
  }

  async names(path: string): Promise<string[]> {
    this.#begin('names', path);
    await this.#latency(path);
    return [...this.#disk.directory(path).entries.keys()];
  }

  async sizeBytes(path: string): Promise<number> {
    this.#begin('sizeBytes', path);
    await this.#latency(path);
    return this.#disk.file(path).sizeBytes;
  }

  async readFile(path: string): Promise<Uint8Array | undefined> {
    this.#begin('readFile', path);
    await this.#latency(path);
    return this.#disk.find(path) === undefined ? undefined : this.#disk.file(path).bytes();
  }

  async writeFile(path: string, bytes: Uint8Array): Promise<void> {
    this.#begin('writeFile', path);
    const file = this.#disk.openFile(path);
    file.truncate(0);
    await this.#latency(path);
    const written = this.#random.between(0, bytes.length);
    file.write(bytes.subarray(0, written), 0);
    await this.#latency(path);
    file.write(bytes.subarray(written), written);
    await this.#sync(file, 'writeFile', path);
  }

  async syncDirectory(path: string): Promise<void> {
    this.#begin('syncDirectory', path);
    const complete = this.#disk.beginSync(this.#disk.directory(path));
    await this.#latency(path);
    complete();
  }

  async usableBytes(path: string): Promise<number> {
    this.#begin('usableBytes', path);
    return FREE_BYTES;
  }

  async totalBytes(path: string): Promise<number> {
    this.#begin('totalBytes', path);
    return FREE_BYTES;
  }

  #readable(length: number, fault: Fault | undefined): number {
    return fault === 'short' ? this.#random.between(1, length) : length;
  }

  async #sync(file: SimulatedFile, kind: OperationKind, path: string): Promise<void> {
    this.#refuseDead(path);
    const writeBack = file.beginSync();
    try {
      this.#begin(kind, path);
    } catch (error) {
      if (!this.#dead) {
        file.failSync(writeBack, this.#random);
        this.lostPages = true;
      }
      throw error;
    }
    await this.#latency(path);
    file.endSync(writeBack);
  }

  /** Counts the operation, and lets it fail where it should. */
  #begin(kind: OperationKind, path: string, whenDying?: () => void): Fault | undefined {
    this.#refuseDead(path);
    this.#operations += 1;
    this.#trace?.(`    ${this.#operations} ${kind} ${path}`);
    if (this.#operations >= this.#diesAt) {
      whenDying?.();
      this.#dead = true;
      this.#refuseDead(path);
    }
    const fault = this.#faultAt(this.#operations, kind);
    if (fault === 'EIO' || fault === 'ENOSPC') {
      if (kind === 'fdatasync' || kind === 'syncDirectory') this.syncFailed = true;
      throw diskError(fault, path);
    }
    return fault;
  }

  #refuseDead(path: string): void {
    if (this.#dead) throw diskError('EIO', `${path} (the process is dead)`);
  }

  /** Others get a turn; the process may have died meanwhile. */
  async #latency(path: string): Promise<void> {
    const turns = this.#random.between(0, 3);
    for (let i = 0; i < turns; i++) await undefined;
    if (this.#random.chance(0.2)) await new Promise<void>((resolve) => setImmediate(resolve));
    this.#refuseDead(path);
  }

  #descriptor(fd: number): { file: SimulatedFile; path: string } {
    const open = this.#open.get(fd);
    if (open === undefined) throw diskError('EBADF', String(fd));
    return open;
  }
}
