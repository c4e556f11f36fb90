import type {
  BatchCommand,
  BatchOutcome,
  OutputRecord,
  StoredStream,
  StoredView,
  ViewDefinition,
} from '../../../ports/stream-engine.ts';

/** What the broker's thread asks of the streams in the engine's, and what it is answered. */
export interface StreamCalls {
  load(): { readonly streams: readonly StoredStream[]; readonly views: readonly StoredView[] };
  createStream(sql: string): StoredStream;
  createView(definition: ViewDefinition): StoredView;
  setPaused(viewId: number, paused: boolean): undefined;
  drop(name: string): undefined;
  runBatch(command: BatchCommand): BatchOutcome;
  pendingOutput(viewId: number, afterSequence: bigint, limit: number): OutputRecord[];
}

export type StreamCallName = keyof StreamCalls;
