import { SqlError } from '../../../domain/sql/sql-error.ts';
import type { SqlEngine } from '../../../ports/sql-engine.ts';

/** The engine, opened when it is first asked for: a broker that is asked no SQL loads none. */
export class LazyEngine<Engine extends Pick<SqlEngine, 'closed' | 'close'> = SqlEngine> {
  readonly #openEngine: () => Promise<Engine>;
  #engine: Promise<Engine> | undefined;
  #closed = false;

  constructor(openEngine: () => Promise<Engine>) {
    this.#openEngine = openEngine;
  }

  async opened(): Promise<Engine> {
    const engine = await this.#engine?.catch(() => undefined);
    // One that failed is not asked again; its tables are in their file.
    if (engine?.closed === true) this.#engine = undefined;
    return this.#open();
  }

  /** Afterwards it is not opened any more. */
  async close(): Promise<void> {
    this.#closed = true;
    const engine = await this.#engine?.catch(() => undefined);
    await engine?.close();
  }

  #open(): Promise<Engine> {
    if (this.#closed) throw new SqlError('UNAVAILABLE', 'the broker is stopping');
    if (this.#engine === undefined) {
      const opening = this.#openEngine();
      this.#engine = opening;
      // The next statement tries again: what was in the way may be gone.
      opening.catch(() => {
        this.#engine = undefined;
      });
    }
    return this.#engine;
  }
}
