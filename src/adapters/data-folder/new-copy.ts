import { KafkaError } from '../../domain/kafka-error.ts';
import { writeFileAtomically } from './atomic-file.ts';
import type { FileSystem } from './file-system.ts';
import { FORMAT, UNFINISHED_COPY } from './store-format.ts';

const STAGING = '.copying';

/**
 * A data folder that is being made from another one. Until it is whole its format file says so, and every engine refuses
 * it: the data are gathered in a folder inside, and the format file is the last to take its place.
 */
export class NewCopy {
  readonly #files: FileSystem;
  readonly #directory: string;
  readonly #moved: string[] = [];

  private constructor(files: FileSystem, directory: string) {
    this.#files = files;
    this.#directory = directory;
  }

  /** Rejects where there is anything already. */
  static async begin(files: FileSystem, directory: string): Promise<NewCopy> {
    await files.mkdir(directory);
    if ((await files.names(directory)).length > 0) {
      const message = `${directory} is not empty: choose a new folder for the copy`;
      throw new KafkaError('KAFKA_STORAGE_ERROR', message);
    }
    const format = Buffer.from(`${JSON.stringify({ engine: UNFINISHED_COPY, version: 1 })}\n`);
    await writeFileAtomically(files, `${directory}/${FORMAT}`, format);
    const copy = new NewCopy(files, directory);
    await files.mkdir(copy.staging);
    return copy;
  }

  /** Where an engine makes the data. */
  get staging(): string {
    return `${this.#directory}/${STAGING}`;
  }

  /** Called when the engine has closed them. */
  async finish(): Promise<void> {
    const files = this.#files;
    for (const name of await files.names(this.staging)) {
      if (name === FORMAT) continue;
      this.#moved.push(name);
      await files.rename(`${this.staging}/${name}`, `${this.#directory}/${name}`);
    }
    await files.syncDirectory(this.#directory);
    await files.rename(`${this.staging}/${FORMAT}`, `${this.#directory}/${FORMAT}`);
    await files.syncDirectory(this.#directory);
    await files.remove(this.staging);
  }

  /** Leaves the folder empty again. */
  async abandon(): Promise<void> {
    for (const name of [...this.#moved, STAGING, FORMAT]) {
      await this.#files.remove(`${this.#directory}/${name}`);
    }
  }
}
