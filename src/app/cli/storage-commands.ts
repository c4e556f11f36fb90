import { type Command, Option } from 'commander';
import { addOutputOption, integer } from './client-options.ts';
import { type CliSession, lazily } from './command-run.ts';

/** Engines whose data are in a folder. */
const ENGINES = ['segment', 'rocksdb', 'leveldb'] as const;
const DUMPED_BATCHES = 1000;

export function addStorageCommands(program: Command, session: CliSession): void {
  const storage = program.command('storage').description('data folders of brokers that do not run');
  addFolderOptions(storage.command('verify'))
    .description('check everything a data folder holds; exit code 1 if something is wrong')
    .action(lazily(session, () => import('./commands/storage-verify.ts')));
  addFolderOptions(storage.command('dump'))
    .description('show the batches of a log, or their records')
    .argument('<topic-partition>', 'the log, as orders-0')
    .option('--from <offset>', 'begin with the batch that holds it', offset)
    .option('--max <number>', 'show so many batches', integer(1), DUMPED_BATCHES)
    .option('--records', 'show the records too')
    .action(lazily(session, () => import('./commands/storage-dump.ts')));
  addOutputOption(storage.command('copy'))
    .description('copy a data folder to another storage engine, byte by byte')
    .requiredOption('--from-dir <directory>', 'the data folder to copy; it is only read')
    .requiredOption('--to-dir <directory>', 'a new or empty folder')
    .addOption(
      new Option('--to-engine <engine>', 'the storage engine of the copy')
        .choices(ENGINES)
        .makeOptionMandatory(),
    )
    .option('--config <file>', "read the copy's engine settings from a TOML file")
    .option('--skip-damaged', 'end a damaged log before the damage instead of stopping')
    .action(lazily(session, () => import('./commands/storage-copy.ts')));
}

function addFolderOptions(command: Command): Command {
  return addOutputOption(command)
    .option('--data-dir <directory>', "the data folder (default: the configuration's)")
    .option('--config <file>', 'read the configuration from a TOML file');
}

function offset(text: string): bigint {
  return BigInt(integer(0)(text));
}
