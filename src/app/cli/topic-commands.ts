import { type Command, Option } from 'commander';
import { COMPRESSION_TYPES } from '../../domain/record/compression.ts';
import { addClientOptions, integer } from './client-options.ts';
import { type CliSession, collect, lazily } from './command-run.ts';

const INT32_MAX = 0x7fffffff;
const INT16_MAX = 0x7fff;

export function addTopicCommands(program: Command, session: CliSession): void {
  const topic = program.command('topic').description('topics and their records');
  addAdminCommands(topic, session);
  addProduceCommand(topic, session);
  addConsumeCommand(topic, session);
}

function addAdminCommands(topic: Command, session: CliSession): void {
  addClientOptions(topic.command('list'))
    .description('list the topics')
    .option('--internal', "include the broker's own topics")
    .action(lazily(session, () => import('./commands/topic-list.ts')));
  addClientOptions(topic.command('create'))
    .description('create a topic')
    .argument('<name>')
    .option('--partitions <number>', "(default: the broker's)", integer(1, INT32_MAX))
    .option('--replication-factor <number>', "(default: the broker's)", integer(1, INT16_MAX))
    .option('--config <key=value>', 'set a config of the topic (repeatable)', collect)
    .option('--if-not-exists', 'succeed when there is one already')
    .action(lazily(session, () => import('./commands/topic-create.ts')));
  addClientOptions(topic.command('describe'))
    .description('show partitions, offsets and the configs that differ from the default')
    .argument('<name...>')
    .action(lazily(session, () => import('./commands/topic-describe.ts')));
  addClientOptions(topic.command('delete'))
    .description('delete topics and all their records')
    .argument('<name...>')
    .option('--if-exists', 'pass over what does not exist')
    .action(lazily(session, () => import('./commands/topic-delete.ts')));
  addClientOptions(topic.command('alter-config'))
    .description('change the configs of a topic')
    .argument('<name>')
    .option('--set <key=value>', 'set a config (repeatable)', collect)
    .option('--unset <key>', 'go back to the default (repeatable)', collect)
    .action(lazily(session, () => import('./commands/topic-alter-config.ts')));
}

function addProduceCommand(topic: Command, session: CliSession): void {
  addClientOptions(topic.command('produce'))
    .description('send each line of stdin, or each file as a whole, as a record')
    .argument('<name>')
    .argument('[file...]', 'files to send')
    .option('-l, --lines', 'send each line of the files instead')
    .option('-K, --key-delimiter <text>', 'what stands between key and value; \\t is a tab')
    .option('-H, --header <key=value>', 'add a header to every record (repeatable)', collect)
    .option('-p, --partition <number>', 'send all to this partition', integer(0, INT32_MAX))
    .option('-Z, --null', 'send null for empty values and keys')
    .addOption(
      new Option('-z, --compression <codec>', 'compress the batches')
        .choices(COMPRESSION_TYPES)
        .default('none'),
    )
    .option('-X <property=value>', 'acks=all, acks=1 or acks=0', collect)
    .action(lazily(session, () => import('./commands/topic-produce.ts')));
}

function addConsumeCommand(topic: Command, session: CliSession): void {
  addClientOptions(topic.command('consume'))
    .description('print the records of a topic until Ctrl-C')
    .argument('<name>')
    .option(
      '--from <position>',
      'beginning, end, an offset, -N for the last N of each partition, or a time such as 2026-01-31T12:00:00Z (default: beginning)',
    )
    .option('-c, --count <number>', 'stop after so many records', integer(1))
    .option('-e, --exit', 'stop at what is the end when the command starts')
    .option('-p, --partition <number>', 'read this partition only (repeatable)', collectPartition)
    .option('--group <id>', "start at a group's committed offsets, and commit")
    .option(
      '-f, --format <format>',
      '%t topic, %p partition, %o offset, %k key, %s value, %T timestamp, %h headers, %K and %S sizes, \\n \\t (default: %s\\n)',
    )
    .addOption(
      new Option('--isolation <level>', 'whether to show uncommitted transactions')
        .choices(['read_committed', 'read_uncommitted'])
        .default('read_committed'),
    )
    .action(lazily(session, () => import('./commands/topic-consume.ts')));
}

function collectPartition(text: string, before: readonly number[] = []): readonly number[] {
  return [...before, integer(0, INT32_MAX)(text)];
}
