import type { Command } from 'commander';
import { addClientOptions } from './client-options.ts';
import { type CliSession, collect, lazily } from './command-run.ts';

export function addGroupCommands(program: Command, session: CliSession): void {
  const group = program.command('group').description('consumer groups and their offsets');
  addClientOptions(group.command('list'))
    .description('list the groups')
    .action(lazily(session, () => import('./commands/group-list.ts')));
  addClientOptions(group.command('describe'))
    .description('show state, members and how far each partition is read')
    .argument('<group...>')
    .action(lazily(session, () => import('./commands/group-describe.ts')));
  addClientOptions(group.command('delete'))
    .description('delete groups without members, and their offsets')
    .argument('<group...>')
    .action(lazily(session, () => import('./commands/group-delete.ts')));
  addClientOptions(group.command('seek'))
    .description('move the committed offsets of a group without members')
    .argument('<group>')
    .requiredOption(
      '--topic <topic[:partitions]>',
      'what to move, as t or t:0,1 (repeatable)',
      collect,
    )
    .option(
      '--to <position>',
      'earliest, latest, an offset, -N, or a time such as 2026-01-31T12:00:00Z',
    )
    .option('--shift-by <number>', 'so many records on, or back when negative')
    .option('--dry-run', 'show what would be done')
    .action(lazily(session, () => import('./commands/group-seek.ts')));
}
