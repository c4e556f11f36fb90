import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { HistoryManifest } from '../../domain/sql/history/history-manifest.ts';
import type { TopicHistoryPlace } from '../../domain/sql/history/history-select.ts';
import type {
  DeclaredSchema,
  SchemaDefinition,
  SchemaRole,
} from '../../domain/sql/schema/declared-schema.ts';
import { SqlError, type SqlErrorDetails, type SqlErrorKind } from '../../domain/sql/sql-error.ts';
import type { StreamStatus } from '../../ports/streams.ts';
import type { ExportableTopic, ExportChoice, ExportedRange } from '../../ports/topic-history.ts';
import type { PartitionRange, TopicBounds } from '../../ports/topic-source.ts';

/** What the engine's thread asks of the broker's. */
export type BridgeQuestion =
  | { readonly type: 'topics' }
  | { readonly type: 'streams' }
  | { readonly type: 'ranges'; readonly topic: string; readonly bounds: TopicBounds }
  | { readonly type: 'schemas'; readonly topic: string }
  | { readonly type: 'schema-by-id'; readonly id: number }
  | { readonly type: 'declared-schemas' }
  | { readonly type: 'declare-schema'; readonly schema: DeclaredSchema }
  | { readonly type: 'drop-schema'; readonly topic: string; readonly role: SchemaRole }
  | { readonly type: 'history'; readonly topic: string; readonly known?: number | undefined }
  | { readonly type: 'histories' }
  | { readonly type: 'exportable'; readonly topic: string; readonly choice: ExportChoice }
  | { readonly type: 'exported'; readonly exported: ExportedRange }
  | { readonly type: 'drop-history'; readonly topic: string }
  | {
      readonly type: 'read';
      readonly topic: string;
      readonly partition: number;
      readonly fromOffset: bigint;
      /** Memory of both threads that the batches are copied into when they fit. */
      readonly buffer: SharedArrayBuffer;
    };

export interface BridgeQuestionMessage {
  readonly id: number;
  readonly question: BridgeQuestion;
}

export interface ReadAnswer {
  readonly sizeBytes: number;
  /** In place of the shared buffer, when the first batch is larger. */
  readonly bytes: Uint8Array | undefined;
  readonly aborted: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[];
}

export interface SchemasAnswer {
  readonly key: DeclaredSchema | undefined;
  readonly value: DeclaredSchema | undefined;
}

export type BridgeAnswer =
  | readonly string[]
  | readonly StreamStatus[]
  | readonly PartitionRange[]
  | ReadAnswer
  | SchemasAnswer
  | SchemaDefinition
  | readonly DeclaredSchema[]
  | TopicHistoryPlace
  | 'same'
  | readonly HistoryManifest[]
  | ExportableTopic
  | boolean
  | undefined;

export interface BridgeAnswerMessage {
  readonly id: number;
  readonly answer?: BridgeAnswer;
  readonly error?: string;
  /** Where the error is one for the one who wrote the statement. */
  readonly errorKind?: SqlErrorKind;
  readonly errorDetails?: SqlErrorDetails;
}

/** A question on its way; the answer is in it once it was received. */
export interface Asked {
  message: BridgeAnswerMessage | undefined;
}

/** A question and its answer cost more than the bytes, and the broker does nothing else while it reads: half a ms for twice as much. */
const READ_BYTES = 1024 * 1024;
const BUFFERS_KEPT = 8;
/** Told when a broker does not answer: it is stopping, and the thread must not wait for ever. */
const ANSWER_WITHIN_MS = 30_000;

/**
 * The engine's functions must answer at once, so this thread waits for the broker's: it sleeps until the count of
 * answers changes. The broker's thread never waits for this one.
 */
export class LogBridge {
  readonly #port: MessagePort;
  readonly #answered: Int32Array;
  /** Weak, since a query that ends early leaves without the answer it asked for. */
  readonly #asked = new Map<number, WeakRef<Asked>>();
  readonly #buffers: SharedArrayBuffer[] = [];
  #nextId = 0;

  constructor(port: MessagePort, answered: Int32Array) {
    this.#port = port;
    this.#answered = answered;
  }

  /** Asks without waiting for the answer. */
  ask(question: BridgeQuestion): Asked {
    const id = this.#nextId;
    this.#nextId += 1;
    const asked: Asked = { message: undefined };
    this.#asked.set(id, new WeakRef(asked));
    this.#port.postMessage({ id, question } satisfies BridgeQuestionMessage);
    return asked;
  }

  take(asked: Asked): BridgeAnswer {
    for (;;) {
      const seen = Atomics.load(this.#answered, 0);
      this.#receive();
      const { message } = asked;
      if (message !== undefined) {
        if (message.error !== undefined) throw errorOf(message, message.error);
        return message.answer as BridgeAnswer;
      }
      if (Atomics.wait(this.#answered, 0, seen, ANSWER_WITHIN_MS) === 'timed-out') {
        throw new Error('the broker does not answer');
      }
    }
  }

  topics(): readonly string[] {
    return this.take(this.ask({ type: 'topics' })) as readonly string[];
  }

  streams(): readonly StreamStatus[] {
    return this.take(this.ask({ type: 'streams' })) as readonly StreamStatus[];
  }

  ranges(topic: string, bounds: TopicBounds): readonly PartitionRange[] {
    return this.take(this.ask({ type: 'ranges', topic, bounds })) as readonly PartitionRange[];
  }

  schemas(topic: string): SchemasAnswer {
    return this.take(this.ask({ type: 'schemas', topic })) as SchemasAnswer;
  }

  schemaById(id: number): SchemaDefinition | undefined {
    return this.take(this.ask({ type: 'schema-by-id', id })) as SchemaDefinition | undefined;
  }

  declaredSchemas(): readonly DeclaredSchema[] {
    return this.take(this.ask({ type: 'declared-schemas' })) as readonly DeclaredSchema[];
  }

  declareSchema(schema: DeclaredSchema): void {
    this.take(this.ask({ type: 'declare-schema', schema }));
  }

  /** Whether there was one. */
  dropSchema(topic: string, role: SchemaRole): boolean {
    return this.take(this.ask({ type: 'drop-schema', topic, role })) as boolean;
  }

  history(topic: string): TopicHistoryPlace | undefined {
    return this.take(this.ask({ type: 'history', topic })) as TopicHistoryPlace | undefined;
  }

  histories(): readonly HistoryManifest[] {
    return this.take(this.ask({ type: 'histories' })) as readonly HistoryManifest[];
  }

  exportable(topic: string, choice: ExportChoice): ExportableTopic {
    return this.take(this.ask({ type: 'exportable', topic, choice })) as ExportableTopic;
  }

  exported(exported: ExportedRange): void {
    this.take(this.ask({ type: 'exported', exported }));
  }

  /** Whether there was any. */
  dropHistory(topic: string): boolean {
    return this.take(this.ask({ type: 'drop-history', topic })) as boolean;
  }

  /** Memory to read into; given back by whoever has no read of it on its way. */
  borrowBuffer(): SharedArrayBuffer {
    return this.#buffers.pop() ?? new SharedArrayBuffer(READ_BYTES);
  }

  giveBack(buffers: readonly SharedArrayBuffer[]): void {
    const room = BUFFERS_KEPT - this.#buffers.length;
    this.#buffers.push(...buffers.slice(0, Math.max(0, room)));
  }

  #receive(): void {
    for (;;) {
      const received = receiveMessageOnPort(this.#port) as
        | { readonly message: BridgeAnswerMessage }
        | undefined;
      if (received === undefined) return;
      const { message } = received;
      const asked = this.#asked.get(message.id)?.deref();
      this.#asked.delete(message.id);
      if (asked !== undefined) asked.message = message;
    }
  }
}

function errorOf({ errorKind, errorDetails }: BridgeAnswerMessage, message: string): Error {
  return errorKind === undefined
    ? new Error(message)
    : new SqlError(errorKind, message, errorDetails);
}
