/** The ways the program can end. */
export const EXIT = { ok: 0, failed: 1, usage: 2, config: 78 } as const;

/** A failure that is told in one line: what failed, why, and what to do about it. */
export class CliError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.failed, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}

/** Something is wrong with the command line itself. */
export function usageError(message: string): CliError {
  return new CliError(message, EXIT.usage);
}
