import { KafkaError } from '../../domain/kafka-error.ts';
import type { KeyValueDatabase, KeyValueOperation } from '../../ports/key-value-database.ts';

/** A write that has grown to this is not joined by more. */
const GROUP_BYTES_MAX = 16 * 1024 * 1024;
const DONE = Promise.resolve();

interface Outcome {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: KafkaError) => void;
}

interface Group {
  readonly operations: KeyValueOperation[];
  readonly written: (() => void)[];
  readonly outcome: Outcome;
  bytes: number;
  sync: boolean;
}

/**
 * The one way to write to the database: one write at a time, and what comes while one is under way joins the next, so
 * that they share its sync. After a failure nothing is written any more: what of it got through is not known.
 */
export class GroupCommit {
  readonly #database: KeyValueDatabase;
  readonly #waiting: Group[] = [];
  #writing: Group | undefined;
  /** Whether something was written that no sync followed. */
  #unsynced = false;
  #failure: KafkaError | undefined;
  #closed = false;

  constructor(database: KeyValueDatabase) {
    this.#database = database;
  }

  get failure(): KafkaError | undefined {
    return this.#failure;
  }

  /** `written` is called once the operations can be read, before the promise settles. */
  write(
    operations: readonly KeyValueOperation[],
    sync: boolean,
    written?: () => void,
  ): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#closed) return Promise.reject(closedError());
    const group = this.#joinable();
    for (const operation of operations) {
      group.operations.push(operation);
      group.bytes += operation.key.length;
      if (operation.type === 'put') group.bytes += operation.value.length;
    }
    if (written !== undefined) group.written.push(written);
    if (sync) group.sync = true;
    if (this.#writing === undefined) this.#writeNext();
    return group.outcome.promise;
  }

  /** Everything that was written so far survives power loss. */
  sync(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#writing === undefined && !this.#unsynced) return DONE;
    return this.write([], true);
  }

  /** Everything that was given so far is written. */
  settled(): Promise<void> {
    const last = this.#waiting.at(-1) ?? this.#writing;
    if (last === undefined) return this.#failure ? Promise.reject(this.#failure) : DONE;
    return last.outcome.promise;
  }

  /** Writes a last operation and takes nothing more. */
  async close(last: KeyValueOperation): Promise<void> {
    const written = this.write([last], true);
    this.#closed = true;
    await written;
  }

  fail(cause: unknown): KafkaError {
    this.#failure ??= new KafkaError(
      'KAFKA_STORAGE_ERROR',
      `${this.#database.name} failed, so the store takes nothing until it is opened again: ${String(cause)}`,
      { cause },
    );
    const failure = this.#failure;
    for (const { outcome } of this.#waiting.splice(0)) outcome.reject(failure);
    return failure;
  }

  #joinable(): Group {
    const last = this.#waiting.at(-1);
    if (last !== undefined && last.bytes < GROUP_BYTES_MAX) return last;
    const group = {
      operations: [],
      written: [],
      outcome: newOutcome(),
      bytes: 0,
      sync: false,
    };
    this.#waiting.push(group);
    return group;
  }

  #writeNext(): void {
    const group = this.#waiting.shift();
    this.#writing = group;
    if (group === undefined) return;
    try {
      const writing = this.#database.write(group.operations, group.sync);
      if (writing === undefined) this.#wrote(group);
      else writing.then(() => this.#wrote(group)).catch((error) => this.#failed(group, error));
    } catch (error) {
      this.#failed(group, error);
    }
  }

  #wrote(group: Group): void {
    if (group.sync) this.#unsynced = false;
    else if (group.operations.length > 0) this.#unsynced = true;
    for (const written of group.written) written();
    group.outcome.resolve();
    this.#writeNext();
  }

  #failed(group: Group, error: unknown): void {
    this.#writing = undefined;
    const failure = this.fail(error);
    group.outcome.reject(failure);
  }
}

function closedError(): KafkaError {
  return new KafkaError('KAFKA_STORAGE_ERROR', 'the log store is not open');
}

function newOutcome(): Outcome {
  let resolve!: () => void;
  let reject!: (error: KafkaError) => void;
  const promise = new Promise<void>((done, fail) => {
    resolve = done;
    reject = fail;
  });
  // Those who wait for it see a failure; nobody has to.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
