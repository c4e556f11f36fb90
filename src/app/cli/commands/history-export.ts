import { quoteIdentifier } from '../../../domain/sql/quote.ts';
import type { CliIo } from '../cli-io.ts';
import type { SqlOptions } from '../sql/sql-options.ts';
import { run as runSql } from './sql.ts';

interface Options extends Pick<SqlOptions, 'mode' | 'url'> {
  readonly openSegments?: boolean;
}

export function run([topic = '']: readonly string[], options: Options, io: CliIo) {
  const open = options.openSegments === true ? ' WITH OPEN SEGMENTS' : '';
  const command = [`EXPORT TOPIC ${quoteIdentifier(topic)} TO HISTORY${open}`];
  return runSql([], { ...options, command }, io);
}
