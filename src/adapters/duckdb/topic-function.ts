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
import { outsideOfHistory } from './outside-of-history.ts';
import { projected } from './projected-column.ts';
import { ScanChunks } from './scan-chunks.ts';
import type { ScanProgress } from './scan-progress.ts';
import { heapLayoutHolds } from './text-column.ts';
import { boundsOf, TopicScan } from './topic-scan.ts';

const THREADS = 4;

interface Running {
  readonly chunks: ScanChunks;
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
        const chunks = new ScanChunks(
          scan,
          indexes.map((index) => projected(index, spec)),
        );
        const tally = parts.tally?.(spec.tally);
        const progress = parts.progress?.begin(spec.statement, offsetsIn(ranges));
        info.setInitData({ chunks, tally, progress } satisfies Running);
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

function rangesOf({ ranges }: ScanSpec): PartitionRange[] | undefined {
  return ranges?.map(({ partition, fromOffset, toOffset }) => ({
    partition,
    startOffset: BigInt(fromOffset),
    endOffset: BigInt(toOffset),
  }));
}

function fill(
  { chunks, tally, progress }: Running,
  output: DuckDBDataChunk,
  heapLayout: boolean,
): void {
  const rows = chunks.take();
  duckdb.data_chunk_set_size(output.chunk, rows);
  progress?.(rows);
  if (rows === 0) return;
  for (const [index, { column }] of chunks.columns.entries()) {
    column?.flush(duckdb.data_chunk_get_vector(output.chunk, index), rows, heapLayout);
  }
  if (tally === undefined) return;
  for (const [partition, count] of chunks.partitions) {
    tally.set(partition, (tally.get(partition) ?? 0) + count);
  }
}
