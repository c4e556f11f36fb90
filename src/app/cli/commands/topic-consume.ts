import type { ClusterClient } from '../../../adapters/kafka-client/cluster-client.ts';
import type { Isolation } from '../../../adapters/kafka-client/list-offsets.ts';
import { PartitionConsumer } from '../../../adapters/kafka-client/partition-consumer.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import { usageError } from '../cli-error.ts';
import { type CliIo, write } from '../cli-io.ts';
import type { ClientOptions } from '../client-options.ts';
import { ConsumeLimits } from '../consume-limits.ts';
import { type LogRange, logRanges, offsetsAt, parseOffsetPosition } from '../offset-position.ts';
import { recordCodecs } from '../record-codecs.ts';
import { formatRecord, type PlacedRecord, parseRecordFormat } from '../record-format.ts';
import { recordJson } from '../record-json.ts';
import { withCluster } from '../with-cluster.ts';

interface Options extends ClientOptions {
  readonly from?: string;
  readonly count?: number;
  readonly exit?: boolean;
  readonly partition?: readonly number[];
  readonly group?: string;
  readonly format?: string;
  readonly isolation: Isolation;
}

export async function run([topic = '']: readonly string[], options: Options, io: CliIo) {
  const position = parseOffsetPosition(options.from ?? 'beginning', '--from');
  const toPieces = recordPrinter(options);
  await withCluster(options, io, async (cluster) => {
    const partitions = await partitionsOf(cluster, topic, options.partition);
    const ranges = await logRanges(cluster, topic, partitions, options.isolation);
    const positions = await offsetsAt(cluster, topic, position, ranges);
    const limits = new ConsumeLimits(options.count, options.exit ? endsOf(ranges) : undefined);
    const consumer = new PartitionConsumer(cluster, recordCodecs, {
      topic,
      positions,
      isolation: options.isolation,
      signal: io.stopped,
    });
    for (const [partition, at] of positions) {
      if (limits.reached(partition, at)) consumer.drop(partition);
    }
    for await (const { partition, records, position: next } of consumer.fetches()) {
      const pieces: (string | Uint8Array)[] = [];
      for (const record of limits.take(partition, records)) {
        toPieces({ ...record, topic, partition }, pieces);
      }
      if (pieces.length > 0) await write(io.stdout, joined(pieces), io.stopped);
      if (limits.reached(partition, next)) consumer.drop(partition);
      if (limits.exhausted) break;
    }
  });
  return 0;
}

async function partitionsOf(
  cluster: ClusterClient,
  name: string,
  wanted: readonly number[] | undefined,
): Promise<readonly number[]> {
  const { partitions } = await cluster.topic(name);
  const all = partitions.map(({ partition }) => partition);
  const missing = wanted?.find((partition) => !all.includes(partition));
  if (missing === undefined) return wanted ?? all;
  const why = `topic ${name} has partitions 0 to ${all.length - 1} only`;
  throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `no partition ${missing}: ${why}`);
}

function endsOf(ranges: ReadonlyMap<number, LogRange>): ReadonlyMap<number, bigint> {
  return new Map([...ranges].map(([partition, { latest }]) => [partition, latest]));
}

function recordPrinter({ output, format }: Options) {
  if (output === 'json') {
    if (format !== undefined) throw usageError('--format and --output json exclude each other');
    return (record: PlacedRecord, into: (string | Uint8Array)[]): void => {
      into.push(`${recordJson(record)}\n`);
    };
  }
  const parts = parseRecordFormat(format ?? '%s\\n');
  return (record: PlacedRecord, into: (string | Uint8Array)[]): void =>
    formatRecord(parts, record, into);
}

function joined(pieces: readonly (string | Uint8Array)[]): Uint8Array {
  return Buffer.concat(
    pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)),
  );
}
