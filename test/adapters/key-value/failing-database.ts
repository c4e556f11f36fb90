import type {
  KeyRange,
  KeyValueDatabase,
  KeyValueOperation,
  KeyValueQuery,
} from '../../../src/ports/key-value-database.ts';

/** A database whose next call of a kind fails once it is told so; it counts its writes. */
export class FailingDatabase implements KeyValueDatabase {
  readonly name = 'TestDB';
  readonly #database: KeyValueDatabase;
  failWrites = false;
  failSyncs = false;
  failDeletions = false;
  /** Holds back deletions until it is resolved. */
  deletionsMayGo: Promise<void> = Promise.resolve();
  syncs = 0;

  constructor(database: KeyValueDatabase) {
    this.#database = database;
  }

  open(): Promise<void> {
    return this.#database.open();
  }

  write(operations: readonly KeyValueOperation[]): void | Promise<void> {
    if (this.failWrites) {
      this.failWrites = false;
      return Promise.reject(new Error('EIO: i/o error'));
    }
    return this.#database.write(operations);
  }

  sync(): Promise<void> {
    this.syncs += 1;
    if (!this.failSyncs) return this.#database.sync();
    this.failSyncs = false;
    return Promise.reject(new Error('EIO: i/o error'));
  }

  read(query: KeyValueQuery) {
    return this.#database.read(query);
  }

  async deleteRange(range: KeyRange): Promise<void> {
    await this.deletionsMayGo;
    if (this.failDeletions) throw new Error('EIO: i/o error');
    return this.#database.deleteRange(range);
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}
