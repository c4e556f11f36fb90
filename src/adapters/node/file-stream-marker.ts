import { access, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { StreamMarker } from '../../ports/stream-marker.ts';

/** The marker as an empty file beside the database. */
export class FileStreamMarker implements StreamMarker {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async exists(): Promise<boolean> {
    try {
      await access(this.#path);
      return true;
    } catch {
      return false;
    }
  }

  async set(): Promise<void> {
    const folder = dirname(this.#path);
    await mkdir(folder, { recursive: true });
    for (const path of [this.#path, folder]) {
      const handle = await open(path, path === folder ? 'r' : 'a');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    }
  }

  async clear(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

/** For a database in memory, which has no streams when it is opened. */
export const noStreamMarker: StreamMarker = {
  exists: async () => false,
  set: async () => undefined,
  clear: async () => undefined,
};
