import type { ViewOptions } from '../domain/sql/streaming/stream-options.ts';
import type { Offset, TopicId } from '../domain/topic-partition.ts';
import type { SqlEngine } from './sql-engine.ts';

/** Offsets of one source partition; the end is exclusive. */
export interface SourceRange {
  readonly topic: string;
  readonly partition: number;
  readonly fromOffset: Offset;
  readonly toOffset: Offset;
  /** Of a topic that has history: where these are. Those in the log may go to history before they are read. */
  readonly kept?: 'history' | 'log';
}

/** How far a view has come in one partition of a source, and what it met there. */
export interface SourcePosition {
  readonly topic: string;
  readonly topicId: TopicId;
  readonly partition: number;
  /** The first offset that is not in the view. */
  readonly nextOffset: Offset;
  /** The latest event time seen, in milliseconds since the epoch. */
  readonly maxEventTimeMs: number | undefined;
  /** Records read, of them those left out with an error, and those that came too late. */
  readonly rows: bigint;
  readonly errors: bigint;
  readonly late: bigint;
  /** Offsets that retention took, or the loss of a log's end, before they were read. */
  readonly lost: bigint;
}

/** How far a view's producer has come in one partition of an output topic. */
export interface OutputPosition {
  readonly topic: string;
  readonly topicId: TopicId;
  readonly partition: number;
  /** Records acknowledged so far: the sequence the next one has, before it is cut to 31 bits. */
  readonly nextSequence: bigint;
  /** Where the log ended after the last acknowledged append: whatever of this producer is behind it was not acknowledged. */
  readonly logEndOffset: Offset;
}

/** A record that was committed with a batch and is to be appended. */
export interface OutputRecord {
  /** Within the view, without gaps. */
  readonly sequence: bigint;
  readonly topic: string;
  readonly key: Uint8Array | null;
  /** What decides on the partition: the key without its window, so that the windows of one key stay together. */
  readonly partitionKey: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly { readonly key: string; readonly value: string }[];
  readonly timestampMs: number;
}

/** What the one who wrote CREATE asked for, kept with the view. */
export interface ViewDefinition {
  /** As it was written; SQL finds the view under the same name with _ for - and . as well. */
  readonly name: string;
  /** The query, with the clauses of streaming SQL. */
  readonly sql: string;
  /** What `stream` stands for in it. */
  readonly streamTopic: string | undefined;
  readonly options: ViewOptions;
  readonly createdMs: number;
  /** Of the records it appends to topics. */
  readonly producerId: bigint;
}

export type ViewState = 'WAITING' | 'RUNNING' | 'PAUSED' | 'FAILED';

/** A view as the engine has it. */
export interface StoredView {
  readonly id: number;
  readonly definition: ViewDefinition;
  readonly state: ViewState;
  /** Why it waits or failed. */
  readonly message: string | undefined;
  readonly sources: readonly string[];
  readonly positions: readonly SourcePosition[];
  readonly outputs: readonly OutputPosition[];
  /** Records that were committed, and that nobody knows to be appended. */
  readonly pendingOutput: number;
  readonly watermarkMs: number | undefined;
  /** How many batches it had. */
  readonly batches: number;
}

/** A stream: a topic with declared columns. */
export interface StoredStream {
  readonly name: string;
  readonly topic: string;
  readonly sql: string;
}

export interface BatchCommand {
  readonly viewId: number;
  /** The batches it had when this was decided; with others it is not carried out, and the outcome tells how it stands. */
  readonly afterBatch: number;
  readonly ranges: readonly SourceRange[];
  /** Positions of partitions that begin anew, or were moved by what happened to their logs. */
  readonly moved: readonly SourcePosition[];
  /** Partitions with records beyond the ranges, which therefore are not idle. */
  readonly behind: readonly { readonly topic: string; readonly partition: number }[];
  /** Set when everything committed before was appended: the records are forgotten, and this is where the producer is. */
  readonly outputs: readonly OutputPosition[] | undefined;
  readonly nowMs: number;
}

export interface BatchOutcome {
  /** Whether anything was committed. */
  readonly applied: boolean;
  readonly batches: number;
  /** Its topics, which are known for sure once its query is compiled. */
  readonly sources: readonly string[];
  readonly positions: readonly SourcePosition[];
  readonly state: ViewState;
  readonly message: string | undefined;
  readonly watermarkMs: number | undefined;
  readonly pendingOutput: number;
  /** When time alone may move the watermark. */
  readonly wakeAtMs: number | undefined;
}

/**
 * Continuous queries in the engine: definitions, state, offsets and results change in one transaction, which survives power
 * loss where the engine has a file. Rejections are SqlErrors.
 */
export interface StreamEngine {
  load(): Promise<{
    readonly streams: readonly StoredStream[];
    readonly views: readonly StoredView[];
  }>;
  createStream(sql: string): Promise<StoredStream>;
  createView(definition: ViewDefinition): Promise<StoredView>;
  /** Resolves once it outlives power loss. */
  setPaused(viewId: number, paused: boolean): Promise<void>;
  /** Afterwards nothing is left of it, its results included. */
  drop(name: string): Promise<void>;
  /**
   * Reads the ranges into the view, or a first part of them; the positions tell how far it came. What could not be read or
   * computed was dealt with as the view says; rejections leave the view as it was.
   */
  runBatch(command: BatchCommand): Promise<BatchOutcome>;
  /** The pending output in the order of its sequence. */
  pendingOutput(viewId: number, afterSequence: bigint, limit: number): Promise<OutputRecord[]>;
}

/** An engine that runs statements and continuous queries over one database. */
export interface StreamingSqlEngine extends SqlEngine {
  readonly streams: StreamEngine;
}
