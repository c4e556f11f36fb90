import { KafkaError } from '../../domain/kafka-error.ts';
import { CliError, EXIT } from './cli-error.ts';
import type { CliIo } from './cli-io.ts';

/** Tells on stderr what failed, in one line each; a stack trace is for those who ask by KAWADB_DEBUG. */
export function reportFailure(error: unknown, { stderr, env }: CliIo): number {
  for (const line of linesOf(error)) stderr.write(`kawadb: ${line}\n`);
  if (env.KAWADB_DEBUG) stderr.write(`${stackOf(error)}\n`);
  if (error instanceof CliError) return error.exitCode;
  return isConfigError(error) ? EXIT.config : EXIT.failed;
}

function linesOf(error: unknown): readonly string[] {
  if (isConfigError(error)) return error.message.split('\n');
  if (error instanceof KafkaError && error.message !== error.errorName) {
    return [`${oneLine(error.message)} (${error.errorName})`];
  }
  if (error instanceof Error && error.name === 'ConnectionError') {
    return [`cannot reach ${oneLine(error.message)} (--bootstrap-server names another broker)`];
  }
  return [oneLine(error instanceof Error ? error.message : String(error))];
}

/** By its name, so that the configuration's code is loaded only by the commands that need it. */
function isConfigError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ConfigError';
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').trim();
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
