import type { Command } from 'commander';
import { addOutputOption } from './client-options.ts';
import { type CliSession, collect, lazily } from './command-run.ts';

export function addConfigCommands(program: Command, session: CliSession): void {
  const config = program.command('config').description("the broker's configuration");
  addOutputOption(config.command('check'))
    .description(
      'tell everything that is wrong with a configuration file; exit code 78 if there is something',
    )
    .argument('<file>')
    .action(lazily(session, () => import('./commands/config-check.ts')));
  addOutputOption(config.command('show'))
    .description('show the values a broker would start with, and where each comes from')
    .argument('[key...]', 'only these keys')
    .option('--config <file>', 'read the configuration from a TOML file')
    .option('--set <key=value>', 'set one key of the configuration (repeatable)', collect)
    .option('--changed', 'only what differs from the default')
    .action(lazily(session, () => import('./commands/config-show.ts')));
}
