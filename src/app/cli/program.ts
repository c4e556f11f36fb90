import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { EXIT } from './cli-error.ts';
import { type CliIo, processIo } from './cli-io.ts';
import type { CliSession } from './command-run.ts';
import { addCompletion } from './completion.ts';
import { addConfigCommands } from './config-commands.ts';
import { addGroupCommands } from './group-commands.ts';
import { addHistoryCommands } from './history-commands.ts';
import { reportFailure } from './report-failure.ts';
import { addServeCommand } from './serve-command.ts';
import { addSqlCommand } from './sql-command.ts';
import { addStorageCommands } from './storage-commands.ts';
import { addTopicCommands } from './topic-commands.ts';

/** Runs one command line and gives the exit code. It never throws and never ends the process itself. */
export async function runCli(argv: readonly string[], io: CliIo = processIo()): Promise<number> {
  const session: CliSession = { io, exitCode: EXIT.ok };
  try {
    const program = buildProgram(session);
    await addCompletion(program, argv);
    await program.parseAsync(argv, { from: 'user' });
    return session.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return exitCodeOf(error);
    return reportFailure(error, io);
  }
}

export function buildProgram(session: CliSession): Command {
  const { io } = session;
  const program = new Command('kawadb')
    .description('A Kafka-compatible broker, and a client for any Kafka broker')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .showHelpAfterError("(add --help to see the command's usage)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      outputError: (text, out) => out(text.replace(/^error: /, 'kawadb: ')),
    });
  addServeCommand(program, session);
  addTopicCommands(program, session);
  addGroupCommands(program, session);
  addConfigCommands(program, session);
  addSqlCommand(program, session);
  addHistoryCommands(program, session);
  addStorageCommands(program, session);
  return program;
}

/** Commander has already written what there is to say. */
function exitCodeOf({ code }: CommanderError): number {
  return code === 'commander.version' || code === 'commander.helpDisplayed' ? EXIT.ok : EXIT.usage;
}

function version(): string {
  const load = createRequire(import.meta.url);
  return (load('kawadb/package.json') as { version: string }).version;
}
