import { randomUUID } from 'node:crypto';
import { type CliIo, write } from '../cli-io.ts';
import { QueryProgress } from './query-progress.ts';
import type {
  SqlClient,
  SqlClientColumn,
  SqlClientResult,
  SqlClientRow,
  StatementOptions,
} from './sql-client.ts';
import type { SqlMode } from './sql-options.ts';

/** Rows that the widths of a table are taken from; those that follow have to live with them. */
const MEASURED_ROWS = 1000;
const NUMERIC = /INT$|^(DOUBLE|FLOAT|DECIMAL)/;

/** Runs a statement and prints what comes of it; gives the number of rows, where they are counted. */
export async function printResult(
  client: SqlClient,
  sql: string,
  mode: SqlMode,
  io: CliIo,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const name = io.interactive ? randomUUID() : undefined;
  const progress = new QueryProgress(io, client.progressOf(name ?? ''));
  const options = { signal, name };
  const print = async (text: string | Uint8Array): Promise<void> => {
    progress.stop();
    await write(io.stdout, text, signal);
  };
  try {
    return await printed(client, sql, mode, { options, print });
  } finally {
    progress.stop();
  }
}

interface Printing {
  readonly options: StatementOptions;
  readonly print: (text: string | Uint8Array) => Promise<void>;
}

async function printed(
  client: SqlClient,
  sql: string,
  mode: SqlMode,
  { options, print }: Printing,
): Promise<number | undefined> {
  if (mode === 'csv' || mode === 'json') {
    const type = mode === 'csv' ? 'text/csv' : 'application/x-ndjson';
    const body = await client.text(sql, type, options);
    for await (const chunk of body) await print(chunk);
    return undefined;
  }
  const result = await client.query(sql, options);
  let count = 0;
  for await (const text of mode === 'line' ? lineTexts(result) : tableTexts(result, mode)) {
    await print(text.text);
    count += text.rows;
  }
  return count;
}

interface PrintedRows {
  readonly text: string;
  readonly rows: number;
}

async function* lineTexts({ columns, rows }: SqlClientResult): AsyncGenerator<PrintedRows> {
  const width = Math.max(0, ...columns.map(({ name }) => widthOf(name)));
  let first = true;
  for await (const row of rows) {
    const lines = columns.map(({ name }) => `${padStart(name, width)} = ${cellText(row[name])}\n`);
    yield { text: `${first ? '' : '\n'}${lines.join('')}`, rows: 1 };
    first = false;
  }
}

async function* tableTexts(
  { columns, rows }: SqlClientResult,
  mode: 'table' | 'markdown',
): AsyncGenerator<PrintedRows> {
  const measured: string[][] = [];
  const iterator = rows[Symbol.asyncIterator]();
  let next: IteratorResult<SqlClientRow> | undefined;
  while (measured.length < MEASURED_ROWS) {
    next = await iterator.next();
    if (next.done === true) break;
    measured.push(cellsOf(columns, next.value, mode));
  }
  if (columns.length === 0) return;
  const widths = columns.map(({ name }, index) =>
    Math.max(3, widthOf(name), ...measured.map((row) => widthOf(row[index] ?? ''))),
  );
  const line = (cells: readonly string[]): string => rowText(columns, widths, cells, mode);
  const names = columns.map(({ name }) => oneLine(name));
  yield { text: `${line(names)}${ruleText(columns, widths, mode)}`, rows: 0 };
  yield { text: measured.map(line).join(''), rows: measured.length };
  if (next?.done === true) return;
  for (;;) {
    next = await iterator.next();
    if (next.done === true) return;
    yield { text: line(cellsOf(columns, next.value, mode)), rows: 1 };
  }
}

/** In a table a value of several lines has as many; Markdown has no such rows. */
function rowText(
  columns: readonly SqlClientColumn[],
  widths: readonly number[],
  cells: readonly string[],
  mode: 'table' | 'markdown',
): string {
  const lines = cells.map((cell) => cell.split('\n'));
  const height = Math.max(...lines.map(({ length }) => length));
  let text = '';
  for (let at = 0; at < height; at++) {
    const padded = lines.map((cell, index) => {
      const width = widths[index] as number;
      const part = cell[at] ?? '';
      return isNumeric(columns[index]) ? padStart(part, width) : padEnd(part, width);
    });
    text +=
      mode === 'markdown' ? `| ${padded.join(' | ')} |\n` : `${padded.join('  ').trimEnd()}\n`;
  }
  return text;
}

function ruleText(
  columns: readonly SqlClientColumn[],
  widths: readonly number[],
  mode: 'table' | 'markdown',
): string {
  if (mode === 'table') return `${widths.map((width) => '-'.repeat(width)).join('  ')}\n`;
  const rules = widths.map((width, index) =>
    isNumeric(columns[index]) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  );
  return `| ${rules.join(' | ')} |\n`;
}

function cellsOf(
  columns: readonly SqlClientColumn[],
  row: SqlClientRow,
  mode: 'table' | 'markdown',
): string[] {
  const texts = columns.map(({ name }) => printable(cellText(row[name]).trimEnd()));
  return mode === 'table' ? texts : texts.map((text) => oneLine(text).replaceAll('|', '\\|'));
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Control characters in a topic's values must not reach the terminal. */
function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]/gu, '\uFFFD');
}

function oneLine(text: string): string {
  return printable(text).replaceAll('\n', '\\n');
}

function isNumeric(column: SqlClientColumn | undefined): boolean {
  return NUMERIC.test(column?.type ?? '');
}

const WIDE =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/gu;

/** Columns of a terminal its longest line takes; characters of East Asia take two. */
function widthOf(text: string): number {
  return Math.max(...text.split('\n').map(lineWidth));
}

function lineWidth(text: string): number {
  let width = text.match(WIDE)?.length ?? 0;
  for (const _ of text) width += 1;
  return width;
}

function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}
