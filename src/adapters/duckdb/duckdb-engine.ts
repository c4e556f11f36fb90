import { MessageChannel, Worker } from 'node:worker_threads';
import { SqlError } from '../../domain/sql/sql-error.ts';
import type { Logger } from '../../ports/logger.ts';
import type {
  SqlCursor,
  SqlDescription,
  SqlEncoding,
  SqlEngineTransaction,
  SqlRow,
  SqlStatement,
  TransactionMode,
} from '../../ports/sql-engine.ts';
import type { StreamingSqlEngine } from '../../ports/stream-engine.ts';
import type { StreamStatus } from '../../ports/streams.ts';
import type { TopicHistory } from '../../ports/topic-history.ts';
import type { TopicSchemas } from '../../ports/topic-schemas.ts';
import type { TopicSource } from '../../ports/topic-source.ts';
import { boundAllocator } from './allocator-environment.ts';
import { serveBridge } from './bridge-server.ts';
import type {
  EngineCommand,
  EngineEvent,
  EngineStart,
  ExecuteCommand,
  StreamRules,
  TransactionCommand,
} from './engine-messages.ts';
import { EngineTransaction } from './engine-transaction.ts';
import { QueryStream } from './query-stream.ts';
import { StreamClient } from './streams/stream-client.ts';

export interface DuckDbEngineOptions {
  /** The module that runs `runEngineThread`. */
  readonly thread: URL;
  readonly source: TopicSource;
  readonly schemas: TopicSchemas;
  readonly history: TopicHistory;
  /** Folders whose files the engine may read and write. */
  readonly directories: readonly string[];
  /** Where COPY … TO writes; it is one of them. */
  readonly exportDirectory: string | undefined;
  /** Where extensions are: as the engine keeps them, or as pip unpacks them. */
  readonly extensionDirectory: string | undefined;
  /** Extensions to load. */
  readonly extensions: readonly string[];
  /** Modules of plug-ins with functions of SQL, each with its options. */
  readonly plugins?: readonly string[];
  readonly logger: Logger;
  /** The database's file; in memory when absent. */
  readonly file: string | undefined;
  readonly temporaryDirectory: string | undefined;
  readonly memoryLimitBytes: number;
  readonly threads: number;
  /** Statements that run at a time; more of them wait for a turn. */
  readonly connections: number;
  readonly streamRules: StreamRules;
  /** How the streams stand, for those who ask by SQL. */
  readonly streamStatus: () => readonly StreamStatus[];
}

/** After a failed write the engine answers nothing more; opened anew it has all that was committed. */
const INVALIDATED = /database has been invalidated/;

/** DuckDB in a thread of its own, so that a query never stops the broker. */
export class DuckDbEngine implements StreamingSqlEngine {
  readonly streams = new StreamClient((command) => this.#command(command));
  readonly #worker: Worker;
  readonly #streams = new Map<number, QueryStream>();
  readonly #waiting: (() => void)[] = [];
  readonly #opened: Promise<void>;
  readonly #logger: Logger;
  readonly #exited: Promise<void>;
  #free: number;
  #nextId = 0;
  #closed = false;

  private constructor(options: DuckDbEngineOptions) {
    this.#free = options.connections;
    this.#logger = options.logger;
    const { port1, port2 } = new MessageChannel();
    const answered = new Int32Array(new SharedArrayBuffer(4));
    serveBridge(port1, answered, options);
    const start: EngineStart = {
      plugins: options.plugins ?? [],
      file: options.file,
      temporaryDirectory: options.temporaryDirectory,
      memoryLimitBytes: options.memoryLimitBytes,
      threads: options.threads,
      connections: options.connections,
      directories: options.directories,
      exportDirectory: options.exportDirectory,
      extensionDirectory: options.extensionDirectory,
      extensions: options.extensions,
      bridge: port2,
      answered,
      streamRules: options.streamRules,
    };
    boundAllocator(options.threads);
    this.#worker = new Worker(options.thread, {
      workerData: start,
      transferList: [port2],
      name: 'kawadb-sql',
    });
    this.#opened = new Promise((resolve, reject) => {
      this.#worker.on('message', (event: EngineEvent) => {
        if (event.type === 'open') resolve();
        else if (event.type === 'warning') this.#logger.warn({}, event.message);
        else if (event.type === 'failed') reject(new SqlError('UNAVAILABLE', event.message));
        else this.#take(event);
      });
      this.#worker.on('error', (error: Error) => {
        this.#logger.error({ error }, 'the SQL engine failed');
        reject(error);
      });
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#closed = true;
        port1.close();
        for (const stream of this.#streams.values()) stream.fail(stopped());
        this.streams.fail(stopped());
        for (const wake of this.#waiting.splice(0)) wake();
        resolve();
      });
    });
  }

  /** Resolves when it takes statements; rejects with what is wrong, such as a file that another process has open. */
  static async open(options: DuckDbEngineOptions): Promise<DuckDbEngine> {
    const engine = new DuckDbEngine(options);
    try {
      await engine.#opened;
    } catch (error) {
      await engine.#worker.terminate();
      throw error;
    }
    return engine;
  }

  get closed(): boolean {
    return this.#closed;
  }

  query(statement: SqlStatement): Promise<SqlCursor<readonly SqlRow[]>> {
    return this.#run<readonly SqlRow[]>(statement, undefined);
  }

  encode(statement: SqlStatement, encoding: SqlEncoding): Promise<SqlCursor<Uint8Array>> {
    return this.#run<Uint8Array>(statement, encoding);
  }

  async begin({ readOnly }: TransactionMode): Promise<SqlEngineTransaction> {
    const transaction = this.#nextId;
    this.#nextId += 1;
    await this.#step(transaction, readOnly ? 'begin-read-only' : 'begin');
    return new EngineTransaction(transaction, {
      start: (statement, how) => this.#start(statement, how),
      step: (id, step) => this.#step(id, step),
    });
  }

  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#command({ type: 'close' });
    }
    await this.#exited;
  }

  async describe(statement: SqlStatement): Promise<SqlDescription> {
    const stream = await this.#start(statement, { encoding: undefined, describe: true });
    return stream.description();
  }

  async #run<Chunk>(
    statement: SqlStatement,
    encoding: SqlEncoding | undefined,
  ): Promise<SqlCursor<Chunk>> {
    const stream = await this.#start(statement, { encoding, describe: false });
    return stream.cursor<Chunk>();
  }

  async #start(
    { sql, parameters = [], signal, onProgress }: SqlStatement,
    how: Pick<ExecuteCommand, 'encoding' | 'describe' | 'transaction'>,
  ): Promise<QueryStream> {
    await this.#turn(signal);
    const { id, stream } = this.#stream(onProgress, how.transaction !== undefined, () => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    });
    this.#command({ type: 'execute', id, sql, parameters, ...how });
    stream.cancelOn(signal);
    return stream;
  }

  #stream(
    progress: SqlStatement['onProgress'],
    isInTransaction: boolean,
    settled: () => void,
  ): { readonly id: number; readonly stream: QueryStream } {
    const id = this.#nextId;
    this.#nextId += 1;
    const stream = new QueryStream({
      more: () => this.#command({ type: 'more', id }),
      cancel: () => this.#command({ type: 'cancel', id }),
      // A statement that is broken off would break its transaction.
      leave: () => this.#command({ type: isInTransaction ? 'leave' : 'cancel', id }),
      progress,
      settled: () => {
        this.#streams.delete(id);
        settled();
      },
    });
    this.#streams.set(id, stream);
    return { id, stream };
  }

  /** Needs no turn: what holds turns may wait for it. */
  async #step(transaction: number, step: TransactionCommand['step']): Promise<void> {
    if (this.#closed) throw stopped();
    const { id, stream } = this.#stream(undefined, true, () => undefined);
    this.#command({ type: 'transaction', id, transaction, step });
    await stream.columns;
  }

  async #turn(signal: AbortSignal | undefined): Promise<void> {
    if (this.#closed) throw stopped();
    signal?.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const wake = (): void => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(wake), 1);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiting.push(wake);
    });
    if (this.#closed) throw stopped();
  }

  #take(event: Exclude<EngineEvent, { type: 'open' | 'failed' | 'warning' }>): void {
    if ('failure' in event && INVALIDATED.test(event.failure?.message ?? '')) void this.close();
    if (event.type === 'answer') this.streams.take(event);
    else this.#streams.get(event.id)?.take(event);
  }

  #command(command: EngineCommand): void {
    this.#worker.postMessage(command);
  }
}

function stopped(): SqlError {
  return new SqlError('UNAVAILABLE', 'the SQL engine has stopped');
}
