import { type Command, InvalidArgumentError, Option } from 'commander';

export type OutputFormat = 'table' | 'json';

/** The options every command has that asks a broker. */
export interface ClientOptions {
  readonly bootstrapServer?: string;
  readonly timeout?: number;
  readonly output: OutputFormat;
}

const DEFAULT_TIMEOUT_SECONDS = 30;
const TIMEOUT_SECONDS_MAX = 86_400;

export function addClientOptions(command: Command): Command {
  return addOutputOption(command)
    .option(
      '-b, --bootstrap-server <host:port>',
      'brokers to ask first, separated by commas (default: $KAWADB_BOOTSTRAP_SERVER or 127.0.0.1:9092)',
    )
    .option(
      '--timeout <seconds>',
      'give up after this time',
      integer(1, TIMEOUT_SECONDS_MAX),
      DEFAULT_TIMEOUT_SECONDS,
    );
}

export function addOutputOption(command: Command): Command {
  const option = new Option('-o, --output <format>', 'how to print').choices(['table', 'json']);
  return command.addOption(option.default('table'));
}

/** Parses a whole number within bounds; what is none is a usage error. */
export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = Number(text);
    if (/^-?\d+$/.test(text) && value >= min && value <= max) return value;
    const bounds = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
    throw new InvalidArgumentError(`It must be a whole number ${bounds}.`);
  };
}
