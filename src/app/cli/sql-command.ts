import { type Command, Option } from 'commander';
import { integer } from './client-options.ts';
import { type CliSession, collect, lazily } from './command-run.ts';
import { SQL_MODES } from './sql/sql-options.ts';

export function addSqlCommand(program: Command, session: CliSession): void {
  program
    .command('sql')
    .description("ask a broker's topics and tables in SQL; without -c, -f or a pipe, a shell")
    .option('-c, --command <sql>', 'run these statements (repeatable)', collect)
    .option('-f, --file <file>', 'run the statements of a file')
    .addOption(
      new Option('-m, --mode <mode>', 'how to print results').choices(SQL_MODES).default('table'),
    )
    .option(
      '--url <url>',
      "the broker's HTTP listener (default: $KAWADB_HTTP_URL or http://127.0.0.1:8082)",
    )
    .option('--timeout <seconds>', 'end a statement after this time', integer(1, 86_400))
    .option('--timer', 'tell how long each statement took')
    .option('-i, --interactive', 'the shell even where input is no terminal')
    .action(lazily(session, () => import('./commands/sql.ts')));
}
