import { SqlError, type SqlPosition } from './sql-error.ts';

/** One name of a path: no way up, no hidden file, nothing a shell or another system takes for more than a name. */
const NAME = /^[\p{L}\p{N}_=-][\p{L}\p{N} ._=-]*$/u;

/**
 * The names of the path of an export below its folder. Throws an SqlError for a path that leads anywhere else, and for one that is no path.
 */
export function exportPath(target: string, directory: string, position: SqlPosition): string[] {
  const inside = target.startsWith(`${directory}/`) ? target.slice(directory.length + 1) : target;
  const names = inside.split('/');
  if (names.every((name) => NAME.test(name))) return names;
  throw new SqlError('FORBIDDEN', `exports go to ${directory} only`, {
    position,
    hint: "give a name below it, as 'events.parquet' or 'daily/events.parquet'",
  });
}
