import type { CliIo } from '../cli-io.ts';
import type { SqlOptions } from '../sql/sql-options.ts';
import { run as runSql } from './sql.ts';

export function run(
  _args: readonly string[],
  options: Pick<SqlOptions, 'mode' | 'url'>,
  io: CliIo,
) {
  return runSql([], { ...options, command: ['SHOW TOPIC HISTORY'] }, io);
}
