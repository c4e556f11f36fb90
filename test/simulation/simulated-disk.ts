import type { SeededRandom } from './seeded-random.ts';
import { SimulatedFile } from './simulated-file.ts';

export class SimulatedDirectory {
  entries = new Map<string, DiskNode>();
  /** What is certain to be there after power loss. */
  durable = new Map<string, DiskNode>();
}

export type DiskNode = SimulatedFile | SimulatedDirectory;

/** Entries set or removed together, as a rename within a journal is. */
type MetadataChange = readonly {
  readonly directory: SimulatedDirectory;
  readonly name: string;
  readonly node: DiskNode | undefined;
}[];

/**
 * A file system on a device that can lose power. Names are as volatile as data: a created, renamed or
 * removed entry is durable once its directory was synced.
 */
export class SimulatedDisk {
  readonly root = new SimulatedDirectory();
  readonly random: SeededRandom;
  readonly #sectorBytes: number;
  #pending: MetadataChange[] = [];

  constructor(random: SeededRandom) {
    this.random = random;
    this.#sectorBytes = random.pick([32, 128, 512]);
  }

  find(path: string): DiskNode | undefined {
    let node: DiskNode | undefined = this.root;
    for (const name of namesOf(path)) {
      if (!(node instanceof SimulatedDirectory)) return undefined;
      node = node.entries.get(name);
    }
    return node;
  }

  file(path: string): SimulatedFile {
    const node = this.find(path);
    if (node instanceof SimulatedFile) return node;
    throw diskError(node === undefined ? 'ENOENT' : 'EISDIR', path);
  }

  directory(path: string): SimulatedDirectory {
    const node = this.find(path);
    if (node instanceof SimulatedDirectory) return node;
    throw diskError(node === undefined ? 'ENOENT' : 'ENOTDIR', path);
  }

  openFile(path: string): SimulatedFile {
    const { directory, name } = this.#place(path);
    const found = directory.entries.get(name);
    if (found instanceof SimulatedFile) return found;
    if (found !== undefined) throw diskError('EISDIR', path);
    const file = new SimulatedFile(this.#sectorBytes);
    this.#change([{ directory, name, node: file }]);
    return file;
  }

  makeDirectory(path: string): void {
    let at = '';
    for (const part of namesOf(path)) {
      at += `/${part}`;
      if (this.find(at) !== undefined) continue;
      const { directory, name } = this.#place(at);
      this.#change([{ directory, name, node: new SimulatedDirectory() }]);
    }
    this.directory(path);
  }

  rename(from: string, to: string): void {
    const source = this.#place(from);
    const target = this.#place(to);
    const node = source.directory.entries.get(source.name);
    if (node === undefined) throw diskError('ENOENT', from);
    const replaced = target.directory.entries.get(target.name);
    if (replaced instanceof SimulatedDirectory && replaced.entries.size > 0) {
      throw diskError('ENOTEMPTY', to);
    }
    this.#change([
      { ...source, node: undefined },
      { ...target, node },
    ]);
  }

  link(from: string, to: string): void {
    const file = this.file(from);
    const { directory, name } = this.#place(to);
    if (directory.entries.has(name)) throw diskError('EEXIST', to);
    this.#change([{ directory, name, node: file }]);
  }

  /** Removes a file or an empty directory. */
  unlink(path: string): void {
    const { directory, name } = this.#place(path);
    const node = directory.entries.get(name);
    if (node === undefined) throw diskError('ENOENT', path);
    if (node instanceof SimulatedDirectory && node.entries.size > 0) {
      throw diskError('ENOTEMPTY', path);
    }
    this.#change([{ directory, name, node: undefined }]);
  }

  /** A sync of the directory that covers what was done so far; the answer completes it. */
  beginSync(directory: SimulatedDirectory): () => void {
    const covered = new Set(
      this.#pending.filter((change) => change.some((entry) => entry.directory === directory)),
    );
    return () => {
      for (const change of this.#pending) if (covered.has(change)) persist(change);
      this.#pending = this.#pending.filter((change) => !covered.has(change));
    };
  }

  /** Leaves what the device holds: of what was not synced, some. */
  losePower(): void {
    const { random } = this;
    const kept = random.pick([0, 0.1, 0.5, 0.9, 1]);
    // A journal keeps the order of changes, other file systems do not promise it.
    const ordered = random.chance(0.5);
    for (const change of this.#pending) {
      if (random.chance(kept)) persist(change);
      else if (ordered) break;
    }
    this.#pending = [];
    this.#restore(this.root);
  }

  #restore(directory: SimulatedDirectory): void {
    directory.entries = new Map(directory.durable);
    for (const node of directory.entries.values()) {
      if (node instanceof SimulatedDirectory) this.#restore(node);
      else node.losePower(this.random);
    }
  }

  #change(change: MetadataChange): void {
    for (const { directory, name, node } of change) setEntry(directory.entries, name, node);
    this.#pending.push(change);
  }

  #place(path: string): { directory: SimulatedDirectory; name: string } {
    const names = namesOf(path);
    const name = names.pop();
    if (name === undefined) throw diskError('EISDIR', path);
    return { directory: this.directory(names.join('/')), name };
  }
}

export function diskError(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: simulated, ${path}`), { code });
}

function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

function persist(change: MetadataChange): void {
  for (const { directory, name, node } of change) setEntry(directory.durable, name, node);
}

function setEntry(entries: Map<string, DiskNode>, name: string, node: DiskNode | undefined): void {
  if (node === undefined) entries.delete(name);
  else entries.set(name, node);
}
