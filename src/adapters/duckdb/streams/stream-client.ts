import { SqlError } from '../../../domain/sql/sql-error.ts';
import type { BatchCommand, StreamEngine, ViewDefinition } from '../../../ports/stream-engine.ts';
import type { EngineEvent, StreamCommand } from '../engine-messages.ts';
import type { StreamCallName, StreamCalls } from './stream-messages.ts';

type Answer = Extract<EngineEvent, { type: 'answer' }>;

interface Pending {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

/** The streams of the engine's thread, as the broker's thread calls them. */
export class StreamClient implements StreamEngine {
  readonly #command: (command: StreamCommand) => void;
  readonly #pending = new Map<number, Pending>();
  #nextId = 0;
  #failure: Error | undefined;

  constructor(command: (command: StreamCommand) => void) {
    this.#command = command;
  }

  take({ id, answer, failure }: Answer): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (failure === undefined) pending?.resolve(answer as never);
    else {
      const { kind, message, position, hint } = failure;
      pending?.reject(new SqlError(kind, message, { position, hint }));
    }
  }

  /** The thread is gone. */
  fail(error: Error): void {
    this.#failure = error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  load() {
    return this.#call('load');
  }

  createStream(sql: string) {
    return this.#call('createStream', sql);
  }

  createView(definition: ViewDefinition) {
    return this.#call('createView', definition);
  }

  setPaused(viewId: number, paused: boolean): Promise<void> {
    return this.#call('setPaused', viewId, paused);
  }

  drop(name: string): Promise<void> {
    return this.#call('drop', name);
  }

  runBatch(command: BatchCommand) {
    return this.#call('runBatch', command);
  }

  pendingOutput(viewId: number, afterSequence: bigint, limit: number) {
    return this.#call('pendingOutput', viewId, afterSequence, limit);
  }

  #call<Name extends StreamCallName>(
    call: Name,
    ...parameters: Parameters<StreamCalls[Name]>
  ): Promise<ReturnType<StreamCalls[Name]>> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#command({ type: 'stream', id, call, parameters });
    });
  }
}
