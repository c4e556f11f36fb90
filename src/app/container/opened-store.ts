import type { LogStore, RecoveredLog } from '../../ports/log-store.ts';

/** The store and what it found when it was opened: the catalog and the log manager each take their part of it. */
export class OpenedStore {
  readonly store: LogStore;
  #recovered: readonly RecoveredLog[] | undefined;

  constructor(store: LogStore) {
    this.store = store;
  }

  get recovered(): readonly RecoveredLog[] {
    if (this.#recovered === undefined) throw new Error('the store is not open');
    return this.#recovered;
  }

  async open(): Promise<void> {
    this.#recovered = await this.store.open();
  }

  close(): Promise<void> {
    return this.store.close();
  }
}
