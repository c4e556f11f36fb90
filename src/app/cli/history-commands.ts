import { type Command, Option } from 'commander';
import { type CliSession, lazily } from './command-run.ts';
import { SQL_MODES } from './sql/sql-options.ts';

export function addHistoryCommands(program: Command, session: CliSession): void {
  const history = program
    .command('history')
    .description("topics' closed segments, kept as Parquet");
  addHttpOptions(history.command('export'))
    .description('write what is not in history yet')
    .argument('<topic>', 'the topic')
    .option('--open-segments', 'take what is committed of segments that are still appended to, too')
    .action(lazily(session, () => import('./commands/history-export.ts')));
  addHttpOptions(history.command('list'))
    .description('show the files of history')
    .action(lazily(session, () => import('./commands/history-list.ts')));
}

function addHttpOptions(command: Command): Command {
  return command
    .addOption(
      new Option('-m, --mode <mode>', 'how to print results').choices(SQL_MODES).default('table'),
    )
    .option(
      '--url <url>',
      "the broker's HTTP listener (default: $KAWADB_HTTP_URL or http://127.0.0.1:8082)",
    );
}
