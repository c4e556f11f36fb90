import {
  BIGINT,
  BLOB,
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBTableFunction,
  type DuckDBType,
  INTEGER,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api';
import { SCAN_FUNCTION, type ScanSpec } from '../../domain/sql/topic-schema.ts';
import type { Compression } from '../../ports/compression.ts';
import type { PartitionRange } from '../../ports/topic-source.ts';
import { duckdb } from './bindings.ts';
import type { LogBridge } from './log-bridge.ts';
import { IntegerColumn, LongColumn } from './number-column.ts';
import { outsideOfHistory } from './outside-of-history.ts';
import type { ScanProgress } from './scan-progress.ts';
import { heapLayoutHolds, TextColumn } from './text-column.ts';
import { boundsOf, type ScannedRecord, TopicScan } from './topic-scan.ts';

/** The engine's own chunk size. */
const ROWS = 2048;
const THREADS = 4;
const MICROSECONDS = 1000;
const TIMESTAMP_MS_MAX = Number.MAX_SAFE_INTEGER / MICROSECONDS;

type Column = LongColumn | IntegerColumn | TextColumn;

interface ProjectedColumn {
  readonly column: Column | undefined;
  readonly take: (row: number, record: ScannedRecord) => void;
}

interface Running {
  readonly scan: TopicScan;
  readonly columns: readonly ProjectedColumn[];
  readonly tally: Map<number, number> | undefined;
  readonly progress: ((rows: number) => void) | undefined;
}

export interface TopicFunctionParts {
  readonly bridge: LogBridge;
  readonly compression: Compression;
  readonly progress?: ScanProgress;
  /** Where a scan that has a name for it counts the records of each partition. */
  readonly tally?: (name: string | undefined) => Map<number, number> | undefined;
}

/**
 * The table function under every topic: it decodes record batches into the engine's vectors, only the columns the engine
 * asks for. The engine calls it on this thread, one call at a time.
 */
export function registerTopicFunction(connection: DuckDBConnection, parts: TopicFunctionParts) {
  const heapLayout = heapLayoutHolds();
  connection.registerTableFunction(
    DuckDBTableFunction.create({
      name: SCAN_FUNCTION,
      parameterTypes: [VARCHAR],
      supportsProjectionPushdown: true,
      bindFunction: (info) => {
        const spec = specOf(info.getParameter(0));
        for (const [name, type] of columnsOf(spec)) info.addResultColumn(name, type);
        info.setBindData(spec);
      },
      initFunction: (info) => {
        const spec = info.bindData as ScanSpec;
        const indexes = info.getColumnIndexes();
        const given = rangesOf(spec) ?? parts.bridge.ranges(spec.topic, boundsOf(spec));
        const ranges = outsideOfHistory(parts.bridge, spec, given);
        const withHeaders = indexes.includes(5);
        const scan = new TopicScan(parts.bridge, spec, ranges, { ...parts, withHeaders });
        const columns = indexes.map((index) => projected(index, spec));
        const tally = parts.tally?.(spec.tally);
        const progress = parts.progress?.begin(spec.statement, offsetsIn(ranges));
        info.setInitData({ scan, columns, tally, progress } satisfies Running);
        // Several threads give the rows of a topic out of their order.
        info.setMaxThreads(spec.unordered === true ? THREADS : 1);
      },
      mainFunction: (info, output) => fill(info.initData as Running, output, heapLayout),
    }),
  );
}

function offsetsIn(ranges: readonly PartitionRange[]): number {
  return ranges.reduce(
    (sum, { startOffset, endOffset }) => sum + Number(endOffset - startOffset),
    0,
  );
}

function specOf(parameter: unknown): ScanSpec {
  const spec = JSON.parse(String(parameter)) as ScanSpec;
  if (typeof spec !== 'object' || spec === null || typeof spec.topic !== 'string') {
    throw new Error('not the description of a scan');
  }
  return spec;
}

function columnsOf({ binaryKey, binaryValue }: ScanSpec): [string, DuckDBType][] {
  return [
    ['kafka_partition', INTEGER],
    ['kafka_offset', BIGINT],
    ['kafka_timestamp', TIMESTAMP],
    ['kawa_key', binaryKey ? BLOB : VARCHAR],
    ['kawa_value', binaryValue ? BLOB : VARCHAR],
    ['kawa_headers', VARCHAR],
  ];
}

function projected(index: number, spec: ScanSpec): ProjectedColumn {
  switch (index) {
    case 0: {
      const column = new IntegerColumn(ROWS);
      return { column, take: (row, { partition }) => column.set(row, partition) };
    }
    case 2: {
      const column = new LongColumn(ROWS);
      return { column, take: (row, { timestampMs }) => column.set(row, microseconds(timestampMs)) };
    }
    case 3: {
      const column = new TextColumn(ROWS, spec.binaryKey, spec.strict);
      return { column, take: (row, r) => column.set(row, r.bytes, r.keyStart, r.keyLength) };
    }
    case 4: {
      const column = new TextColumn(ROWS, spec.binaryValue, spec.strict);
      return { column, take: (row, r) => column.set(row, r.bytes, r.valueStart, r.valueLength) };
    }
    case 5: {
      const column = new TextColumn(ROWS, false);
      return {
        column,
        take: (row, { headers, bytes }) =>
          column.set(row, headers ?? bytes, 0, headers?.length ?? -1),
      };
    }
    case 1: {
      const column = new LongColumn(ROWS);
      return { column, take: (row, { offset }) => column.set(row, offset) };
    }
    default:
      // No column of ours: the engine only counts rows.
      return { column: undefined, take: () => undefined };
  }
}

function microseconds(timestampMs: number): number {
  return Math.max(-TIMESTAMP_MS_MAX, Math.min(TIMESTAMP_MS_MAX, timestampMs)) * MICROSECONDS;
}

function rangesOf({ ranges }: ScanSpec): PartitionRange[] | undefined {
  return ranges?.map(({ partition, fromOffset, toOffset }) => ({
    partition,
    startOffset: BigInt(fromOffset),
    endOffset: BigInt(toOffset),
  }));
}

function fill(
  { scan, columns, tally, progress }: Running,
  output: DuckDBDataChunk,
  heapLayout: boolean,
): void {
  let rows = 0;
  while (rows < ROWS && scan.advance()) {
    for (const { take } of columns) take(rows, scan.record);
    rows += 1;
    const { partition } = scan.record;
    tally?.set(partition, (tally.get(partition) ?? 0) + 1);
  }
  duckdb.data_chunk_set_size(output.chunk, rows);
  progress?.(rows);
  if (rows === 0) return;
  for (const [index, { column }] of columns.entries()) {
    column?.flush(duckdb.data_chunk_get_vector(output.chunk, index), rows, heapLayout);
  }
}
