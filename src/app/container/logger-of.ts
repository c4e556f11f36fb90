import { type LogLevel, pinoLogger } from '../../adapters/pino/pino-logger.ts';
import type { Logger } from '../../ports/logger.ts';

export type { LogLevel } from '../../adapters/pino/pino-logger.ts';

export function loggerOf(level: LogLevel): Logger {
  return pinoLogger(level);
}
