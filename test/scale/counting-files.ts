import { type FileSystem, nodeFileSystem } from '../../src/adapters/data-folder/file-system.ts';

/** Node's file system, with a count of its calls, of the bytes that are read and of the files that are open. */
export class CountingFiles {
  calls = 0;
  readonly callsOf = new Map<string, number>();
  bytesRead = 0;
  readonly #open = new Set<number>();

  readonly files: FileSystem = new Proxy(nodeFileSystem, {
    get: (target, name: keyof FileSystem) => {
      const call = target[name] as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        this.calls += 1;
        this.callsOf.set(name, (this.callsOf.get(name) ?? 0) + 1);
        return this.#note(name, args, call.apply(target, args));
      };
    },
  });

  get openFiles(): number {
    return this.#open.size;
  }

  reset(): void {
    this.calls = 0;
    this.callsOf.clear();
    this.bytesRead = 0;
  }

  #note(name: keyof FileSystem, args: unknown[], result: unknown): unknown {
    if (name === 'openSync') this.#open.add(result as number);
    if (name === 'close' || name === 'closeSync') this.#open.delete(args[0] as number);
    if (name === 'readSync') this.bytesRead += result as number;
    if (name === 'read') {
      return (result as Promise<number>).then((count) => {
        this.bytesRead += count;
        return count;
      });
    }
    if (name === 'readFile') {
      return (result as Promise<Uint8Array | undefined>).then((bytes) => {
        this.bytesRead += bytes?.length ?? 0;
        return bytes;
      });
    }
    return result;
  }
}
