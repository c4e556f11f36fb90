/** One thing that is wrong with the configuration. */
export interface ConfigProblem {
  /** `kawa.toml:3`, `environment KAWADB_NETWORK__BIND_PORT`, `--set log.dirs`. */
  readonly where: string;
  readonly key: string;
  readonly value?: string;
  readonly message: string;
  /** What may have been meant. */
  readonly nearest?: string;
}

/** Everything that is wrong, so that one look is enough. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(problemLine).join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

function problemLine({ where, key, value, message, nearest }: ConfigProblem): string {
  const what = value === undefined ? key : `${key} = ${value}`;
  const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
  return `${where}: ${what === '' ? '' : `${what}: `}${message}${hint}`;
}
