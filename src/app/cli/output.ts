import type { CliIo } from './cli-io.ts';
import type { OutputFormat } from './client-options.ts';

export type Cell = string | number | bigint | boolean | null | undefined;

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Columns as wide as their widest cell; the last is not padded. */
export function tableText(columns: readonly Column[], rows: readonly (readonly Cell[])[]): string {
  const texts = rows.map((row) => columns.map((_, index) => cellText(row[index])));
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...texts.map((row) => (row[index] as string).length)),
  );
  const lines = [columns.map(({ title }) => title), ...texts].map((row) =>
    row
      .map((text, index) => {
        const width = widths[index] as number;
        return columns[index]?.align === 'right' ? text.padStart(width) : text.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

function cellText(cell: Cell): string {
  return cell === null || cell === undefined || cell === '' ? '-' : String(cell);
}

/** JSON in which an int64 is a number as long as that is exact, else a string. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_key, each: unknown) => jsonValue(each), indent);
}

function jsonValue(value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

/** Prints `json` for programs, or the text for people. */
export function print(
  { stdout }: CliIo,
  output: OutputFormat,
  { json, text }: { readonly json: unknown; readonly text: string },
): void {
  stdout.write(output === 'json' ? `${jsonText(json, 2)}\n` : text);
}
