import type { Clock } from '../../../ports/clock.ts';
import type { Logger } from '../../../ports/logger.ts';

/** Syncs of logs that are under way at a time because too much is not synced. */
const PARALLEL = 4;
const WARN_EVERY_MS = 60_000;

/** A log that has written what it did not sync. */
export interface UnsyncedLog {
  readonly unsyncedBytes: number;
  /** Begins to sync all of it, unless it does so already. */
  sync(): void;
}

export interface UnsyncedBytesOptions {
  readonly limitBytes: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * What all logs together have written and not synced. A system that has too many written pages makes whoever writes the
 * next one wait, which here would be the event loop. So logs are synced before it comes to that, and acknowledgements wait
 * where the device does not keep up: producers slow down, everything else goes on.
 */
export class UnsyncedBytes {
  readonly #o: UnsyncedBytesOptions;
  readonly #logs = new Set<UnsyncedLog>();
  #bytes = 0;
  #syncing = 0;
  #gate: { readonly opened: Promise<void>; open(): void } | undefined;
  #warnedMs = Number.NEGATIVE_INFINITY;

  constructor(options: UnsyncedBytesOptions) {
    this.#o = options;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** What an acknowledgement has to wait for; undefined while there is room. */
  get gate(): Promise<void> | undefined {
    if (this.#gate !== undefined) return this.#gate.opened;
    return this.#bytes < this.#o.limitBytes ? undefined : this.#closeGate();
  }

  written(log: UnsyncedLog, bytes: number): void {
    this.#bytes += bytes;
    this.#logs.add(log);
  }

  /** Called when what was written is in the store, so that a sync would take it along. */
  syncIfMuch(): void {
    if (this.#bytes * 2 < this.#o.limitBytes) return;
    while (this.#syncing < PARALLEL && this.#syncLargest());
  }

  syncBegins(): void {
    this.#syncing += 1;
  }

  /** Whether it succeeded or not: a log whose sync fails takes nothing more. */
  syncEnded(log: UnsyncedLog, bytes: number): void {
    this.#syncing -= 1;
    if (log.unsyncedBytes === 0) this.#logs.delete(log);
    this.#took(bytes);
  }

  discarded(log: UnsyncedLog, bytes: number): void {
    this.#logs.delete(log);
    this.#took(bytes);
  }

  #took(bytes: number): void {
    this.#bytes -= bytes;
    if (this.#bytes >= this.#o.limitBytes) {
      this.syncIfMuch();
      return;
    }
    this.#gate?.open();
    this.#gate = undefined;
  }

  #syncLargest(): boolean {
    let largest: UnsyncedLog | undefined;
    for (const log of this.#logs) {
      if (log.unsyncedBytes > (largest?.unsyncedBytes ?? 0)) largest = log;
    }
    const before = this.#syncing;
    largest?.sync();
    return this.#syncing > before;
  }

  #closeGate(): Promise<void> {
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    this.#gate = { opened, open };
    const { clock, logger, limitBytes } = this.#o;
    const nowMs = clock.nowMs();
    if (nowMs - this.#warnedMs >= WARN_EVERY_MS) {
      this.#warnedMs = nowMs;
      logger.warn(
        { unsyncedBytes: this.#bytes, limitBytes },
        'producers wait for the device, which does not keep up with what they write',
      );
    }
    this.syncIfMuch();
    return opened;
  }
}
