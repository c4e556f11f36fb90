import type { MessagePort } from 'node:worker_threads';
import type { SqlErrorDetails, SqlErrorKind } from '../../domain/sql/sql-error.ts';
import type {
  SqlColumn,
  SqlDescription,
  SqlEncoding,
  SqlParameter,
  SqlProgress,
  SqlValue,
} from '../../ports/sql-engine.ts';
import type { StreamCallName } from './streams/stream-messages.ts';

/** What the engine's thread is started with. */
export interface EngineStart {
  /** The database's file; in memory when absent. */
  readonly file: string | undefined;
  readonly temporaryDirectory: string | undefined;
  readonly memoryLimitBytes: number;
  readonly threads: number;
  readonly connections: number;
  /** Folders whose files the engine may read and write. */
  readonly directories: readonly string[];
  /** Where COPY … TO writes; it is one of them. */
  readonly exportDirectory: string | undefined;
  /** Where extensions are: as the engine keeps them, or as pip unpacks them. */
  readonly extensionDirectory: string | undefined;
  /** Extensions to load. */
  readonly extensions: readonly string[];
  /** Modules of plug-ins, as the setting has them. */
  readonly plugins: readonly string[];
  readonly bridge: MessagePort;
  readonly answered: Int32Array;
  readonly streamRules: StreamRules;
}

/** What holds for streams that say nothing else. */
export interface StreamRules {
  /** How late records may come against the newest of their partition. */
  readonly outOfOrdernessMs: number;
  /** After how long a partition without records holds the others up no more. */
  readonly idleMs: number;
}

/** A call of one of the streams' methods. */
export interface StreamCommand {
  readonly type: 'stream';
  readonly id: number;
  readonly call: StreamCallName;
  readonly parameters: readonly unknown[];
}

export interface ExecuteCommand {
  readonly type: 'execute';
  readonly id: number;
  readonly sql: string;
  readonly parameters: readonly SqlParameter[];
  readonly encoding: SqlEncoding | undefined;
  /** Only tell what it takes and gives. */
  readonly describe?: boolean;
  /** The transaction it is part of; it is one of its own when absent. */
  readonly transaction?: number | undefined;
}

export interface TransactionCommand {
  readonly type: 'transaction';
  readonly id: number;
  readonly transaction: number;
  readonly step: 'begin' | 'begin-read-only' | 'commit' | 'rollback';
}

export type EngineCommand =
  | ExecuteCommand
  | StreamCommand
  | TransactionCommand
  /** The reader took a chunk. */
  | { readonly type: 'more'; readonly id: number }
  | { readonly type: 'cancel'; readonly id: number }
  /** Nobody reads the rest of the result: the statement ends as soon as it can without breaking its transaction. */
  | { readonly type: 'leave'; readonly id: number }
  | { readonly type: 'close' };

export interface EngineFailure extends SqlErrorDetails {
  readonly kind: SqlErrorKind;
  readonly message: string;
}

export type EngineEvent =
  | { readonly type: 'open' }
  | { readonly type: 'failed'; readonly message: string }
  /** Something that was asked for is not there; the engine goes on without it. */
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'columns'; readonly id: number; readonly columns: readonly SqlColumn[] }
  | { readonly type: 'description'; readonly id: number; readonly description: SqlDescription }
  | {
      readonly type: 'chunk';
      readonly id: number;
      readonly rowCount: number;
      /** Bytes, or the columns' values: a list for each row would cost more to send than to compute. */
      readonly data: Uint8Array | readonly (readonly SqlValue[])[];
    }
  | {
      readonly type: 'answer';
      readonly id: number;
      readonly answer?: unknown;
      readonly failure?: EngineFailure;
    }
  | { readonly type: 'progress'; readonly id: number; readonly progress: SqlProgress }
  | { readonly type: 'end'; readonly id: number }
  | { readonly type: 'error'; readonly id: number; readonly failure: EngineFailure };
