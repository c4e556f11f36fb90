import type { SchemaDefinition } from '../../domain/sql/schema/declared-schema.ts';

/**
 * Asks for the schemas of ids in frames while records are decoded. The engine makes NULL of what fails there, so it is noted: what
 * reads such records has to fail as a whole.
 */
export class SchemaLookups {
  readonly #ask: (id: number) => SchemaDefinition | undefined;
  #failures = 0;
  #last: unknown;

  constructor(ask: (id: number) => SchemaDefinition | undefined) {
    this.#ask = ask;
  }

  byId(id: number): SchemaDefinition | undefined {
    try {
      return this.#ask(id);
    } catch (error) {
      this.#failures += 1;
      this.#last = error;
      throw error;
    }
  }

  /** A check that throws when a schema could not be asked for since now, whoever wanted it. */
  guard(): () => void {
    const before = this.#failures;
    return () => {
      if (this.#failures !== before) throw this.#last;
    };
  }
}
