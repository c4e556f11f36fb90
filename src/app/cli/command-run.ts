import type { Command } from 'commander';
import type { CliIo } from './cli-io.ts';

/** What a module of a command exports as `run`; no answer means success. */
// biome-ignore lint/suspicious/noExplicitAny: commander gives options without types; each module states its own.
export type CommandRun<Options = any> = (
  args: readonly string[],
  options: Options,
  io: CliIo,
) => Promise<number | undefined>;

/** How commands reach the process and tell how they ended. */
export interface CliSession {
  readonly io: CliIo;
  exitCode: number;
}

/**
 * An action that loads its module only when the command is run: the program starts with commander and the options'
 * definitions alone.
 */
export function lazily(session: CliSession, load: () => Promise<{ readonly run: CommandRun }>) {
  return async (...given: unknown[]): Promise<void> => {
    const command = given.at(-1) as Command;
    const { run } = await load();
    session.exitCode = (await run(command.args, command.opts(), session.io)) ?? 0;
  };
}

/** For options that may be given several times. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
