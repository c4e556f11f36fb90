import type {
  KeyRange,
  KeyValueDatabase,
  KeyValueOperation,
} from '../../ports/key-value-database.ts';
import type { Logger } from '../../ports/logger.ts';
import type { GroupCommit } from './group-commit.ts';
import { ALL_DELETIONS, deletionKey, numberOf, parseDeletionKey } from './log-keys.ts';
import { encodeRange, parseRange } from './log-values.ts';
import { readAll } from './read-all.ts';

interface Deletion {
  readonly number: number;
  readonly range: KeyRange;
}

export interface PlannedDeletion {
  readonly operation: KeyValueOperation;
  readonly cancellation: KeyValueOperation;
  readonly start: () => void;
}

/**
 * Frees what no log holds any more, in the background. What is to be deleted is noted in the write that gives it up, so
 * that the next start goes on where this one ends.
 */
export class Deletions {
  readonly #database: KeyValueDatabase;
  readonly #commits: GroupCommit;
  readonly #logger: Logger;
  readonly #waiting: Deletion[] = [];
  #working: Promise<void> | undefined;
  #nextNumber = 1;
  #stopped = false;
  #failure: unknown;
  readonly #failed: Deletion[] = [];

  constructor(database: KeyValueDatabase, commits: GroupCommit, logger: Logger) {
    this.#database = database;
    this.#commits = commits;
    this.#logger = logger;
  }

  /** Goes on with what an earlier start left; gives a number that no key in it has, nor any higher one. */
  async open(): Promise<number> {
    let unused = 0;
    for await (const [key, value] of readAll(this.#database, ALL_DELETIONS)) {
      const number = parseDeletionKey(key);
      this.#nextNumber = Math.max(this.#nextNumber, number + 1);
      const range = parseRange(value);
      unused = Math.max(unused, numberOf(range) + 1);
      this.#waiting.push({ number, range });
    }
    return unused;
  }

  /** Resolves when all that was planned and started so far is deleted; rejects where it could not be. */
  async settled(): Promise<void> {
    this.#failure = undefined;
    this.#waiting.push(...this.#failed.splice(0));
    this.start();
    await this.#working;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** The operation that notes a deletion, what starts it once that is written, and the operation that takes it back. */
  plan(range: KeyRange): PlannedDeletion {
    const number = this.#nextNumber;
    this.#nextNumber += 1;
    const operation = {
      type: 'put',
      key: deletionKey(number),
      value: encodeRange(range),
    } as const;
    const start = () => {
      this.#waiting.push({ number, range });
      this.start();
    };
    return { operation, start, cancellation: { type: 'del', key: operation.key } };
  }

  start(): void {
    if (this.#waiting.length === 0 || this.#stopped) return;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  /** Begins nothing more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#working;
  }

  async #work(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const { number, range } = next;
      try {
        await this.#database.deleteRange(range);
        // Synced, so that what was deleted is not there any more when nothing tells of it.
        await this.#commits.write([{ type: 'del', key: deletionKey(number) }], true);
      } catch (error) {
        if (this.#stopped) return;
        this.#failure = error;
        this.#failed.push(next);
        this.#logger.warn({ err: error }, 'deleted data could not be freed: the next start will');
      }
      if (this.#stopped) return;
    }
  }
}
