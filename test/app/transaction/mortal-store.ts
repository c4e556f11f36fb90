import type { MemoryLogStore } from '../../../src/adapters/memory/memory-log-store.ts';
import type { AppendEntry, LogStore } from '../../../src/ports/log-store.ts';

/** A store whose process dies after so many more batches: what was asked of it then is never answered. */
export class MortalStore implements LogStore {
  readonly capabilities;
  readonly died: Promise<void>;
  private readonly store: MemoryLogStore;
  private left = Number.POSITIVE_INFINITY;
  private die: () => void = () => {};

  constructor(store: MemoryLogStore) {
    this.store = store;
    this.capabilities = store.capabilities;
    this.died = new Promise((resolve) => {
      this.die = resolve;
    });
  }

  get isDead(): boolean {
    return this.left <= 0;
  }

  dieAfter(batches: number): void {
    this.left = batches;
    if (this.isDead) this.die();
  }

  async append(entries: readonly AppendEntry[]): Promise<void> {
    for (const entry of entries) {
      if (!this.isDead) {
        await this.store.append([entry]);
        this.left--;
      }
      if (this.isDead) {
        this.die();
        return new Promise(() => {});
      }
    }
  }

  open = () => this.store.open();
  create: LogStore['create'] = (...args) => this.store.create(...args);
  sync: LogStore['sync'] = (log) => this.store.sync(log);
  delete: LogStore['delete'] = (log) => this.store.delete(log);
  usableBytes = () => this.store.usableBytes();
  close = async () => {};
}
