import { KafkaError } from '../../domain/kafka-error.ts';

/** The part of @nxtedition/rocksdb that is used, which comes without types. */
export interface RocksLevel {
  open(): Promise<void>;
  close(): Promise<void>;
  _chainedBatch(): RocksBatch;
  querySync(range: RocksLevelRange): { readonly rows: readonly (Uint8Array | undefined)[] };
  iterator(range: RocksLevelRange): {
    nextv(limit: number): Promise<[Uint8Array, Uint8Array | undefined][]>;
    close(): Promise<void>;
  };
  clear(range: object): Promise<void>;
}

/** The batch without the checks and events of abstract-level, and with a write whose end is known at once. */
export interface RocksBatch {
  _put(key: Uint8Array, value: Uint8Array): void;
  _del(key: Uint8Array): void;
  _writeSync(): void;
  _clear(): void;
}

export interface RocksLevelRange {
  readonly gte: Uint8Array;
  readonly lt: Uint8Array;
  readonly reverse: boolean;
  readonly limit: number;
  readonly values: boolean;
  readonly highWaterMarkBytes: number;
  readonly readaheadSize: number;
}

type RocksLevelClass = new (directory: string, options: object) => RocksLevel;

const PACKAGE = '@nxtedition/rocksdb';

/** The binding is an optional peer: only who uses the engine has to install it. */
export async function loadRocksLevel(
  load: () => Promise<unknown> = () => import('@nxtedition/rocksdb'),
): Promise<RocksLevelClass> {
  try {
    const module = (await load()) as { RocksLevel?: RocksLevelClass; default?: object };
    const found = { ...module.default, ...module } as { RocksLevel: RocksLevelClass };
    return found.RocksLevel;
  } catch (cause) {
    throw new KafkaError(
      'INVALID_CONFIG',
      `the storage engine rocksdb needs the package ${PACKAGE}, which could not be loaded (${String(cause)}): ` +
        `install it with \`npm install ${PACKAGE}\`, or choose another storage.engine`,
      { cause },
    );
  }
}
