import { LOG_LEVELS, type LogLevel } from '../../adapters/pino/pino-logger.ts';
import { CliError, EXIT } from './cli-error.ts';

/** KAWADB_LOG_LEVEL, `info` when it is not set. */
export function logLevelOf({ KAWADB_LOG_LEVEL: text = 'info' }: NodeJS.ProcessEnv): LogLevel {
  const level = LOG_LEVELS.find((each) => each === text);
  if (level !== undefined) return level;
  throw new CliError(`KAWADB_LOG_LEVEL is ${text}; allowed: ${LOG_LEVELS.join(', ')}`, EXIT.config);
}
