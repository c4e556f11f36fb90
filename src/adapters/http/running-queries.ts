import type { SqlProgress } from '../../ports/sql-engine.ts';

/** Queries that were given a name by who asked them, and how far they are. */
export class RunningQueries {
  readonly #progress = new Map<string, SqlProgress>();

  begin(name: string): (progress: SqlProgress) => void {
    const set = (progress: SqlProgress): void => void this.#progress.set(name, progress);
    set({ recordsRead: 0, recordsTotal: 0 });
    return set;
  }

  end(name: string): void {
    this.#progress.delete(name);
  }

  progress(name: string): SqlProgress | undefined {
    return this.#progress.get(name);
  }
}
