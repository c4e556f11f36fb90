export const SQL_MODES = ['table', 'csv', 'json', 'line', 'markdown'] as const;
export type SqlMode = (typeof SQL_MODES)[number];

export interface SqlOptions {
  readonly command?: readonly string[];
  readonly file?: string;
  readonly mode: SqlMode;
  readonly url?: string;
  readonly timeout?: number;
  readonly timer?: boolean;
  readonly interactive?: boolean;
}
