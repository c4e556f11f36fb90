import { KafkaError } from '../../../domain/kafka-error.ts';
import type { Offset } from '../../../domain/topic-partition.ts';
import type { Timer } from '../../../ports/clock.ts';
import type { AppendEntry, Durability, LogStore, StoredLog } from '../../../ports/log-store.ts';
import type { UnsyncedBytes } from './unsynced-bytes.ts';

/** A log as the queue sees it. */
export interface QueuedLog {
  readonly stored: StoredLog;
  /** What has to be made in the store first; undefined for nearly all logs. */
  readonly unwritten: { create(): Promise<void> } | undefined;
  readonly logEndOffset: Offset;
  /** The flush that will take the log's next appends to the store, until it is on its way. */
  pendingFlush: Flush | undefined;
  /** Flushes on their way to the store. */
  flushesInFlight: number;
  /** From here on nothing can be trusted, because an append of the log failed. */
  readonly failedFrom: Offset | undefined;
  /** Everything below `offset` is stored as durably as was asked. */
  onStored(offset: Offset): void;
  /** Tells those who wait for the high watermark; after all logs of the flush have moved it. */
  notifyAdvanced(): void;
  onStoreFailed(fromOffset: Offset, cause: unknown): void;
  /** Called when a failed log has nothing in flight or queued any more. */
  onFailureSettled(): void;
}

/** What goes to the store in one call. */
export class Flush {
  readonly durability: Durability;
  entries: AppendEntry[] = [];
  /** Each log once, with the offsets its entries start at and end before. */
  readonly logs: QueuedLog[] = [];
  readonly startOffsets: Offset[] = [];
  readonly endOffsets: Offset[] = [];
  readonly committed: Promise<void>;
  resolve!: () => void;
  reject!: (error: KafkaError) => void;

  constructor(durability: Durability) {
    this.durability = durability;
    this.committed = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // An append without acks has nobody who listens.
    this.committed.catch(() => undefined);
  }
}

/**
 * Gathers the appends of one turn of the event loop, of all logs, into one call of the store: with
 * one sync that is the group commit. Further turns do not wait for it, the store orders them.
 */
export class AppendQueue {
  readonly #store: LogStore;
  readonly #timer: Timer;
  readonly #unsynced: UnsyncedBytes;
  #scheduled = false;
  #synced: Flush | undefined;
  #written: Flush | undefined;
  readonly #inFlight = new Set<Promise<void>>();
  readonly #flush = (): void => this.flush();

  constructor(store: LogStore, timer: Timer, unsynced: UnsyncedBytes) {
    this.#store = store;
    this.#timer = timer;
    this.#unsynced = unsynced;
  }

  /** Queues an entry; called before the log's end moves. The flush it will be in is the answer. */
  add(log: QueuedLog, entry: AppendEntry, durability: Durability): Flush {
    let flush = log.pendingFlush;
    if (flush === undefined) {
      const { unwritten } = log;
      if (unwritten !== undefined) flush = this.#flushOnceMade(log, unwritten, durability);
      else flush = durability === 'synced' ? this.#syncedFlush() : this.#writtenFlush();
      log.pendingFlush = flush;
      flush.logs.push(log);
      flush.startOffsets.push(entry.baseOffset);
    }
    flush.entries.push(entry);
    if (!this.#scheduled && (flush === this.#synced || flush === this.#written)) {
      this.#scheduled = true;
      this.#timer.afterTurn(this.#flush);
    }
    return flush;
  }

  /** Sends what is queued now. */
  flush(): void {
    this.#scheduled = false;
    const synced = this.#synced;
    const written = this.#written;
    this.#synced = undefined;
    this.#written = undefined;
    if (synced !== undefined) this.#send(synced);
    if (written !== undefined) this.#send(written);
  }

  /** Resolves when nothing is queued or in flight, whatever came of it. */
  async drain(): Promise<void> {
    for (;;) {
      this.flush();
      if (this.#inFlight.size === 0) return;
      await Promise.all(this.#inFlight);
    }
  }

  /** A flush of one log alone, which goes to the store when that has the log. */
  #flushOnceMade(
    log: QueuedLog,
    unwritten: { create(): Promise<void> },
    durability: Durability,
  ): Flush {
    const flush = new Flush(durability);
    const made = unwritten
      .create()
      .then(
        () => {
          const { stored } = log;
          flush.entries = flush.entries.map((entry) => ({ ...entry, log: stored }));
          this.#send(flush);
        },
        (cause: unknown) => {
          log.pendingFlush = undefined;
          log.flushesInFlight++;
          this.#failed(flush, cause);
        },
      )
      .finally(() => this.#inFlight.delete(made));
    this.#inFlight.add(made);
    return flush;
  }

  #syncedFlush(): Flush {
    this.#synced ??= new Flush('synced');
    return this.#synced;
  }

  #writtenFlush(): Flush {
    this.#written ??= new Flush('written');
    return this.#written;
  }

  #send(flush: Flush): void {
    let failed: Set<StoredLog> | undefined;
    for (const log of flush.logs) {
      log.pendingFlush = undefined;
      log.flushesInFlight++;
      flush.endOffsets.push(log.logEndOffset);
      if (log.failedFrom === undefined) continue;
      failed ??= new Set();
      failed.add(log.stored);
    }
    if (failed !== undefined) {
      const lost = failed;
      flush.entries = flush.entries.filter(({ log }) => !lost.has(log));
    }
    const sent = this.#append(flush).finally(() => this.#inFlight.delete(sent));
    this.#inFlight.add(sent);
  }

  async #append(flush: Flush): Promise<void> {
    try {
      if (flush.entries.length > 0) await this.#store.append(flush.entries, flush.durability);
      const gate = flush.durability === 'written' ? this.#unsynced.gate : undefined;
      if (gate !== undefined) await gate;
    } catch (cause) {
      this.#failed(flush, cause);
      return;
    }
    this.#stored(flush);
  }

  #stored(flush: Flush): void {
    let whole = true;
    for (let i = 0; i < flush.logs.length; i++) {
      const log = flush.logs[i] as QueuedLog;
      const endOffset = flush.endOffsets[i] as Offset;
      log.flushesInFlight--;
      const { failedFrom } = log;
      if (failedFrom === undefined || endOffset <= failedFrom) log.onStored(endOffset);
      else whole = false;
    }
    for (const log of flush.logs) log.notifyAdvanced();
    if (whole) flush.resolve();
    else flush.reject(storageError(undefined));
    settleFailures(flush.logs);
  }

  #failed(flush: Flush, cause: unknown): void {
    for (const [i, log] of flush.logs.entries()) {
      log.flushesInFlight--;
      log.onStoreFailed(flush.startOffsets[i] as Offset, cause);
    }
    flush.reject(storageError(cause));
    settleFailures(flush.logs);
  }
}

function settleFailures(logs: readonly QueuedLog[]): void {
  for (const log of logs) {
    if (log.failedFrom === undefined) continue;
    if (log.flushesInFlight === 0 && log.pendingFlush === undefined) log.onFailureSettled();
  }
}

export function storageError(cause: unknown): KafkaError {
  const options = cause === undefined ? undefined : { cause };
  return new KafkaError('KAFKA_STORAGE_ERROR', 'the records could not be stored', options);
}
