import { SqlError } from '../../../domain/sql/sql-error.ts';
import { failureOf } from '../engine-failure.ts';
import type { EngineEvent, EngineFailure, StreamCommand } from '../engine-messages.ts';
import type { StreamViews } from './stream-views.ts';

/** Answers the calls of the broker's thread one after the other: they share a connection. */
export class StreamServer {
  readonly #views: StreamViews;
  readonly #send: (event: EngineEvent) => void;
  #last: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(views: StreamViews, send: (event: EngineEvent) => void) {
    this.#views = views;
    this.#send = send;
  }

  take({ id, call, parameters }: StreamCommand): void {
    this.#last = this.#last.then(async () => {
      try {
        if (this.#closed) throw new SqlError('CANCELLED', 'the SQL engine is stopping');
        const method = this.#views[call] as (...parameters: unknown[]) => Promise<unknown>;
        const answer = await method.apply(this.#views, [...parameters]);
        this.#send({ type: 'answer', id, answer });
      } catch (error) {
        this.#send({ type: 'answer', id, failure: failureIn(error) });
      }
    });
  }

  /** Resolves when the call that runs has ended; the others are not begun. */
  close(): Promise<void> {
    this.#closed = true;
    return this.#last;
  }
}

function failureIn(error: unknown): EngineFailure {
  if (!(error instanceof SqlError)) return failureOf(error, '');
  const { kind, message, position, hint } = error;
  return { kind, message, position, hint };
}
