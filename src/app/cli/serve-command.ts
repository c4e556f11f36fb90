import type { Command } from 'commander';
import { type CliSession, collect, lazily } from './command-run.ts';

interface ServeOptions {
  readonly config?: string;
  readonly listen?: string;
  readonly dataDir?: string;
  readonly storage?: string;
  readonly set?: readonly string[];
}

export function addServeCommand(program: Command, session: CliSession): void {
  program
    .command('serve')
    .description('run a broker in this process until SIGTERM or Ctrl-C')
    .option('--config <file>', 'read the configuration from a TOML file')
    .option('--listen <host:port>', 'listen there')
    .option('--data-dir <directory>', 'keep the data there')
    .option('--storage <engine>', 'memory, segment, rocksdb or leveldb')
    .option('--set <key=value>', 'set one key of the configuration (repeatable)', collect)
    .action(
      lazily(session, async () => {
        const { serve } = await import('./serve.ts');
        return {
          run: (_args, { set = [], ...options }: ServeOptions) =>
            serve({ ...options, set: [...set] }),
        };
      }),
    );
}
