import type { Command } from 'commander';

/**
 * `completion SHELL` prints a script for the shell, which asks for words by the hidden command `complete -- …`. What
 * makes them is loaded for these two only; in the help a stand-in is shown.
 */
export async function addCompletion(program: Command, argv: readonly string[]): Promise<void> {
  if (argv[0] === 'completion' || argv[0] === 'complete') {
    const { default: tab } = await import('@bomb.sh/tab/commander');
    tab(program, { completionCommandName: 'completion' });
    return;
  }
  program
    .command('completion')
    .description('print a script that completes commands in bash, zsh, fish or powershell')
    .argument('<shell>');
}
