import { pino } from 'pino';
import type { Logger } from '../../ports/logger.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Logs as JSON lines to standard error, so that standard output stays for answers. */
export function pinoLogger(level: LogLevel): Logger {
  return pino({ level, base: null }, pino.destination({ dest: 2, sync: false }));
}
