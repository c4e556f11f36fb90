import type { ClusterClient } from '../../adapters/kafka-client/cluster-client.ts';
import type { Isolation } from '../../adapters/kafka-client/list-offsets.ts';
import { PartitionConsumer } from '../../adapters/kafka-client/partition-consumer.ts';
import { type CliIo, write } from './cli-io.ts';
import type { ConsumeLimits } from './consume-limits.ts';
import { recordCodecs } from './record-codecs.ts';
import type { PlacedRecord } from './record-format.ts';

export type Pieces = (string | Uint8Array)[];

export interface ConsumeLoop {
  readonly cluster: ClusterClient;
  readonly topic: string;
  readonly isolation: Isolation;
  readonly limits: ConsumeLimits;
  /** Appends a record as it is to be printed. */
  readonly toPieces: (record: PlacedRecord, into: Pieces) => void;
}

/**
 * Prints records from the positions on until the limits are reached or the signal ends it. `onRead` hears how far a
 * partition is printed.
 */
export async function consumeFrom(
  loop: ConsumeLoop,
  positions: ReadonlyMap<number, bigint>,
  signal: AbortSignal,
  { stdout, stopped }: CliIo,
  onRead?: (partition: number, position: bigint) => void,
): Promise<void> {
  const { cluster, topic, isolation, limits, toPieces } = loop;
  const consumer = new PartitionConsumer(cluster, recordCodecs, {
    topic,
    positions,
    isolation,
    signal,
  });
  for (const [partition, position] of positions) {
    if (limits.reached(partition, position)) consumer.drop(partition);
  }
  for await (const { partition, records, position } of consumer.fetches()) {
    const taken = limits.take(partition, records);
    const pieces: Pieces = [];
    for (const record of taken) toPieces({ ...record, topic, partition }, pieces);
    if (pieces.length > 0) await write(stdout, joined(pieces), stopped);
    const last = taken.at(-1);
    const read = taken.length < records.length && last !== undefined ? last.offset + 1n : position;
    if (taken.length > 0 || records.length === 0) onRead?.(partition, read);
    if (limits.reached(partition, position)) consumer.drop(partition);
    if (limits.exhausted) return;
  }
}

function joined(pieces: Pieces): Uint8Array {
  return Buffer.concat(
    pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)),
  );
}
