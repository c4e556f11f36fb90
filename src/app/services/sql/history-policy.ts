import { quoteIdentifier } from '../../../domain/sql/quote.ts';
import type { Catalog } from '../../../ports/catalog.ts';
import type { CancelTimer, Clock, Timer } from '../../../ports/clock.ts';
import type { Logger } from '../../../ports/logger.ts';
import type { Sql } from '../../../ports/sql.ts';
import type { HistoryService } from './history-service.ts';

export interface HistorySettings {
  /** Names, with * for any characters. */
  readonly topics: readonly string[];
  readonly olderThanMs: number;
  /** -1 keeps files for ever. */
  readonly retentionMs: number;
  readonly checkIntervalMs: number;
}

export interface HistoryPolicyOptions {
  readonly catalog: Pick<Catalog, 'metadata'>;
  readonly history: Pick<HistoryService, 'exportable' | 'removeOlder'>;
  readonly sql: Pick<Sql, 'query'>;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly logger: Logger;
  readonly settings: HistorySettings;
}

/** Brings the topics of the configuration to history as their segments close, and lets go of what is too old there. */
export class HistoryPolicy {
  readonly #o: HistoryPolicyOptions;
  readonly #patterns: readonly RegExp[];
  #cancel: CancelTimer | undefined;
  #running: Promise<void> | undefined;
  readonly #stop = new AbortController();

  constructor(options: HistoryPolicyOptions) {
    this.#o = options;
    this.#patterns = options.settings.topics.map(patternOf);
  }

  start(): void {
    const { topics, retentionMs } = this.#o.settings;
    if (topics.length > 0 || retentionMs >= 0) this.#schedule();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#cancel?.();
    await this.#running;
  }

  /** One round over all topics. A topic that fails is tried again in the next one. */
  async run(): Promise<void> {
    const { catalog, clock, history, logger, settings } = this.#o;
    for (const { name, internal } of catalog.metadata.topicsByName.values()) {
      if (this.#stop.signal.aborted) return;
      if (internal || !this.#patterns.some((pattern) => pattern.test(name))) continue;
      try {
        await this.#export(name);
      } catch (error) {
        logger.warn({ error, topic: name }, 'a topic could not be exported to history');
      }
    }
    if (settings.retentionMs >= 0) await history.removeOlder(clock.nowMs() - settings.retentionMs);
  }

  /** The engine is only asked, and so loaded, where there is something to export. */
  async #export(name: string): Promise<void> {
    const { olderThanMs } = this.#o.settings;
    const { ranges } = await this.#o.history.exportable(name, { openSegments: false, olderThanMs });
    if (ranges.length === 0) return;
    const { chunks } = await this.#o.sql.query({
      sql: `EXPORT TOPIC ${quoteIdentifier(name)} TO HISTORY OLDER THAN ${olderThanMs} MILLISECONDS`,
      signal: this.#stop.signal,
    });
    for await (const { data } of chunks) {
      this.#o.logger.info({ topic: name, files: data.length }, 'exported to history');
    }
  }

  #schedule(): void {
    const { timer, logger, settings } = this.#o;
    this.#cancel = timer.schedule(settings.checkIntervalMs, () => {
      this.#running = this.run()
        .catch((error: unknown) => logger.warn({ error }, 'history could not be looked after'))
        .then(() => {
          if (!this.#stop.signal.aborted) this.#schedule();
        });
    });
  }
}

function patternOf(name: string): RegExp {
  const escaped = name.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`);
}
