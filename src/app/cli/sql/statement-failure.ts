import type { CliIo } from '../cli-io.ts';
import { reportFailure } from '../report-failure.ts';
import { StatementError } from './sql-client.ts';

/** Tells what is wrong with a statement under the line it is in. */
export function reportStatementFailure(error: unknown, io: CliIo): number {
  const code = reportFailure(error, io);
  if (!(error instanceof StatementError)) return code;
  const { position, hint } = error.failure;
  const line = error.statement.split('\n')[(position?.line ?? 0) - 1];
  if (position !== undefined && line !== undefined) {
    io.stderr.write(`  ${line}\n  ${' '.repeat(Math.max(0, position.column - 1))}^\n`);
  }
  if (hint !== undefined) io.stderr.write(`hint: ${hint}\n`);
  return code;
}
