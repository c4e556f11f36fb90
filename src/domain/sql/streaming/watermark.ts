import type { ClosedRange } from './stream-plan.ts';

/** How long a partition that brings nothing holds the others back. */
export interface WatermarkRules {
  readonly outOfOrdernessMs: number;
  /** Undefined: for ever. */
  readonly idleMs: number | undefined;
}

export interface PartitionTime {
  readonly partition: number;
  /** The newest event time so far; undefined before there is one. */
  readonly maxTimeMs: number | undefined;
  /** When the partition last brought a row, or began to be read, by the clock. */
  readonly activeAtMs: number;
}

/**
 * How far event time has come in one source: no row older than its value is expected any more. It is the least of its
 * partitions' newest times, less what rows may come out of order, and never moves back. A partition without rows holds it
 * until it counts as idle. It is a value: what changes gives a new one, so that it can be stored in a batch's transaction.
 */
export class Watermark {
  readonly rules: WatermarkRules;
  readonly partitions: readonly PartitionTime[];
  readonly valueMs: number | undefined;

  private constructor(
    rules: WatermarkRules,
    partitions: readonly PartitionTime[],
    valueMs: number | undefined,
  ) {
    this.rules = rules;
    this.partitions = partitions;
    this.valueMs = valueMs;
  }

  static start(rules: WatermarkRules, partitions: readonly number[], nowMs: number): Watermark {
    const times = partitions.map((partition) => ({
      ...{ partition, maxTimeMs: undefined, activeAtMs: nowMs },
    }));
    return new Watermark(rules, times, undefined);
  }

  /** As it was stored; the clock may stand elsewhere now, so all partitions count as active. */
  static restore(
    rules: WatermarkRules,
    partitions: readonly Omit<PartitionTime, 'activeAtMs'>[],
    valueMs: number | undefined,
    nowMs: number,
  ): Watermark {
    const times = partitions.map((time) => ({ ...time, activeAtMs: nowMs }));
    return new Watermark(rules, times, valueMs);
  }

  /** After rows of a partition, the newest of them with this time; undefined when none had a time. */
  observe(partition: number, maxTimeMs: number | undefined, nowMs: number): Watermark {
    const known = this.partitions.find((each) => each.partition === partition);
    const time = { partition, maxTimeMs: later(known?.maxTimeMs, maxTimeMs), activeAtMs: nowMs };
    const others = this.partitions.filter((each) => each.partition !== partition);
    return this.#with([...others, time].sort((a, b) => a.partition - b.partition));
  }

  /** With the partitions there are now. */
  assign(partitions: readonly number[], nowMs: number): Watermark {
    const times = partitions.map(
      (partition) =>
        this.partitions.find((each) => each.partition === partition) ?? {
          ...{ partition, maxTimeMs: undefined, activeAtMs: nowMs },
        },
    );
    return this.#with(times);
  }

  /** Moves on as far as the partitions that are not idle have come; call it once a batch was observed, and now and then. */
  advance(nowMs: number): Watermark {
    const active = this.partitions.filter((each) => !this.#isIdle(each, nowMs));
    // All idle: nothing tells that time went on, but what came so far counts.
    const counted = active.length > 0 ? active : this.partitions.filter((each) => hasTime(each));
    if (counted.length === 0 || !counted.every((each) => hasTime(each))) return this;
    const times = counted.map(({ maxTimeMs }) => maxTimeMs as number);
    const newest = active.length > 0 ? Math.min(...times) : Math.max(...times);
    const value = later(this.valueMs, newest - this.rules.outOfOrdernessMs);
    return new Watermark(this.rules, this.partitions, value);
  }

  /** Whether no partition has brought anything for that long. */
  isIdle(nowMs: number): boolean {
    return this.partitions.every((each) => this.#isIdle(each, nowMs));
  }

  #isIdle({ activeAtMs }: PartitionTime, nowMs: number): boolean {
    const { idleMs } = this.rules;
    return idleMs !== undefined && nowMs - activeAtMs >= idleMs;
  }

  #with(partitions: readonly PartitionTime[]): Watermark {
    return new Watermark(this.rules, partitions, this.valueMs);
  }
}

/**
 * Up to when windows over several sources are closed after a batch: as far as the slowest has come that is not idle, less
 * the grace period. Never before where it was.
 */
export function closedRange(
  sources: readonly Watermark[],
  graceMs: number,
  before: number | undefined,
  nowMs: number,
): ClosedRange {
  const active = sources.filter((source) => !source.isIdle(nowMs));
  const counted = active.length > 0 ? active : sources.filter(({ valueMs }) => hasValue(valueMs));
  const values = counted.map(({ valueMs }) => valueMs).filter(hasValue);
  if (values.length === 0 || values.length < counted.length) return { before, after: before };
  return { before, after: later(before, Math.floor(Math.min(...values) - graceMs)) };
}

function hasValue(value: number | undefined): value is number {
  return value !== undefined;
}

function hasTime({ maxTimeMs }: PartitionTime): boolean {
  return maxTimeMs !== undefined;
}

function later(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.max(a, b);
}
