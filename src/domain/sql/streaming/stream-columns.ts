import { intervalMs } from './interval.ts';
import { isMark, isWord, type SignificantToken } from './significant-tokens.ts';
import type { StatementReader } from './statement-reader.ts';

/** A column of a stream: a field of the value with the type it is read as, or an expression over the others. */
export type StreamColumn =
  | { readonly name: string; readonly type: string }
  | { readonly name: string; readonly expression: string };

/** `WATERMARK FOR column AS column - INTERVAL …`. */
export interface WatermarkClause {
  readonly column: string;
  readonly outOfOrdernessMs: number;
}

interface StreamDefinition {
  readonly columns: readonly StreamColumn[];
  readonly watermark: WatermarkClause | undefined;
}

const WATERMARK_HINT = 'as in WATERMARK FOR ts AS ts - INTERVAL 5 SECONDS';
const CONSTRAINTS = [
  'PRIMARY',
  'KEY',
  'NOT',
  'UNIQUE',
  'CHECK',
  'DEFAULT',
  'METADATA',
  'REFERENCES',
];

export function takeStreamColumns(reader: StatementReader): StreamDefinition {
  const columns: StreamColumn[] = [];
  let watermark: WatermarkClause | undefined;
  for (const part of reader.takeArguments() ?? []) {
    if (isWord(part[0], 'WATERMARK') && isWord(part[1], 'FOR')) {
      if (watermark !== undefined) throw reader.error('WATERMARK stands twice', undefined, part[0]);
      watermark = watermarkOf(reader, part);
    } else columns.push(columnOf(reader, part));
  }
  return { columns, watermark };
}

function watermarkOf(reader: StatementReader, part: readonly SignificantToken[]): WatermarkClause {
  const [, , column, as, again, minus, ...rest] = part;
  const isSame = column !== undefined && again?.text.toLowerCase() === column.text.toLowerCase();
  const wrong = (token: SignificantToken | undefined): Error =>
    reader.error(
      'the watermark is its column, or the column less an interval',
      WATERMARK_HINT,
      token,
    );
  if (!isWord(as, 'AS') || !isSame) throw wrong(again ?? part[0]);
  if (minus === undefined) return { column: column.text, outOfOrdernessMs: 0 };
  const length = intervalMs(reader.textOf(rest));
  if (!isMark(minus, '-') || typeof length !== 'number' || length < 0) throw wrong(minus);
  return { column: column.text, outOfOrdernessMs: length };
}

function columnOf(reader: StatementReader, part: readonly SignificantToken[]): StreamColumn {
  const [name, ...rest] = part;
  if (name?.kind !== 'name' && name?.kind !== 'word') {
    throw reader.error('the name of a column is expected here', 'as in (user_id BIGINT, …)', name);
  }
  if (isWord(rest[0], 'AS')) {
    const expression = reader.textOf(rest.slice(1));
    if (expression === '') throw reader.error('the expression is missing', undefined, name);
    return { name: name.text, expression };
  }
  const constraint = rest.find((token) => token.depth === 1 && isWord(token, ...CONSTRAINTS));
  if (constraint !== undefined) {
    const hint = `leave ${constraint.text.toUpperCase()} out`;
    throw reader.error('columns of a stream have no constraints', hint, constraint);
  }
  const type = reader.textOf(rest);
  if (!isType(rest)) {
    throw reader.error(`${name.text} needs a type`, 'as in (user_id BIGINT, …)', rest[0] ?? name);
  }
  return { name: name.text, type };
}

/** A name of a type, with brackets behind it, and nothing that could end the definition it is put into. */
function isType(tokens: readonly SignificantToken[]): boolean {
  const [first] = tokens;
  if (first?.kind !== 'word') return false;
  return tokens.every(
    ({ kind, text }) =>
      kind === 'word' || kind === 'name' || (kind === 'other' && /[\d()[\],]/.test(text)),
  );
}
