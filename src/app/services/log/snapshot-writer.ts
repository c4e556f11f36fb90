import { encodeLogSnapshot } from '../../../domain/log/log-snapshot.ts';
import type { LogState } from '../../../domain/log/log-state.ts';
import type { Offset, TopicIdPartition } from '../../../domain/topic-partition.ts';
import type { LogStore, StoredLog } from '../../../ports/log-store.ts';
import type { Logger } from '../../../ports/logger.ts';
import { SNAPSHOT_NAMES } from './log-loader.ts';
import { syncStored } from './unwritten-log.ts';

/** So much is appended for each byte of a snapshot, however many producers there are. */
const APPENDED_PER_SNAPSHOT_BYTE = 8;

/** Writes a log's state now and then, so that a start has little to replay. */
export class SnapshotWriter {
  readonly #store: LogStore;
  readonly #log: { readonly id: TopicIdPartition; readonly stored: StoredLog };
  readonly #logger: Logger;
  readonly #intervalBytes: number;
  #next: 0 | 1;
  #offset: Offset | undefined;
  #appendedBytes = 0;
  #lastSizeBytes = 0;
  #writing: Promise<void> | undefined;

  constructor(
    log: { readonly id: TopicIdPartition; readonly stored: StoredLog },
    options: { store: LogStore; logger: Logger; snapshotIntervalBytes: number },
  ) {
    this.#log = log;
    this.#store = options.store;
    this.#logger = options.logger;
    this.#intervalBytes = options.snapshotIntervalBytes;
    this.#next = 0;
  }

  loaded(offset: Offset | undefined, next: 0 | 1, replayedBytes: number): void {
    // Without a batch there is nothing to remember.
    this.#offset =
      offset === undefined && replayedBytes === 0 ? this.#log.stored.endOffset : offset;
    this.#next = next;
    this.#appendedBytes = replayedBytes;
  }

  noteAppended(bytes: number): void {
    this.#appendedBytes += bytes;
  }

  get isDue(): boolean {
    if (this.#writing !== undefined) return false;
    const floorBytes = this.#lastSizeBytes * APPENDED_PER_SNAPSHOT_BYTE;
    return this.#appendedBytes >= Math.max(this.#intervalBytes, floorBytes);
  }

  /** Whether the log can lose what is below `offset` and its state be restored all the same. */
  covers(offset: Offset): boolean {
    return this.#offset !== undefined && this.#offset >= offset;
  }

  /**
   * Writes the state as it is now, which is that at `offset`, once `committed` tells that all of it
   * is stored and the log is synced that far: a snapshot never knows more than the log. A failure
   * is only logged, since the state can be replayed from an older one.
   */
  write(offset: Offset, state: LogState, committed: Promise<void>): Promise<void> {
    if (this.#writing !== undefined) return this.#writing;
    if (this.#offset === offset) return Promise.resolve();
    const bytes = encodeLogSnapshot({ offset, state });
    this.#appendedBytes = 0;
    this.#lastSizeBytes = bytes.length;
    this.#writing = this.#write(offset, bytes, committed).finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  /** Resolves when no write is under way. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(offset: Offset, bytes: Uint8Array, committed: Promise<void>): Promise<void> {
    try {
      await committed;
      await syncStored(this.#store, this.#log);
      await this.#log.stored.writeSnapshot(SNAPSHOT_NAMES[this.#next], bytes);
      this.#offset = offset;
      this.#next = this.#next === 0 ? 1 : 0;
    } catch (error) {
      const { topic, partition } = this.#log.id;
      this.#logger.warn({ topic, partition, err: error }, 'log snapshot could not be written');
    }
  }
}
