import { randomUUID } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { ClosedRange, PlanStatement } from '../../../domain/sql/streaming/stream-plan.ts';
import { closedRange, type Watermark } from '../../../domain/sql/streaming/watermark.ts';
import type { BatchCommand, SourcePosition, SourceRange } from '../../../ports/stream-engine.ts';
import type { LogBridge } from '../log-bridge.ts';
import type { SchemaLookups } from '../schema-lookups.ts';
import { BatchHistory } from './batch-history.ts';
import { type BatchNotes, type RejectedRecord, tallyName } from './batch-notes.ts';
import { batchRelation } from './batch-relation.ts';
import type { OpenView } from './open-view.ts';
import { OutboxWriter } from './outbox-writer.ts';
import type { StreamStore, ViewProgress } from './stream-store.ts';
import { replayAfter, replayedRanges, type ViewReplay } from './view-replay.ts';

/** State of an append-only table is merged after as many batches. */
const COMPACT_BATCHES = 20;

export interface ViewBatchParts {
  readonly connection: DuckDBConnection;
  readonly store: StreamStore;
  readonly notes: BatchNotes;
  readonly bridge: LogBridge;
  readonly lookups: SchemaLookups;
}

/** What a batch makes of a view, once its transaction is committed. */
export interface BatchResult {
  readonly progress: ViewProgress;
  readonly watermarks: readonly Watermark[];
  readonly pendingOutput: number;
}

interface Measured {
  readonly source: number;
  readonly partition: number;
  readonly untimed: bigint;
  readonly late: bigint;
  readonly maxTimeMs: number | undefined;
}

/** Thrown when a view that stops at the first such record met one. */
export class RejectedRecordError extends Error {
  constructor({ partition, offset, reason }: RejectedRecord, topic: string) {
    super(`${topic}-${partition} offset ${offset}: ${reason}`);
    this.name = 'RejectedRecordError';
  }
}

/** One micro-batch in one transaction: rows into state, closed windows into results, output records, offsets. */
export class ViewBatch {
  readonly #parts: ViewBatchParts;
  readonly #view: OpenView;
  readonly #command: BatchCommand;
  readonly #outbox: OutboxWriter;

  constructor(parts: ViewBatchParts, view: OpenView, command: BatchCommand) {
    this.#parts = parts;
    this.#view = view;
    this.#command = command;
    this.#outbox = new OutboxWriter(parts.connection, parts.store.outbox(view.id), {
      nextSequence: view.progress.nextSequence,
      nowMs: command.nowMs,
    });
  }

  /** `poison` are the records of the ranges when the statement failed on them: they are passed over. */
  async run(
    given: readonly SourceRange[],
    poison: readonly RejectedRecord[] = [],
  ): Promise<BatchResult> {
    const { connection } = this.#parts;
    const { replay } = this.#view.progress;
    const replayed = replay === undefined ? [] : replayedRanges(replay, given);
    // A replay that finds nothing of what it read before is over.
    const [ranges, replaying] = replayed.length > 0 ? [replayed, replay] : [given, undefined];
    await connection.run('BEGIN TRANSACTION');
    try {
      const result = await this.#within(ranges, poison, replaying);
      await connection.run('COMMIT');
      return result;
    } catch (error) {
      await connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  async #within(
    ranges: readonly SourceRange[],
    poison: readonly RejectedRecord[],
    replaying: ViewReplay | undefined,
  ): Promise<BatchResult> {
    const { store } = this.#parts;
    const view = this.#view;
    const { plan, definition } = view;
    const { topic: outputTopic, dlqTopic, lateTopic } = definition.options;
    const before = view.progress.closedUntilMs;
    if (this.#command.outputs !== undefined) await this.#outbox.clear();
    const token = randomUUID();
    this.#parts.notes.begin(token);
    const history = new BatchHistory(this.#parts.bridge, ranges);
    const relations = view.sources.map((source, index) =>
      batchRelation(source, {
        ...{ token, tally: tallyName(token, index), index, history },
        ranges: poison.length > 0 ? [] : ranges.filter(({ topic }) => topic === source.topic),
      }),
    );
    const guard = this.#parts.lookups.guard();
    await this.#all(plan.stage(relations));
    guard();
    if (poison.length === 0) await this.#countHistory(token, history);
    history.check();
    const measured = await this.#measure(before);
    const rejected = [...this.#parts.notes.rejected, ...poison];
    this.#stopAtFirst(rejected);
    const watermarks = this.#watermarks(measured);
    const positions = this.#positions(ranges, measured, rejected, poison);
    const replay = replaying && replayAfter(replaying, positions);
    const closed = this.#closed(watermarks, replay === undefined ? replaying : undefined);
    if (replaying === undefined && lateTopic !== undefined && measured.some(hasLateRows)) {
      await this.#lateRows(lateTopic, before, history);
    }
    await this.#all(plan.apply(closed));
    if (replaying === undefined && dlqTopic !== undefined && rejected.length > 0) {
      await this.#outbox.addRecords(dlqTopic, view.sources, rejected, history);
    }
    const emitted = outputTopic === undefined ? undefined : plan.emitted(closed);
    if (replaying === undefined && outputTopic !== undefined && emitted !== undefined) {
      await this.#outbox.addEmitted(outputTopic, emitted, plan.outputColumns);
    }
    await this.#all(plan.trim(closed));
    const batches = view.progress.batches + 1;
    if (batches % COMPACT_BATCHES === 0) await this.#all(plan.compact());
    const progress: ViewProgress = {
      ...view.progress,
      ...{ state: 'RUNNING', message: undefined, batches, closedUntilMs: closed.after },
      ...{ positions, replay, origins: view.progress.origins ?? view.progress.positions },
      outputs: this.#command.outputs ?? view.progress.outputs,
      watermarks: watermarks.map(({ valueMs, partitions }) => ({ valueMs, partitions })),
      nextSequence: this.#outbox.nextSequence,
    };
    await store.saveProgress(view.id, progress);
    return { progress, watermarks, pendingOutput: this.#outbox.added };
  }

  /** A scan of the log counts its records by itself. */
  async #countHistory(token: string, history: BatchHistory): Promise<void> {
    for (const [index, { topic }] of this.#view.sources.entries()) {
      const sql = history.count(topic);
      if (sql === undefined) continue;
      const tally = this.#parts.notes.tally(tallyName(token, index));
      const counted = await this.#parts.connection.runAndReadAll(sql);
      for (const [partition, count] of counted.getRows() as [number, bigint][]) {
        tally?.set(partition, (tally.get(partition) ?? 0) + Number(count));
      }
    }
  }

  /** At the end of a replay windows are closed as far as they were before it. */
  #closed(watermarks: readonly Watermark[], ended: ViewReplay | undefined): ClosedRange {
    const { plan, progress } = this.#view;
    const { nowMs } = this.#command;
    const closed = closedRange(watermarks, plan.graceMs, progress.closedUntilMs, nowMs);
    return ended === undefined
      ? closed
      : { ...closed, after: greater(closed.after, ended.closedUntilMs) };
  }

  async #all(statements: readonly PlanStatement[]): Promise<void> {
    for (const { sql, parameters } of statements) {
      await this.#parts.connection.run(sql, [...parameters]);
    }
  }

  async #measure(closedUntil: number | undefined): Promise<Measured[]> {
    const { sql, parameters } = this.#view.plan.measure(closedUntil);
    const result = await this.#parts.connection.runAndReadAll(sql, [...parameters]);
    return result.getRowObjects().map((row) => ({
      source: Number(row.source),
      partition: Number(row.kafka_partition),
      untimed: BigInt(row.untimed as bigint),
      late: BigInt(row.late as bigint),
      maxTimeMs: row.max_time_ms === null ? undefined : Number(row.max_time_ms),
    }));
  }

  #stopAtFirst(rejected: readonly RejectedRecord[]): void {
    const [first] = rejected;
    if (first === undefined || this.#view.definition.options.onError !== 'fail') return;
    throw new RejectedRecordError(first, this.#view.sources[first.source]?.topic ?? '');
  }

  #watermarks(measured: readonly Measured[]): Watermark[] {
    const { nowMs, behind } = this.#command;
    return this.#view.sources.map(({ topic }, source) => {
      const partitions = this.#view.progress.positions.filter((each) => each.topic === topic);
      const numbers = partitions.map(({ partition }) => partition);
      let watermark = (this.#view.watermarks[source] as Watermark).assign(numbers, nowMs);
      // Being behind is not being idle: what a partition still has may be older than all the others have.
      for (const each of [...this.#command.ranges, ...behind]) {
        if (each.topic === topic) watermark = watermark.observe(each.partition, undefined, nowMs);
      }
      for (const each of measured) {
        if (each.source !== source) continue;
        watermark = watermark.observe(each.partition, each.maxTimeMs, nowMs);
      }
      return watermark.advance(nowMs);
    });
  }

  async #lateRows(
    topic: string,
    closedUntil: number | undefined,
    history: BatchHistory,
  ): Promise<void> {
    const { sql, parameters } = this.#view.plan.lateRows(closedUntil);
    const result = await this.#parts.connection.runAndReadAll(sql, [...parameters]);
    const late = result.getRowObjects().map((row) => ({
      source: Number(row.source),
      partition: Number(row.kafka_partition),
      offset: BigInt(row.kafka_offset as bigint),
      reason: 'the record came after its window was closed',
    }));
    await this.#outbox.addRecords(topic, this.#view.sources, late, history);
  }

  #positions(
    ranges: readonly SourceRange[],
    measured: readonly Measured[],
    rejected: readonly RejectedRecord[],
    poison: readonly RejectedRecord[],
  ): SourcePosition[] {
    const { positions } = this.#view.progress;
    return positions.map((position) => {
      const { topic, partition } = position;
      const range = ranges.find((each) => each.topic === topic && each.partition === partition);
      if (range === undefined) return position;
      // A topic that is joined with itself is read twice, and counted once.
      const source = this.#view.sources.findIndex((each) => each.topic === topic);
      const own = measured.find((each) => each.source === source && each.partition === partition);
      const wrong = rejected.filter(
        (each) => each.source === source && each.partition === partition,
      );
      const read = this.#parts.notes.readCounts(source).get(partition) ?? 0;
      const passedOver = poison.filter(
        (each) => each.source === source && each.partition === partition,
      );
      return {
        ...position,
        nextOffset: range.toOffset,
        maxEventTimeMs: greater(position.maxEventTimeMs, own?.maxTimeMs),
        rows: position.rows + BigInt(read + passedOver.length),
        errors: position.errors + BigInt(wrong.length) + (own?.untimed ?? 0n),
        late: position.late + (own?.late ?? 0n),
      };
    });
  }
}

function hasLateRows({ late }: Measured): boolean {
  return late > 0n;
}

function greater(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.max(a, b);
}
