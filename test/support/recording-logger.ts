import type { Logger } from '../../src/ports/logger.ts';

/** Keeps what is told at error level. */
export class RecordingLogger implements Logger {
  readonly errors: object[] = [];

  debug(): void {}
  info(): void {}
  warn(): void {}

  error(fields: object): void {
    this.errors.push(fields);
  }

  child(): Logger {
    return this;
  }
}
