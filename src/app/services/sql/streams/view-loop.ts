import { SqlError } from '../../../../domain/sql/sql-error.ts';
import type { CancelTimer, Clock, Timer } from '../../../../ports/clock.ts';
import type { Logger } from '../../../../ports/logger.ts';
import type {
  OutputPosition,
  SourcePosition,
  StoredView,
  StreamEngine,
  ViewState,
} from '../../../../ports/stream-engine.ts';
import { type BatchLimits, firstPosition, type NextRanges, nextRanges } from './next-ranges.ts';
import { RowRate } from './row-rate.ts';
import type { SourcePartition, SourceTopics } from './source-topics.ts';
import type { ViewOutput } from './view-output.ts';

export interface ViewLoopParts {
  readonly engine: StreamEngine;
  readonly sources: SourceTopics;
  readonly clock: Clock;
  readonly timer: Timer;
  readonly logger: Logger;
  readonly limits: () => BatchLimits;
  /** How long records are gathered when the view has caught up. */
  readonly intervalMs: () => number;
}

/** What is told of a view. */
export interface ViewProgressReport {
  readonly state: ViewState;
  readonly message: string | undefined;
  readonly positions: readonly SourcePosition[];
  readonly watermarkMs: number | undefined;
  readonly pendingOutput: number;
  readonly rowsPerSecond: number;
}

const NOT_READY_MS = 250;
const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 30_000;

/**
 * Keeps one view up to date: a batch when its sources have records, the append of what it committed for topics, and again.
 * At the end of the sources it waits for the logs to tell of more.
 */
export class ViewLoop {
  readonly #parts: ViewLoopParts;
  readonly #view: StoredView;
  readonly #output: ViewOutput | undefined;
  readonly #rate: RowRate;
  readonly #waiting = new Set<() => void>();
  #sources: readonly string[];
  #state: ViewState;
  #message: string | undefined;
  #positions: readonly SourcePosition[];
  #watermarkMs: number | undefined;
  #pending: number;
  #batches: number;
  /** Where the producer was by what is stored. */
  #noted: readonly OutputPosition[] | undefined;
  #timeIsUp = false;
  #cancelPause: CancelTimer | undefined;
  #cancelWake: CancelTimer | undefined;
  #unwatch: (() => void)[] = [];
  #running: Promise<void> | undefined;
  #again = false;
  #failures = 0;
  #stopped = false;

  constructor(parts: ViewLoopParts, view: StoredView, output: ViewOutput | undefined) {
    this.#parts = parts;
    this.#view = view;
    this.#output = output;
    this.#sources = view.sources;
    this.#state = view.state;
    this.#message = view.message;
    this.#positions = view.positions;
    this.#watermarkMs = view.watermarkMs;
    this.#pending = view.pendingOutput;
    this.#batches = view.batches;
    this.#rate = new RowRate(parts.clock);
  }

  get view(): StoredView {
    return this.#view;
  }

  get report(): ViewProgressReport {
    return {
      ...{ state: this.#state, message: this.#message, positions: this.#positions },
      ...{ watermarkMs: this.#watermarkMs, pendingOutput: this.#pending },
      rowsPerSecond: this.#rate.perSecond(),
    };
  }

  start(): void {
    this.#watch();
    this.#unwatch.push(
      this.#parts.sources.watchTopics(() => {
        this.#watch();
        this.#wake();
      }),
    );
    this.#wakeNow();
  }

  /** Resolves when no batch of a paused view runs. One that failed is tried again when it goes on. */
  async setPaused(paused: boolean): Promise<void> {
    this.#state = paused ? 'PAUSED' : this.#batches === 0 ? 'WAITING' : 'RUNNING';
    this.#message = undefined;
    if (paused) await this.#running;
    // A batch that was on its way has told its own state since.
    if (paused) this.#state = 'PAUSED';
    else this.#wakeNow();
  }

  /** Resolves when nothing of it runs any more. What it had not committed is left as it was. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const unwatch of this.#unwatch.splice(0)) unwatch();
    this.#stopWatching();
    this.#cancelPause?.();
    this.#cancelWake?.();
    await this.#running;
    this.#settled();
  }

  /** Resolves when all that its sources hold now is in the view and in its topics. Rejects when the view fails or ends. */
  async caughtUp(): Promise<void> {
    const goals = this.#partitions() ?? [];
    for (;;) {
      if (this.#stopped) throw new SqlError('UNAVAILABLE', `${this.#name} was dropped or stopped`);
      if (this.#state === 'FAILED') {
        throw new SqlError('INVALID', `${this.#name} failed: ${this.#message}`);
      }
      const now = this.#partitions() ?? [];
      const reached = goals.every(({ topic, topicId, partition, endOffset }) => {
        const isOf = (each: { topic: string; partition: number }): boolean =>
          each.topic === topic && each.partition === partition;
        // A topic that was deleted meanwhile is waited for no more.
        if (now.find(isOf)?.topicId !== topicId) return true;
        const own = this.#positions.find(isOf);
        if (own === undefined) return endOffset === 0n;
        return own.topicId === topicId && own.nextOffset >= endOffset;
      });
      if (reached && this.#pending === 0 && this.#running === undefined) return;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  get #isResting(): boolean {
    return this.#stopped || this.#state === 'FAILED' || this.#state === 'PAUSED';
  }

  get #name(): string {
    return this.#view.definition.name;
  }

  #stopWatching: () => void = () => undefined;
  #watchedCount = 0;

  #watch(): void {
    this.#stopWatching();
    const watched = this.#parts.sources.watch(this.#sources, () => this.#wake());
    this.#stopWatching = watched.stop;
    this.#watchedCount = watched.count;
  }

  /** New records: waits for others to come with them, since a batch costs much the same for one row as for hundreds. */
  #wake(): void {
    if (this.#stopped || this.#cancelPause !== undefined) return;
    if (this.#running !== undefined) {
      this.#again = true;
      return;
    }
    this.#pause(this.#parts.intervalMs());
  }

  #pause(delayMs: number): void {
    this.#cancelPause = this.#parts.timer.schedule(delayMs, () => this.#afterPause());
  }

  #afterPause(): void {
    this.#cancelPause = undefined;
    this.#wakeNow();
  }

  #wakeNow(): void {
    if (this.#isResting || this.#running !== undefined) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      this.#settled();
      if (this.#again) {
        this.#again = false;
        this.#wake();
      }
    });
  }

  async #run(): Promise<void> {
    try {
      while (!this.#isResting && (await this.#step()));
      this.#failures = 0;
    } catch (error) {
      this.#failed(error);
    }
  }

  /** One batch and its output; whether there is more to do at once. */
  async #step(): Promise<boolean> {
    if (this.#pending > 0) await this.#output?.append();
    this.#pending = 0;
    const found = this.#partitions();
    if (found === undefined) return false;
    const partitions = await this.#parts.sources.withHistory(found);
    if (partitions.length !== this.#watchedCount) this.#watch();
    if (this.#batches === 0) this.#positions = this.#initialPositions(partitions);
    const next = nextRanges(partitions, this.#positions, this.#parts.limits());
    for (const event of next.events) this.#parts.logger.warn({ view: this.#name }, event);
    const timed = this.#timeIsUp;
    this.#timeIsUp = false;
    if (next.ranges.length === 0 && next.moved.length === 0 && !timed) return false;
    await this.#batch(next);
    return this.#pending > 0 || next.hasMore || this.#isBehind(next);
  }

  async #batch({ ranges, behind, moved }: NextRanges): Promise<void> {
    const nowMs = this.#parts.clock.nowMs();
    const outputs = await this.#output?.prepare();
    const outcome = await this.#parts.engine.runBatch({
      ...{ viewId: this.#view.id, afterBatch: this.#batches, ranges, behind, nowMs },
      moved: this.#batches === 0 ? [...this.#positions, ...moved] : moved,
      outputs: outputs === this.#noted ? undefined : outputs,
    });
    if (outcome.applied) this.#noted = outputs;
    this.#failures = 0;
    this.#rate.add(rowsOf(outcome.positions) - rowsOf(this.#positions));
    if (outcome.batches > 0 || this.#batches > 0) this.#positions = outcome.positions;
    this.#batches = outcome.batches;
    this.#learnSources(outcome.sources);
    this.#watermarkMs = outcome.watermarkMs;
    this.#pending = outcome.pendingOutput;
    if (this.#state !== 'PAUSED') this.#state = outcome.state;
    this.#message = outcome.message;
    if (this.#state === 'FAILED') {
      this.#parts.logger.error({ view: this.#name, reason: this.#message }, 'a view failed');
    }
    this.#wakeAt(outcome.wakeAtMs, nowMs);
    this.#settled();
  }

  /** Once the query is compiled it is known which of the names in it are topics. */
  #learnSources(sources: readonly string[]): void {
    if (sources.length === 0 || sources.join() === this.#sources.join()) return;
    this.#sources = sources;
    this.#watch();
  }

  /** A view that leaves out what was before it has its place from the first look on, whenever its first batch comes. */
  #initialPositions(partitions: readonly SourcePartition[]): readonly SourcePosition[] {
    const { start } = this.#view.definition.options;
    const isPlaced = start === 'latest' || start === 'earliest-local';
    if (!isPlaced || this.#positions.length > 0) return this.#positions;
    return partitions.map((source) => {
      const nextOffset = start === 'latest' ? source.endOffset : source.startOffset;
      return { ...firstPosition(source), nextOffset };
    });
  }

  #isBehind({ ranges }: NextRanges): boolean {
    if (this.#state !== 'RUNNING') return false;
    return ranges.some(({ topic, partition, toOffset }) => {
      const own = this.#positions.find(
        (each) => each.topic === topic && each.partition === partition,
      );
      return own !== undefined && own.nextOffset < toOffset;
    });
  }

  /** Undefined while a topic is missing; the catalog tells when it comes. */
  #partitions(): readonly SourcePartition[] | undefined {
    const partitions: SourcePartition[] = [];
    for (const topic of new Set(this.#sources)) {
      const found = this.#parts.sources.partitions(topic);
      if (found === 'not ready') {
        // The catalog tells of topics that come, but not of their logs, which come a moment later.
        this.#cancelPause ??= this.#parts.timer.schedule(NOT_READY_MS, () => this.#afterPause());
        return undefined;
      }
      if (found === 'missing') {
        if (!this.#isResting) this.#state = 'WAITING';
        this.#message = `there is no topic ${topic}`;
        return undefined;
      }
      partitions.push(...found);
    }
    return partitions;
  }

  #wakeAt(wakeAtMs: number | undefined, nowMs: number): void {
    this.#cancelWake?.();
    this.#cancelWake = undefined;
    if (wakeAtMs === undefined || this.#stopped) return;
    this.#cancelWake = this.#parts.timer.schedule(Math.max(wakeAtMs - nowMs, 1), () => {
      this.#timeIsUp = true;
      if (this.#running === undefined) this.#wakeNow();
      else this.#again = true;
    });
  }

  /** What is in the way may pass: a full disk, a topic that is being made, an engine that is opened anew. */
  #failed(error: unknown): void {
    if (this.#stopped) return;
    this.#failures += 1;
    this.#message = error instanceof Error ? error.message : String(error);
    if (this.#state === 'RUNNING') this.#state = 'WAITING';
    this.#parts.logger.error(
      { err: error, view: this.#name },
      'a view cannot go on; it tries again',
    );
    const delayMs = Math.min(RETRY_FIRST_MS * 2 ** (this.#failures - 1), RETRY_MAX_MS);
    this.#cancelPause?.();
    this.#pause(delayMs);
  }

  #settled(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

function rowsOf(positions: readonly SourcePosition[]): number {
  return positions.reduce((sum, { rows }) => sum + Number(rows), 0);
}
