import { quoteIdentifier, quoteText } from '../quote.ts';
import { structType } from '../schema/column-types.ts';
import {
  type ColumnsOptions,
  columnsSelect,
  type OffsetRange,
  TEXT_FUNCTION,
  type TopicField,
  type TopicSchema,
} from '../topic-schema.ts';
import {
  filesWithin,
  type HistoryFile,
  type HistoryManifest,
  partitionOf,
  type RawColumn,
} from './history-manifest.ts';

/** A topic's history where the engine reads it. */
export interface TopicHistoryPlace {
  /** The folder of the files. */
  readonly directory: string;
  readonly manifest: HistoryManifest;
  /** Another one whenever the manifest is another. */
  readonly revision: number;
}

interface Run {
  readonly files: HistoryFile[];
  readonly source: string;
  readonly typed: boolean;
  readonly from: number;
}

/**
 * The SELECTs that give a topic's columns out of files, in the order of offsets. Fields that a file has in columns of
 * their own are read there when they were read as they are now; else they are read out of the value again, so that what a query gives
 * does not depend on what was known when the file was written.
 */
export function historySelects(
  { directory, manifest }: TopicHistoryPlace,
  files: readonly HistoryFile[],
  schema: TopicSchema,
  used?: (field: string) => boolean,
): string[] {
  const fields = schema.fields.filter(({ name }) => used?.(name) ?? true);
  const runs: Run[] = [];
  for (const file of files) {
    const typed = hasFields(file, fields, schema);
    const source = rawColumns(file, schema, typed ? fields : []);
    const deletedBefore = partitionOf(manifest, file.partition)?.deletedBefore ?? 0;
    const from = Math.max(file.firstOffset, deletedBefore) === file.firstOffset ? 0 : deletedBefore;
    const last = runs.at(-1);
    if (last?.source === source && last.from === from && from === 0) last.files.push(file);
    else runs.push({ files: [file], source, typed, from });
  }
  return runs.map((run) => {
    const paths = run.files.map(({ name }) => quoteText(`${directory}/${name}`));
    const where = run.from === 0 ? '' : ` WHERE kafka_offset >= ${run.from}`;
    const rows = `(SELECT ${run.source} FROM read_parquet([${paths.join(', ')}])${where})`;
    return columnsSelect(rows, schema, { used, typed: run.typed });
  });
}

/**
 * The SELECTs that give a topic's columns of just these offsets. Fields are read out of the values, as a scan of the log does, so that
 * what is wrong with a value shows.
 */
export function historyRangeSelects(
  place: TopicHistoryPlace,
  ranges: readonly OffsetRange[],
  schema: TopicSchema,
  options: ColumnsOptions,
): string[] {
  return historyRows(place, ranges, schema).map((rows) => columnsSelect(rows, schema, options));
}

/** What stands after FROM to read the raw columns of these offsets: for each file a relation. */
export function historyRows(
  { directory, manifest }: TopicHistoryPlace,
  ranges: readonly OffsetRange[],
  schema: Pick<TopicSchema, 'binaryKey' | 'binaryValue'>,
): string[] {
  return ranges.flatMap(({ partition, fromOffset, toOffset }) =>
    filesWithin(manifest, { partitions: [partition], fromOffset, toOffset }).map((file) => {
      const path = quoteText(`${directory}/${file.name}`);
      const within = `kafka_offset >= ${fromOffset} AND kafka_offset < ${toOffset}`;
      return `(SELECT ${rawColumns(file, schema, [])} FROM read_parquet(${path}) WHERE ${within})`;
    }),
  );
}

function hasFields(
  { columns }: HistoryFile,
  fields: readonly TopicField[],
  { decoder }: TopicSchema,
): boolean {
  if (JSON.stringify(columns.decoder) !== JSON.stringify(decoder)) return fields.length === 0;
  const known = new Map(columns.fields.map((field) => [field.name, readAs(field)]));
  return fields.every((field) => known.get(field.name) === readAs(field));
}

function readAs({ structure, type }: TopicField): string {
  return JSON.stringify([structure, type]);
}

/** The columns as a scan of the log gives them, and the fields that are read as they are. */
function rawColumns(
  { columns }: HistoryFile,
  schema: Pick<TopicSchema, 'binaryKey' | 'binaryValue'>,
  fields: readonly TopicField[],
): string {
  return [
    ...['kafka_partition', 'kafka_offset', 'kafka_timestamp'],
    `${rawColumn(columns.key, schema.binaryKey)} AS kawa_key`,
    `${rawColumn(columns.value, schema.binaryValue)} AS kawa_value`,
    `${quoteIdentifier(columns.headers)}::VARCHAR AS kawa_headers`,
    ...fields.map((field) => {
      const name = quoteIdentifier(field.name);
      return `CAST(${name} AS ${field.type ?? typeOf(field.structure)}) AS ${quoteIdentifier(`kawa_field_${field.name}`)}`;
    }),
  ].join(', ');
}

function rawColumn({ name, binary }: RawColumn, asBytes: boolean): string {
  const column = quoteIdentifier(name);
  if (binary === asBytes) return column;
  // Bytes that are no text have the replacement character, as in a scan of the log.
  return asBytes
    ? `encode(${column})`
    : `coalesce(try(decode(${column})), ${TEXT_FUNCTION}(${column}))`;
}

/** The type of SQL that a structure is read as. */
function typeOf(structure: unknown): string {
  if (typeof structure === 'string') return structure;
  if (Array.isArray(structure)) return `${typeOf(structure[0] ?? 'JSON')}[]`;
  return structType(
    Object.entries(structure as object).map(([name, each]) => ({ name, type: typeOf(each) })),
  );
}
