import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { splitStatements } from '../../../domain/sql/statements.ts';
import { EXIT, usageError } from '../cli-error.ts';
import type { CliIo } from '../cli-io.ts';
import { printResult } from '../sql/print-result.ts';
import { SqlClient } from '../sql/sql-client.ts';
import type { SqlOptions } from '../sql/sql-options.ts';
import { SqlShell } from '../sql/sql-shell.ts';
import { reportStatementFailure } from '../sql/statement-failure.ts';

const DEFAULT_URL = 'http://127.0.0.1:8082';

export async function run(args: readonly string[], options: SqlOptions, io: CliIo) {
  if (args.length > 0) throw usageError('give statements with -c, as `kawadb sql -c "SELECT 1"`');
  const client = new SqlClient({
    url: options.url ?? io.env.KAWADB_HTTP_URL ?? DEFAULT_URL,
    timeoutMs: options.timeout === undefined ? undefined : options.timeout * 1000,
  });
  const script = await scriptOf(options, io);
  if (script === undefined) return shellOf(client, options, io).run();
  const { statements, rest } = splitStatements(script);
  for (const statement of [...statements, ...(rest === '' ? [] : [rest])]) {
    const startedAtMs = performance.now();
    try {
      await printResult(client, statement, options.mode, io, io.stopped);
    } catch (error) {
      return reportStatementFailure(error, io);
    }
    const took = Math.round(performance.now() - startedAtMs);
    if (options.timer === true) io.stderr.write(`${took} ms\n`);
  }
  return EXIT.ok;
}

/** What to run, undefined where somebody types it. */
async function scriptOf(options: SqlOptions, { stdin }: CliIo): Promise<string | undefined> {
  const { command, file, interactive } = options;
  if (command !== undefined && file !== undefined) throw usageError('give either -c or -f');
  if (command !== undefined) return command.map((each) => `${each};\n`).join('');
  if (file !== undefined && file !== '-') return readFile(file, 'utf8');
  const typed = (stdin as { readonly isTTY?: boolean }).isTTY === true || interactive === true;
  return typed && file === undefined ? undefined : text(stdin);
}

function shellOf(client: SqlClient, { mode, timer }: SqlOptions, io: CliIo): SqlShell {
  const terminal = (io.stdin as { readonly isTTY?: boolean }).isTTY === true;
  const file = io.env.KAWADB_HISTORY ?? join(homedir(), '.kawadb_history');
  return new SqlShell(client, io, {
    mode,
    // People want to know; programs compare output.
    timer: timer ?? terminal,
    historyFile: terminal || io.env.KAWADB_HISTORY !== undefined ? file : undefined,
  });
}
