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
 * The one way to write to the database: one write at a time, and what comes while one is under way joins the next. One
 * sync at a time as well, beside the writes: it is for all that was written when it began. After a failure nothing is written any more: what of it got through is not known.
 */
export class GroupCommit {
  readonly #database: KeyValueDatabase;
  readonly #waiting: Group[] = [];
  #writing: Group | undefined;
  /** Written, and not told yet. */
  readonly #written: Group[] = [];
  #syncing = false;
  /** Whether something was written that no sync has begun for. */
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
    const isIdle = this.#writing === undefined && this.#written.length === 0;
    if (isIdle && !this.#unsynced) return DONE;
    return this.write([], true);
  }

  /** Everything that was given so far is written. */
  settled(): Promise<void> {
    const last = this.#waiting.at(-1) ?? this.#writing ?? this.#written.at(-1);
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
    const groups = [...this.#written.splice(0), ...this.#waiting.splice(0)];
    for (const { outcome } of groups) outcome.reject(failure);
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
      const { operations } = group;
      const writing = operations.length === 0 ? undefined : this.#database.write(operations);
      if (writing === undefined) this.#wrote(group);
      else writing.then(() => this.#wrote(group)).catch((error) => this.#failed(group, error));
    } catch (error) {
      this.#failed(group, error);
    }
  }

  #wrote(group: Group): void {
    // A sync of what was before it has failed meanwhile.
    if (this.#failure !== undefined) {
      this.#failed(group, this.#failure);
      return;
    }
    if (group.operations.length > 0) this.#unsynced = true;
    this.#written.push(group);
    if (!this.#syncing) this.#settleWritten();
    this.#writeNext();
  }

  /** In the order of the writes, up to one that wants a sync. */
  #settleWritten(): void {
    while (this.#written.length > 0) {
      if (this.#written[0]!.sync) {
        this.#startSync();
        return;
      }
      settle(this.#written.shift()!);
    }
  }

  /** One sync for all that is written by now; what is written meanwhile has the next. */
  #startSync(): void {
    const covered = this.#written.length;
    this.#syncing = true;
    this.#unsynced = false;
    this.#database
      .sync()
      .then(() => {
        this.#syncing = false;
        for (const group of this.#written.splice(0, covered)) settle(group);
        this.#settleWritten();
      })
      .catch((error) => this.fail(error));
  }

  #failed(group: Group, error: unknown): void {
    this.#writing = undefined;
    group.outcome.reject(this.fail(error));
  }
}

function settle(group: Group): void {
  for (const written of group.written) written();
  group.outcome.resolve();
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
