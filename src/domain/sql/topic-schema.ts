import { quoteIdentifier, quoteText } from './quote.ts';

/** A field of a topic's JSON values, with the type it is read as. */
export interface TopicField {
  readonly name: string;
  /** As `from_json` takes it: a type's name, or a list or object of such. */
  readonly structure: unknown;
}

/** What the columns of a topic are. */
export interface TopicSchema {
  readonly fields: readonly TopicField[];
  /** Whether keys or values are bytes that are not text. */
  readonly binaryKey: boolean;
  readonly binaryValue: boolean;
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
}

export const SCAN_FUNCTION = 'kawa_topic';

const FIELDS_MAX = 1000;
/** Types a sample proves too little of: an id that was small so far may be negative or large tomorrow. */
const WIDER: Readonly<Record<string, string>> = { UBIGINT: 'BIGINT', NULL: 'JSON' };

/** The fields of a structure that `json_group_structure` told of a sample of values. */
export function fieldsOf(structure: unknown): TopicField[] {
  if (typeof structure !== 'object' || structure === null || Array.isArray(structure)) return [];
  const fields: TopicField[] = [];
  const names = new Set<string>();
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

/**
 * The SELECT that gives a topic's columns. A field that has the name of one of the raw columns takes it, and the raw one
 * is then called kafka_key, kafka_value or kafka_headers. `used` leaves fields out that nobody asks for.
 */
export function topicSelect(
  spec: ScanSpec,
  schema: TopicSchema,
  used?: (field: string) => boolean,
): string {
  const taken = new Set(schema.fields.map(({ name }) => name.toLowerCase()));
  const raw = (name: string, expression: string): string =>
    `${expression} AS ${taken.has(name) ? `kafka_${name}` : name}`;
  const fields = schema.fields.filter(({ name }) => used?.(name) ?? true);
  const columns = [
    ...['kafka_partition', 'kafka_offset', 'kafka_timestamp'],
    raw('key', 'kawa_key'),
    raw('value', 'kawa_value'),
    raw('headers', 'kawa_headers::JSON'),
    ...fields.map(({ name }) => `kawa_fields.${quoteIdentifier(name)} AS ${quoteIdentifier(name)}`),
  ];
  const scan = `${SCAN_FUNCTION}(${quoteText(JSON.stringify(spec))})`;
  if (fields.length === 0) return `SELECT ${columns.join(', ')} FROM ${scan}`;
  const structure = Object.fromEntries(fields.map((field) => [field.name, field.structure]));
  // A value that is no such JSON gives NULLs: from_json alone would end the query.
  const parsed = `try(from_json(kawa_value, ${quoteText(JSON.stringify(structure))}))`;
  return `SELECT ${columns.join(', ')} FROM (SELECT *, ${parsed} AS kawa_fields FROM ${scan})`;
}
