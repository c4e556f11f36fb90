import { SqlError } from '../sql-error.ts';
import { positionAt, TokenCursor } from '../token-cursor.ts';
import { SCHEMA_FORMATS, type SchemaFormat, type SchemaRole } from './declared-schema.ts';

/** A column as it was written: the engine says what its type is. */
export interface WrittenColumn {
  readonly name: string;
  readonly type: string;
  readonly at: number;
}

export interface CreateTopicSchema {
  readonly type: 'create';
  readonly topic: string;
  readonly role: SchemaRole;
  readonly replace: boolean;
  readonly ifNotExists: boolean;
  readonly columns: readonly WrittenColumn[];
  readonly format: SchemaFormat;
  readonly definition: string | undefined;
  readonly message: string | undefined;
  readonly framed: boolean;
  readonly schemaId: number | undefined;
  /** Where the definition stands in the statement. */
  readonly definitionAt: number;
}

export type TopicSchemaStatement =
  | CreateTopicSchema
  | {
      readonly type: 'drop';
      readonly topic: string;
      readonly role: SchemaRole;
      readonly ifExists: boolean;
    }
  | { readonly type: 'show' };

const SHAPE = 'CREATE TOPIC SCHEMA "topic" (name TYPE, …) WITH (format = \'json\')';
const OPTIONS = ['format', 'schema', 'message', 'framing', 'schema_id'];
/** The columns every topic has. */
const RESERVED = new Set(['kafka_partition', 'kafka_offset', 'kafka_timestamp']);
const COLUMNS_MAX = 1000;

/** CREATE, DROP and SHOW of topic schemas; undefined for any other statement. Throws an SqlError with the place of what is wrong. */
export function parseTopicSchemaStatement(sql: string): TopicSchemaStatement | undefined {
  const cursor = new TokenCursor(sql);
  if (cursor.accept('show', 'topic', 'schemas')) {
    cursor.expectEnd();
    return { type: 'show' };
  }
  if (cursor.accept('drop', 'topic', 'schema')) {
    const ifExists = cursor.accept('if', 'exists');
    const topic = cursor.name('the name of a topic').text;
    const role = roleOf(cursor);
    cursor.expectEnd();
    return { type: 'drop', topic, role, ifExists };
  }
  const replace = cursor.accept('create', 'or', 'replace', 'topic', 'schema');
  if (!replace && !cursor.accept('create', 'topic', 'schema')) return undefined;
  const ifNotExists = cursor.accept('if', 'not', 'exists');
  const topic = cursor.name('the name of a topic').text;
  const role = roleOf(cursor);
  const columns = cursor.acceptSymbol('(') ? columnsOf(cursor, sql) : [];
  const options = cursor.accept('with') ? optionsOf(cursor) : new Map<string, Option>();
  cursor.expectEnd();
  return {
    type: 'create',
    topic,
    role,
    replace,
    ifNotExists,
    columns,
    ...meant(options, sql, columns),
  };
}

function roleOf(cursor: TokenCursor): SchemaRole {
  if (cursor.accept('for', 'key')) return 'key';
  cursor.accept('for', 'value');
  return 'value';
}

function columnsOf(cursor: TokenCursor, sql: string): WrittenColumn[] {
  const columns: WrittenColumn[] = [];
  const names = new Set<string>();
  do {
    const { text: name, at } = cursor.name('the name of a column');
    const lower = name.toLowerCase();
    if (RESERVED.has(lower)) cursor.fail(`every topic has a column ${lower} of its own`, { at });
    if (names.has(lower)) cursor.fail(`there are two columns ${name}`, { at });
    names.add(lower);
    columns.push({ name, ...typeOf(cursor, sql, name) });
    if (columns.length > COLUMNS_MAX) cursor.fail(`there are more than ${COLUMNS_MAX} columns`);
  } while (cursor.acceptSymbol(','));
  cursor.expectSymbol(')', 'after the columns');
  return columns;
}

/** The words up to the comma or parenthesis that ends the column. */
function typeOf(cursor: TokenCursor, sql: string, column: string): { type: string; at: number } {
  const { at } = cursor;
  let depth = 0;
  for (let token = cursor.next; token !== undefined; token = cursor.next) {
    const symbol = token.kind === 'other' ? token.text : '';
    if (depth === 0 && (symbol === ',' || symbol === ')')) break;
    if (symbol === '(' || symbol === '[') depth += 1;
    if (symbol === ')' || symbol === ']') depth -= 1;
    if (symbol === ';') cursor.fail('; is not expected here');
    cursor.take();
  }
  const type = sql.slice(at, cursor.at).trim();
  if (type === '') cursor.fail(`column ${column} has no type`, { at, hint: SHAPE });
  return { type, at };
}

interface Option {
  readonly value: string;
  readonly at: number;
}

function optionsOf(cursor: TokenCursor): ReadonlyMap<string, Option> {
  const options = new Map<string, Option>();
  cursor.expectSymbol('(', 'after WITH');
  do {
    const { text, at } = cursor.name('an option');
    const name = text.toLowerCase();
    if (!OPTIONS.includes(name)) {
      cursor.fail(`there is no option ${text}`, { at, hint: `options are ${OPTIONS.join(', ')}` });
    }
    if (options.has(name)) cursor.fail(`${name} is given twice`, { at });
    cursor.expectSymbol('=', `after ${name}`);
    const valueAt = cursor.at;
    const value = name === 'schema_id' ? digitsOf(cursor) : cursor.text(name);
    options.set(name, { value, at: valueAt });
  } while (cursor.acceptSymbol(','));
  cursor.expectSymbol(')', 'after the options');
  return options;
}

function digitsOf(cursor: TokenCursor): string {
  let digits = '';
  while (/^\d$/.test(cursor.next?.text ?? '')) digits += cursor.take()?.text;
  if (digits === '') cursor.fail('schema_id is a number');
  return digits;
}

type Meant = Pick<
  CreateTopicSchema,
  'format' | 'definition' | 'message' | 'framed' | 'schemaId' | 'definitionAt'
>;

function meant(
  options: ReadonlyMap<string, Option>,
  sql: string,
  columns: readonly WrittenColumn[],
): Meant {
  const fail = (message: string, name: string, hint?: string): never => {
    const position = positionAt(sql, options.get(name)?.at ?? sql.length);
    throw new SqlError('INVALID', message, { position, hint });
  };
  const format = options.get('format')?.value.toLowerCase() ?? 'json';
  if (!isFormat(format)) {
    return fail(`${format} is no format`, 'format', `formats are ${SCHEMA_FORMATS.join(', ')}`);
  }
  const definition = options.get('schema')?.value;
  if (definition === undefined && format !== 'json') {
    fail(`${format} needs a schema`, 'format', `WITH (format = '${format}', schema = '…')`);
  }
  if (definition === undefined && columns.length === 0)
    fail('there are no columns', 'schema', SHAPE);
  const message = options.get('message')?.value;
  if (message !== undefined && format !== 'protobuf') fail('only Protobuf has messages', 'message');
  const framing = options.get('framing')?.value.toLowerCase();
  if (framing !== undefined && framing !== 'none' && framing !== 'confluent') {
    fail(`${framing} is no framing`, 'framing', "framing is 'none' or 'confluent'");
  }
  const id = options.get('schema_id')?.value;
  const schemaId = id === undefined ? undefined : Number(id);
  if (schemaId !== undefined && !(schemaId <= 0xffff_ffff))
    fail('schema_id is a number', 'schema_id');
  if (schemaId !== undefined && framing === 'none')
    fail('without frames there are no ids', 'schema_id');
  const framed = framing === 'confluent' || schemaId !== undefined;
  return {
    format,
    definition,
    message,
    framed,
    schemaId,
    definitionAt: options.get('schema')?.at ?? 0,
  };
}

function isFormat(format: string): format is SchemaFormat {
  return (SCHEMA_FORMATS as readonly string[]).includes(format);
}
