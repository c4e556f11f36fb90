import type { Offset, TopicIdPartition } from '../../../domain/topic-partition.ts';
import type { LogStore, StoredLog } from '../../../ports/log-store.ts';
import type { Logger } from '../../../ports/logger.ts';
import type { LogAvailability } from './log-availability.ts';
import { dropBeyondGap } from './log-loader.ts';
import { syncStored } from './unwritten-log.ts';

/** A log as its recovery needs it. */
export interface RecoverableLog {
  readonly id: TopicIdPartition;
  readonly stored: StoredLog;
  /** Restores what is in memory from what is in the store. */
  load(): Promise<void>;
}

/** What becomes of a log after an append that the store failed: it forgets what the store did not keep. */
export class LogRecovery {
  readonly #log: RecoverableLog;
  readonly #availability: LogAvailability;
  readonly #store: LogStore;
  readonly #logger: Logger;
  #failedFrom: Offset | undefined;
  #recovering: Promise<void> | undefined;

  constructor(
    log: RecoverableLog,
    availability: LogAvailability,
    options: { store: LogStore; logger: Logger },
  ) {
    this.#log = log;
    this.#availability = availability;
    this.#store = options.store;
    this.#logger = options.logger;
  }

  /** From here on nothing can be trusted until the log has recovered. */
  get failedFrom(): Offset | undefined {
    return this.#failedFrom;
  }

  failed(fromOffset: Offset, cause: unknown): void {
    const { topic, partition } = this.#log.id;
    this.#logger.error({ topic, partition, fromOffset, err: cause }, 'append failed');
    if (this.#failedFrom === undefined || fromOffset < this.#failedFrom) {
      this.#failedFrom = fromOffset;
    }
    this.#availability.failed(cause);
  }

  /** Unless it is under way. Where it fails too, `recovered` is not called and the log stays offline. */
  recover(recovered: () => void): void {
    this.#recovering ??= this.#recover(recovered).finally(() => {
      this.#recovering = undefined;
    });
  }

  /** Resolves when no recovery is under way. */
  async settled(): Promise<void> {
    await this.#recovering;
  }

  async #recover(recovered: () => void): Promise<void> {
    try {
      if (!this.#availability.deleted) {
        await dropBeyondGap(this.#log.stored, this.#failedFrom as Offset);
        // What the store kept counts as committed from here on, and answers retries.
        await syncStored(this.#store, this.#log);
        await this.#log.load();
      }
      this.#failedFrom = undefined;
      this.#availability.recovered();
      recovered();
    } catch (error) {
      const { topic, partition } = this.#log.id;
      this.#logger.error({ topic, partition, err: error }, 'log is offline');
    }
  }
}
