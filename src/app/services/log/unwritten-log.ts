import type { Offset, TopicIdPartition } from '../../../domain/topic-partition.ts';
import type {
  DroppablePrefix,
  LogReadResult,
  LogStore,
  ReplaceableRun,
  StoredLog,
  StoredLogConfig,
} from '../../../ports/log-store.ts';

const NOTHING: LogReadResult = { slices: [], release() {} };

/**
 * The log of a partition nothing was written to yet: the catalog knows it, the store does not. It is made with the first
 * append, so that topics which only wait for data cost neither files nor time.
 */
export class UnwrittenLog implements StoredLog {
  readonly id: TopicIdPartition;
  readonly startOffset: Offset = 0n;
  readonly endOffset: Offset = 0n;
  readonly sizeBytes = 0;
  readonly #store: LogStore;
  #config: StoredLogConfig;
  #written: StoredLog | undefined;
  #creating: Promise<void> | undefined;

  constructor(id: TopicIdPartition, config: StoredLogConfig, store: LogStore) {
    this.id = id;
    this.#config = config;
    this.#store = store;
  }

  /** What the store made of it; undefined before. */
  get written(): StoredLog | undefined {
    return this.#written;
  }

  /** Makes the log in the store. After a failure it can be tried again. */
  create(): Promise<void> {
    this.#creating ??= this.#create().catch((error: unknown) => {
      this.#creating = undefined;
      throw error;
    });
    return this.#creating;
  }

  /** Resolves when what is being made is there, at once when nothing is. */
  async settled(): Promise<void> {
    await this.#creating?.catch(() => undefined);
  }

  configure(config: StoredLogConfig): void {
    this.#config = config;
  }

  read(): LogReadResult {
    return NOTHING;
  }

  async findByTimestamp(): Promise<undefined> {}

  async findMaxTimestamp(): Promise<undefined> {}

  droppable(): readonly DroppablePrefix[] {
    return [];
  }

  async truncate(): Promise<void> {}

  async dropPrefix(offset: Offset): Promise<void> {
    if (offset > 0n) throw new Error(`nothing was written below ${offset}`);
  }

  async reset(offset: Offset): Promise<void> {
    await this.create();
    await this.#written!.reset(offset);
  }

  replaceable(): readonly ReplaceableRun[] {
    return [];
  }

  async replace(): Promise<void> {
    throw new Error('nothing was written that could be replaced');
  }

  async writeSnapshot(name: string, bytes: Uint8Array): Promise<void> {
    await this.create();
    await this.#written!.writeSnapshot(name, bytes);
  }

  async readSnapshot(): Promise<undefined> {}

  async #create(): Promise<void> {
    const written = await this.#store.create(this.id, this.#config);
    // It may have changed meanwhile.
    written.configure(this.#config);
    this.#written = written;
  }
}

/** Syncs a log, be it one that is only being made. */
export async function syncStored(
  store: LogStore,
  log: { readonly stored: StoredLog },
): Promise<void> {
  if (log.stored instanceof UnwrittenLog) await log.stored.settled();
  const { stored } = log;
  if (!(stored instanceof UnwrittenLog)) await store.sync(stored);
}
