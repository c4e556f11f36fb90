import { resolve, sep } from 'node:path';
import { fileCalls } from '../../domain/sql/file-calls.ts';
import { SqlError } from '../../domain/sql/sql-error.ts';
import { positionAt } from '../../domain/sql/token-cursor.ts';
import type { SqlParameter } from '../../ports/sql-engine.ts';

/**
 * Keeps statements to the files of the folders that are theirs. The engine does so too, but lets them read what it has open
 * itself: the file of the tables, with all that is in it.
 */
export class FileAccess {
  readonly #directories: readonly string[];

  constructor(directories: readonly string[]) {
    this.#directories = directories.map((directory) => `${resolve(directory)}${sep}`);
  }

  /** Throws an SqlError. Parameters are not looked at where there are none yet. */
  check(sql: string, parameters: readonly SqlParameter[]): void {
    for (const { name, at, targets } of fileCalls(sql)) {
      if (targets === undefined) {
        throw refused(sql, at, `${name} takes the path of a file as a text or a parameter here`);
      }
      for (const target of targets) {
        const path = 'path' in target ? target.path : parameters[target.parameter];
        if (path === undefined) continue;
        if (typeof path !== 'string' || !this.#isWithin(path)) {
          throw refused(sql, at, `${name} cannot read ${String(path)}`);
        }
      }
    }
  }

  #isWithin(path: string): boolean {
    const absolute = resolve(path.replace(/^file:(\/\/(localhost)?)?(?=\/)/i, ''));
    return this.#directories.some((directory) => absolute.startsWith(directory));
  }
}

function refused(sql: string, at: number, message: string): SqlError {
  return new SqlError('FORBIDDEN', message, {
    position: positionAt(sql, at),
    hint: 'SQL reads topics and tables, and files of history and export',
  });
}
