import { ConfigError, type ConfigProblem } from '../../config/config-error.ts';
import { loadConfig } from '../../config/load-config.ts';
import { EXIT } from '../cli-error.ts';
import type { CliIo } from '../cli-io.ts';
import type { OutputFormat } from '../client-options.ts';
import { print } from '../output.ts';
import { reportFailure } from '../report-failure.ts';

interface Options {
  readonly output: OutputFormat;
}

export async function run([file = '']: readonly string[], { output }: Options, io: CliIo) {
  const error = errorIn(file);
  const problems: readonly ConfigProblem[] = error?.problems ?? [];
  const json = { file, valid: error === undefined, problems };
  print(io, output, { json, text: error === undefined ? `${file} is fine\n` : '' });
  if (error === undefined) return EXIT.ok;
  return output === 'json' ? EXIT.config : reportFailure(error, io);
}

function errorIn(file: string): ConfigError | undefined {
  try {
    loadConfig({ file });
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}
