import type { TopicIdPartition } from '../../../domain/topic-partition.ts';
import type { CancelTimer, Timer } from '../../../ports/clock.ts';
import type { LogStore, StoredLog } from '../../../ports/log-store.ts';
import type { Logger } from '../../../ports/logger.ts';
import type { UnsyncedBytes, UnsyncedLog } from './unsynced-bytes.ts';
import { syncStored } from './unwritten-log.ts';

/** Kafka's largest values mean "never"; no timer is set for them. */
const NEVER_MS = 0x7fffffff;

export interface SyncPolicy {
  readonly flushMessages: number;
  readonly flushMs: number;
}

/**
 * Syncs a log whose appends are answered before they survive power loss (`flush.messages` above 1):
 * after so many records, after so long, and in any case before too much of it is at stake.
 */
export class BackgroundSync implements UnsyncedLog {
  readonly #store: LogStore;
  readonly #log: { readonly id: TopicIdPartition; readonly stored: StoredLog };
  readonly #timer: Timer;
  readonly #logger: Logger;
  readonly #intervalBytes: number;
  /** Of all logs together. */
  readonly #unsynced: UnsyncedBytes;
  #unsyncedBytes = 0;
  #unsyncedRecords = 0;
  #cancelTimer: CancelTimer | undefined;
  #syncing = false;

  constructor(
    log: { readonly id: TopicIdPartition; readonly stored: StoredLog },
    options: {
      store: LogStore;
      timer: Timer;
      logger: Logger;
      syncIntervalBytes: number;
      unsynced: UnsyncedBytes;
    },
  ) {
    this.#log = log;
    this.#store = options.store;
    this.#timer = options.timer;
    this.#logger = options.logger;
    this.#intervalBytes = options.syncIntervalBytes;
    this.#unsynced = options.unsynced;
  }

  get unsyncedBytes(): number {
    return this.#unsyncedBytes;
  }

  noteWritten(bytes: number, records: number, policy: SyncPolicy): void {
    this.#unsyncedBytes += bytes;
    this.#unsyncedRecords += records;
    this.#unsynced.written(this, bytes);
    if (this.#cancelTimer === undefined && policy.flushMs < NEVER_MS) {
      this.#cancelTimer = this.#timer.schedule(policy.flushMs, () => this.sync());
    }
  }

  /** Called once what was noted is in the store. */
  syncIfDue(policy: SyncPolicy): void {
    if (this.#unsyncedBytes === 0) return;
    this.#unsynced.syncIfMuch();
    const due =
      this.#unsyncedBytes >= this.#intervalBytes || this.#unsyncedRecords >= policy.flushMessages;
    if (due) this.sync();
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  /** For a log that is gone: nothing of it has to be synced any more. */
  discard(): void {
    this.stop();
    this.#unsynced.discarded(this, this.#unsyncedBytes);
    this.#unsyncedBytes = 0;
    this.#unsyncedRecords = 0;
  }

  /** Unless a sync is under way. */
  sync(): void {
    if (this.#syncing) return;
    this.stop();
    const bytes = this.#unsyncedBytes;
    this.#unsyncedBytes = 0;
    this.#unsyncedRecords = 0;
    this.#syncing = true;
    this.#unsynced.syncBegins();
    syncStored(this.#store, this.#log)
      .catch((error: unknown) => {
        const { topic, partition } = this.#log.id;
        // The store refuses appends from now on, which is how the log gets to know.
        this.#logger.error({ topic, partition, err: error }, 'log could not be synced');
      })
      .finally(() => {
        this.#syncing = false;
        this.#unsynced.syncEnded(this, bytes);
      });
  }
}
