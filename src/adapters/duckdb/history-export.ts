import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection, DuckDBMapValue, DuckDBValue } from '@duckdb/node-api';
import type { HistoryColumns, HistoryFile } from '../../domain/sql/history/history-manifest.ts';
import { quoteText } from '../../domain/sql/quote.ts';
import {
  rawNames,
  type ScanSpec,
  type TopicSchema,
  topicSelect,
} from '../../domain/sql/topic-schema.ts';
import type { ExportableRange, ExportableTopic, ExportedRange } from '../../ports/topic-history.ts';
import { NOT_TEXT } from './text-column.ts';

/** What a file holds at most: batches of the log, and records. */
const FILE_LOG_BYTES = 512 * 1024 * 1024;
const FILE_OFFSETS = 2_000_000;
/** The engine gathers a row group in memory; small ones can be passed over by their bounds. */
const ROW_GROUP_LOG_BYTES = 16 * 1024 * 1024;
const ROW_GROUP_ROWS_MIN = 2048;
const ROW_GROUP_ROWS_MAX = 65_536;
const FIRST_DIGITS = 20;

interface FileStatistics {
  readonly records: number;
  readonly sizeBytes: number;
  readonly minTimestampMs: number;
  readonly maxTimestampMs: number;
}

let sequence = 0;

/** A range in pieces, each of which makes a file. */
export function pieces(range: ExportableRange): ExportableRange[] {
  const { partition, firstOffset, nextOffset, sizeBytes } = range;
  const count = nextOffset - firstOffset;
  const files = Math.max(Math.ceil(sizeBytes / FILE_LOG_BYTES), Math.ceil(count / FILE_OFFSETS));
  const each = Math.ceil(count / Math.max(1, Math.min(files, count)));
  const found: ExportableRange[] = [];
  for (let first = firstOffset; first < nextOffset; first += each) {
    const next = Math.min(first + each, nextOffset);
    const share = (sizeBytes * (next - first)) / count;
    found.push({ partition, firstOffset: first, nextOffset: next, sizeBytes: share });
  }
  return found;
}

/** Writes the records of a range to a file of a temporary name. Nothing is left behind where that fails. */
export async function writeHistoryFile(
  connection: DuckDBConnection,
  { topic, topicId, directory }: ExportableTopic,
  range: ExportableRange,
  schema: TopicSchema,
): Promise<ExportedRange> {
  sequence += 1;
  const { partition, firstOffset, nextOffset } = range;
  const temporaryName = `${sequence}.tmp`;
  const path = join(directory, temporaryName);
  const metadata = {
    ...{ 'kawadb.topic': topic, 'kawadb.topic_id': topicId, 'kawadb.partition': partition },
    ...{ 'kawadb.first_offset': firstOffset, 'kawadb.last_offset': nextOffset - 1 },
  };
  try {
    const { columns, statistics } = await written(connection, topic, range, schema, path, metadata);
    const exported = { topic, topicId, partition, firstOffset, nextOffset };
    if (statistics.records === 0) {
      await rm(path, { force: true });
      return exported;
    }
    const name = `${partition}-${String(firstOffset).padStart(FIRST_DIGITS, '0')}.parquet`;
    const file: HistoryFile = { name, partition, firstOffset, nextOffset, ...statistics, columns };
    return { ...exported, written: { temporaryName, file } };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

interface Attempt {
  readonly binaryKey: boolean;
  readonly binaryValue: boolean;
  readonly fields: TopicSchema['fields'];
}

/** As text with its fields, where keys and values are text and the fields have types that a file can have. */
async function written(
  connection: DuckDBConnection,
  topic: string,
  range: ExportableRange,
  schema: TopicSchema,
  path: string,
  metadata: Readonly<Record<string, string | number>>,
): Promise<{ columns: HistoryColumns; statistics: FileStatistics }> {
  const { binaryKey, binaryValue, fields } = schema;
  const attempts: Attempt[] = [
    { binaryKey, binaryValue, fields },
    { binaryKey: true, binaryValue, fields },
    // Without a decoder the fields are read out of text.
    { binaryKey: true, binaryValue: true, fields: schema.decoder === undefined ? [] : fields },
    { binaryKey: true, binaryValue: true, fields: [] },
  ];
  for (const attempt of attempts) {
    const tried: TopicSchema = { ...schema, ...attempt, key: undefined };
    try {
      const statistics = await copy(connection, topic, range, tried, path, metadata);
      return { columns: columnsOf(tried), statistics };
    } catch (error) {
      const { message } = error as Error;
      const mayHelp = message.includes(NOT_TEXT) || /^(Not implemented|Binder) Error/.test(message);
      if (!mayHelp || attempt === attempts.at(-1)) throw error;
    }
  }
  throw new Error('unreachable');
}

function columnsOf(schema: TopicSchema): HistoryColumns {
  const name = rawNames(schema);
  return {
    key: { name: name('key'), binary: schema.binaryKey },
    value: { name: name('value'), binary: schema.binaryValue },
    headers: name('headers'),
    fields: schema.fields,
    ...(schema.decoder && { decoder: schema.decoder }),
  };
}

async function copy(
  connection: DuckDBConnection,
  topic: string,
  { partition, firstOffset, nextOffset, sizeBytes }: ExportableRange,
  schema: TopicSchema,
  path: string,
  metadata: Readonly<Record<string, string | number>>,
): Promise<FileStatistics> {
  const { binaryKey, binaryValue } = schema;
  const spec: ScanSpec = {
    ...{ topic, binaryKey, binaryValue, strict: true, partitions: [partition] },
    ...{ fromOffset: String(firstOffset), toOffset: String(nextOffset) },
  };
  const rowBytes = Math.max(1, sizeBytes / (nextOffset - firstOffset));
  const rows = Math.floor(ROW_GROUP_LOG_BYTES / rowBytes);
  const rowGroup = Math.min(Math.max(rows, ROW_GROUP_ROWS_MIN), ROW_GROUP_ROWS_MAX);
  const pairs = Object.entries(metadata).map(
    ([name, value]) => `'${name}': ${quoteText(String(value))}`,
  );
  const options = [
    ...['FORMAT parquet', 'COMPRESSION zstd', 'PARQUET_VERSION v2', `ROW_GROUP_SIZE ${rowGroup}`],
    ...[`KV_METADATA {${pairs.join(', ')}}`, 'USE_TMP_FILE false', 'RETURN_STATS'],
  ];
  const result = await connection.runAndReadAll(
    `COPY (${topicSelect(spec, schema)}) TO ${quoteText(path)} (${options.join(', ')})`,
  );
  const [row] = result.getRowObjects();
  return statisticsOf(row as Record<string, DuckDBValue>);
}

function statisticsOf(row: Record<string, DuckDBValue>): FileStatistics {
  const columns = row.column_statistics as DuckDBMapValue;
  const times = columns.entries.find(({ key }) => key === '"kafka_timestamp"')?.value;
  const time = (name: string): number => {
    const text = (times as DuckDBMapValue | undefined)?.entries.find(
      ({ key }) => key === name,
    )?.value;
    return Date.parse(`${String(text ?? '1970-01-01 00:00:00').replace(' ', 'T')}Z`);
  };
  return {
    records: Number(row.count),
    sizeBytes: Number(row.file_size_bytes),
    minTimestampMs: Math.floor(time('min')),
    maxTimestampMs: Math.ceil(time('max')),
  };
}
