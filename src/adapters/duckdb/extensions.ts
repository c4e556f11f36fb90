import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteIdentifier, quoteText } from '../../domain/sql/quote.ts';
import { SqlError } from '../../domain/sql/sql-error.ts';
import { extensionFile } from './extension-file.ts';

/** Extensions another one does not work without. */
const NEEDS: Readonly<Record<string, readonly string[]>> = { iceberg: ['avro'] };

/** The extensions of the configuration, loaded out of a local folder before the database is shut in. */
export class LoadedExtensions {
  readonly #loaded = new Set<string>();
  readonly #failures = new Map<string, string>();

  /** One that cannot be loaded fails nothing but the statements that need it. */
  async load(
    connection: DuckDBConnection,
    names: readonly string[],
    directory: string | undefined,
  ): Promise<void> {
    for (const name of names.flatMap((each) => [...(NEEDS[each] ?? []), each])) {
      if (this.#loaded.has(name)) continue;
      try {
        const file = directory === undefined ? undefined : await extensionFile(directory, name);
        // Without a file of that name the engine says where it looked.
        await connection.run(
          `LOAD ${file === undefined ? quoteIdentifier(name) : quoteText(file)}`,
        );
        this.#loaded.add(name);
      } catch (error) {
        this.#failures.set(name, (error as Error).message.split('\n')[0] ?? '');
      }
    }
  }

  /** What could not be loaded, and why. */
  get failures(): ReadonlyMap<string, string> {
    return this.#failures;
  }

  has(name: string): boolean {
    return this.#loaded.has(name);
  }

  /** Throws an SqlError that says how to get it, where the extension is not loaded. */
  require(name: string, what: string): void {
    if (this.#loaded.has(name)) return;
    const failure = this.#failures.get(name);
    throw new SqlError(
      'UNAVAILABLE',
      `${what} needs the extension ${name}${failure ? `: ${failure}` : ''}`,
      {
        hint: 'put it into the folder of sql.extension_directory and name it in sql.extensions',
      },
    );
  }
}
