import { CliError, EXIT } from './cli-error.ts';

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
type LogLevel = (typeof LEVELS)[number];

/** KAWADB_LOG_LEVEL, `info` when it is not set. */
export function logLevelOf({ KAWADB_LOG_LEVEL: text = 'info' }: NodeJS.ProcessEnv): LogLevel {
  const level = LEVELS.find((each) => each === text);
  if (level !== undefined) return level;
  throw new CliError(`KAWADB_LOG_LEVEL is ${text}; allowed: ${LEVELS.join(', ')}`, EXIT.config);
}
