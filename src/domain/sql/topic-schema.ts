import { quoteIdentifier, quoteText } from './quote.ts';
import type { DeclaredSchema, SchemaDefinition } from './schema/declared-schema.ts';
import { sqlTokens } from './statements.ts';

/** A field of a topic's values, with the type it is read as. */
export interface TopicField {
  readonly name: string;
  /** As `from_json` takes it: a type's name, or a list or object of such. */
  readonly structure: unknown;
  /** What it is then cast to, where that is another type: JSON has no bytes. */
  readonly type?: string | undefined;
}

/** How bytes of a declared schema become JSON; the engine's function takes it as JSON. */
export interface DecoderSpec extends SchemaDefinition {
  readonly framed: boolean;
  readonly schemaId?: number | undefined;
}

/** What the columns of a topic are. */
export interface TopicSchema {
  readonly fields: readonly TopicField[];
  /** Whether keys or values are bytes that are not text. */
  readonly binaryKey: boolean;
  readonly binaryValue: boolean;
  /** Of values that are not JSON as they are. */
  readonly decoder?: DecoderSpec | undefined;
  /** Of keys with a declared schema. */
  readonly key?: KeySchema | undefined;
}

export interface KeySchema {
  readonly fields: readonly TopicField[];
  readonly decoder?: DecoderSpec | undefined;
}

/** What a scan of a topic is told; the engine's table function takes it as JSON. */
export interface ScanSpec {
  readonly topic: string;
  readonly binaryKey: boolean;
  readonly binaryValue: boolean;
  readonly partitions?: readonly number[];
  readonly fromOffset?: string;
  readonly toOffset?: string;
  readonly fromTimestampMs?: string;
  readonly toTimestampMs?: string;
  /** Whether the order of the rows matters to nobody, so that several threads may take them. */
  readonly unordered?: boolean;
  /** Offsets of partitions that are left out, [from, to): history has them. */
  readonly covered?: Readonly<Record<string, readonly [number, number]>>;
  /** Whether text that is none ends the scan, where else it is repaired. */
  readonly strict?: boolean;
  /** Just these offsets, the ends exclusive, in place of bounds; a partition without any is not read. */
  readonly ranges?: readonly OffsetRange[];
  /** The statement that is told how far the scan is. */
  readonly statement?: number;
  /** Names the count of the records that are read. */
  readonly tally?: string;
}

export interface OffsetRange {
  readonly partition: number;
  readonly fromOffset: string;
  readonly toOffset: string;
}

export const SCAN_FUNCTION = 'kawa_topic';
export const DECODE_FUNCTION = 'kawa_decode';
/** Makes text of bytes, whatever they are. */
export const TEXT_FUNCTION = 'kawa_text';

/** Columns every topic has; a field of such a name is reached through the value. */
const OWN_COLUMNS = new Set(['kafka_partition', 'kafka_offset', 'kafka_timestamp']);
const FIELDS_MAX = 1000;
/** Types a sample proves too little of: an id that was small so far may be negative or large tomorrow. */
const WIDER: Readonly<Record<string, string>> = { UBIGINT: 'BIGINT', NULL: 'JSON' };

/** The fields of a structure that `json_group_structure` told of a sample of values. */
export function fieldsOf(structure: unknown): TopicField[] {
  if (typeof structure !== 'object' || structure === null || Array.isArray(structure)) return [];
  const fields: TopicField[] = [];
  const names = new Set(OWN_COLUMNS);
  for (const [name, type] of Object.entries(structure)) {
    // SQL names do not tell upper and lower case apart: the first one has the column.
    if (name === '' || names.has(name.toLowerCase())) continue;
    names.add(name.toLowerCase());
    fields.push({ name, structure: widened(type) });
    if (fields.length === FIELDS_MAX) break;
  }
  return fields;
}

function widened(structure: unknown): unknown {
  if (typeof structure === 'string') return WIDER[structure] ?? structure;
  if (Array.isArray(structure)) return structure.map(widened);
  return Object.fromEntries(
    Object.entries(structure as object).map(([name, type]) => [name, widened(type)]),
  );
}

/** The fields of declared columns. */
export function declaredFields(schema: DeclaredSchema): TopicField[] {
  const decoded = decoderSpecOf(schema) !== undefined && schema.format !== 'json';
  return schema.columns
    .filter(({ name }) => !OWN_COLUMNS.has(name.toLowerCase()))
    .map(({ name, type }) => {
      const structure = decoded ? withoutBytes(type) : type;
      return { name, structure, ...(structure !== type && { type }) };
    });
}

/** The type with texts for its bytes, which decoders write as `\xFF`. */
function withoutBytes(type: string): string {
  const tokens = [...sqlTokens(type)].map(({ kind, text }) => {
    if (kind === 'name') return quoteIdentifier(text);
    return kind === 'word' && text.toUpperCase() === 'BLOB' ? 'VARCHAR' : text;
  });
  return tokens.join('');
}

/** Undefined for plain JSON, which the engine reads without help. */
export function decoderSpecOf(schema: DeclaredSchema): DecoderSpec | undefined {
  const { format, definition, message, framed, schemaId } = schema;
  if (format === 'json') return framed ? { format, framed, schemaId } : undefined;
  return { format, definition, message, framed, schemaId };
}

/**
 * The SELECT that gives a topic's columns. A field that has the name of one of the raw columns takes it, and the raw one
 * is then called kafka_key, kafka_value or kafka_headers. `used` leaves fields out that nobody asks for. `condition` is
 * made of the fields that are read; it may use the scan's columns and `kawa_fields`.
 */
export function topicSelect(
  spec: ScanSpec,
  schema: TopicSchema,
  used?: (field: string) => boolean,
  condition?: (fields: readonly TopicField[]) => string,
): string {
  const scan = `${SCAN_FUNCTION}(${quoteText(JSON.stringify(spec))})`;
  return columnsSelect(scan, schema, { used, condition });
}

export interface ColumnsOptions {
  readonly used?: ((field: string) => boolean) | undefined;
  /** Whether the source has the fields as columns, called kawa_field_ and their name. */
  readonly typed?: boolean;
  readonly condition?: ((fields: readonly TopicField[]) => string) | undefined;
}

/** The same out of any source of raw columns. */
export function columnsSelect(
  source: string,
  schema: TopicSchema,
  { used, typed = false, condition }: ColumnsOptions,
): string {
  const raw = rawNames(schema);
  const fields = schema.fields.filter(({ name }) => used?.(name) ?? true);
  const { key } = schema;
  const columns = [
    ...['kafka_partition', 'kafka_offset', 'kafka_timestamp'],
    `kawa_key AS ${raw('key')}`,
    `kawa_value AS ${raw('value')}`,
    `kawa_headers::JSON AS ${raw('headers')}`,
    ...(key === undefined ? [] : [`kawa_key_fields AS ${raw('key_fields')}`]),
    ...fields.map(typed ? typedColumn : fieldColumn),
  ];
  const parsed = [
    ...(fields.length === 0 || typed
      ? []
      : [`${parsedFields('kawa_value', fields, schema.decoder)} AS kawa_fields`]),
    ...(key === undefined
      ? []
      : [`${parsedFields('kawa_key', key.fields, key.decoder)} AS kawa_key_fields`]),
  ];
  const from = parsed.length === 0 ? source : `(SELECT *, ${parsed.join(', ')} FROM ${source})`;
  const where = condition === undefined || fields.length === 0 ? '' : ` WHERE ${condition(fields)}`;
  return `SELECT ${columns.join(', ')} FROM ${from}${where}`;
}

/** The names of the columns of a topic, as `topicSelect` gives them. */
export function topicColumns(schema: TopicSchema): string[] {
  const raw = rawNames(schema);
  return [
    ...['kafka_partition', 'kafka_offset', 'kafka_timestamp'],
    ...['key', 'value', 'headers', ...(schema.key === undefined ? [] : ['key_fields'])].map(raw),
    ...schema.fields.map(({ name }) => name),
  ];
}

/** How the raw columns of a topic are called. */
export function rawNames({ fields }: Pick<TopicSchema, 'fields'>): (name: string) => string {
  const taken = new Set(fields.map(({ name }) => name.toLowerCase()));
  return (name) => (taken.has(name) ? `kafka_${name}` : name);
}

function typedColumn({ name }: TopicField): string {
  return `${quoteIdentifier(`kawa_field_${name}`)} AS ${quoteIdentifier(name)}`;
}

function fieldColumn({ name, type }: TopicField): string {
  const field = `kawa_fields.${quoteIdentifier(name)}`;
  return `${type === undefined ? field : `CAST(${field} AS ${type})`} AS ${quoteIdentifier(name)}`;
}

/** What is no such JSON gives NULLs: from_json alone would end the query. */
function parsedFields(
  column: string,
  fields: readonly TopicField[],
  decoder: DecoderSpec | undefined,
): string {
  const structure = Object.fromEntries(fields.map((field) => [field.name, field.structure]));
  const text = decodedText(column, decoder);
  return `try(from_json(${text}, ${quoteText(JSON.stringify(structure))}))`;
}

/** The JSON of keys or values; NULL where a decoder makes nothing of them. */
export function decodedText(column: string, decoder: DecoderSpec | undefined): string {
  if (decoder === undefined) return column;
  return `${DECODE_FUNCTION}(${quoteText(JSON.stringify(decoder))}, ${column})`;
}
