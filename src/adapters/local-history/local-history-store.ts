import { join } from 'node:path';
import type { HistoryManifest } from '../../domain/sql/history/history-manifest.ts';
import type { TopicId } from '../../domain/topic-partition.ts';
import type { HistoryStore } from '../../ports/topic-history.ts';
import { writeFileAtomically } from '../data-folder/atomic-file.ts';
import type { FileSystem } from '../data-folder/file-system.ts';

const MANIFEST = 'manifest.json';

/** `<folder>/<topic>/<topic id>/`: files and `manifest.json`, which says what of them counts. */
export class LocalHistoryStore implements HistoryStore {
  readonly #files: FileSystem;
  readonly #root: string;

  constructor(files: FileSystem, root: string) {
    this.#files = files;
    this.#root = root;
  }

  async topics(): Promise<{ topic: string; topicId: TopicId }[]> {
    const found: { topic: string; topicId: TopicId }[] = [];
    for (const topic of await this.#names(this.#root)) {
      for (const topicId of await this.#names(join(this.#root, topic)))
        found.push({ topic, topicId });
    }
    return found;
  }

  directory(topic: string, topicId: TopicId): string {
    return join(this.#root, topic, topicId);
  }

  async createDirectory(topic: string, topicId: TopicId): Promise<void> {
    await this.#files.mkdir(this.directory(topic, topicId));
    // Whoever opens the files after a loss of power has to find their folders.
    await this.#files.syncDirectory(join(this.#root, topic));
    await this.#files.syncDirectory(this.#root);
  }

  async open(topic: string, topicId: TopicId): Promise<HistoryManifest | undefined> {
    const directory = this.directory(topic, topicId);
    const bytes = await this.#files.readFile(join(directory, MANIFEST));
    const manifest = bytes && manifestOf(bytes, directory);
    const known = new Set([MANIFEST, ...(manifest?.files ?? []).map(({ name }) => name)]);
    for (const name of await this.#names(directory)) {
      if (!known.has(name)) await this.#files.remove(join(directory, name));
    }
    return manifest;
  }

  async place(topic: string, topicId: TopicId, temporaryName: string, name: string): Promise<void> {
    const directory = this.directory(topic, topicId);
    const path = join(directory, temporaryName);
    const fd = this.#files.openSync(path);
    try {
      await this.#files.fdatasync(fd);
    } finally {
      await this.#files.close(fd);
    }
    await this.#files.rename(path, join(directory, name));
    await this.#files.syncDirectory(directory);
  }

  async write(manifest: HistoryManifest): Promise<void> {
    const { topic, topicId } = manifest;
    const path = join(this.directory(topic, topicId), MANIFEST);
    const bytes = Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`);
    await writeFileAtomically(this.#files, path, bytes);
  }

  async removeFile(topic: string, topicId: TopicId, name: string): Promise<void> {
    await this.#files.remove(join(this.directory(topic, topicId), name));
  }

  async removeTopic(topic: string, topicId: TopicId): Promise<void> {
    await this.#files.remove(this.directory(topic, topicId));
    const parent = join(this.#root, topic);
    if ((await this.#names(parent)).length === 0) await this.#files.remove(parent);
  }

  /** Empty for a folder that is not there. */
  async #names(directory: string): Promise<string[]> {
    try {
      return await this.#files.names(directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }
}

function manifestOf(bytes: Uint8Array, directory: string): HistoryManifest {
  const manifest = JSON.parse(Buffer.from(bytes).toString()) as HistoryManifest;
  if (manifest.version !== 1) throw new Error(`${directory} is of another version of KawaDB`);
  return manifest;
}
