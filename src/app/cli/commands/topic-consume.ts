import type { Isolation } from '../../../adapters/kafka-client/list-offsets.ts';
import { usageError } from '../cli-error.ts';
import type { CliIo } from '../cli-io.ts';
import type { ClientOptions } from '../client-options.ts';
import { consumeAsGroup } from '../consume-as-group.ts';
import { ConsumeLimits } from '../consume-limits.ts';
import { consumeFrom, type Pieces } from '../consume-loop.ts';
import { type LogRange, logRanges, offsetsAt, parseOffsetPosition } from '../offset-position.ts';
import { Progress } from '../progress.ts';
import { formatRecord, type PlacedRecord, parseRecordFormat } from '../record-format.ts';
import { recordJson } from '../record-json.ts';
import { partitionsOf } from '../topic-partitions.ts';
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
  if (options.group !== undefined && options.partition !== undefined) {
    throw usageError('--group and --partition exclude each other: the group assigns partitions');
  }
  await withCluster(options, io, async (cluster) => {
    const partitions = await partitionsOf(cluster, topic, options.partition);
    const ranges = await logRanges(cluster, topic, partitions, options.isolation);
    const positions = await offsetsAt(cluster, topic, position, ranges);
    const limits = new ConsumeLimits(options.count, options.exit ? endsOf(ranges) : undefined);
    const loop = { cluster, topic, isolation: options.isolation, limits, toPieces };
    const progress = new Progress(io, () => `read ${limits.taken} records`, true);
    try {
      if (options.group === undefined) await consumeFrom(loop, positions, io.stopped, io);
      else await consumeAsGroup(loop, { groupId: options.group, positions, ranges }, io);
    } finally {
      progress.stop();
    }
  });
  return 0;
}

function endsOf(ranges: ReadonlyMap<number, LogRange>): ReadonlyMap<number, bigint> {
  return new Map([...ranges].map(([partition, { latest }]) => [partition, latest]));
}

function recordPrinter({ output, format }: Options) {
  if (output === 'json') {
    if (format !== undefined) throw usageError('--format and --output json exclude each other');
    return (record: PlacedRecord, into: Pieces): void => {
      into.push(`${recordJson(record)}\n`);
    };
  }
  const parts = parseRecordFormat(format ?? '%s\\n');
  return (record: PlacedRecord, into: Pieces): void => formatRecord(parts, record, into);
}
