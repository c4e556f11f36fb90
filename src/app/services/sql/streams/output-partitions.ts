import { partitionForKey } from '../../../../domain/protocol/hashing.ts';
import type { RecordInput } from '../../../../domain/record/record.ts';
import type { OutputPosition, OutputRecord } from '../../../../ports/stream-engine.ts';

/** Records of one partition in a row, and the sequence of the first of them. */
export interface PlacedRecords {
  readonly topic: string;
  readonly partition: number;
  readonly firstSequence: bigint;
  readonly records: readonly RecordInput[];
}

const encoder = new TextEncoder();

/**
 * Gives records their partitions and sequences. It follows from the positions and the order of the records alone, so that
 * after a crash the same record has the same sequence again, and the log knows it.
 */
export class OutputPartitions {
  readonly #next = new Map<string, bigint>();
  readonly #counts = new Map<string, number>();

  constructor(positions: readonly OutputPosition[]) {
    for (const { topic, partition, nextSequence } of positions) {
      this.#next.set(`${topic} ${partition}`, nextSequence);
      this.#counts.set(topic, Math.max(this.#counts.get(topic) ?? 0, partition + 1));
    }
  }

  place(records: readonly OutputRecord[]): PlacedRecords[] {
    const placed = new Map<string, PlacedRecords & { readonly records: RecordInput[] }>();
    for (const record of records) {
      const { topic } = record;
      const count = this.#counts.get(topic);
      if (count === undefined) throw new Error(`no partitions of ${topic} are known`);
      const partition =
        record.partitionKey === null
          ? Number(record.sequence % BigInt(count))
          : partitionForKey(record.partitionKey, count);
      const name = `${topic} ${partition}`;
      const sequence = this.#next.get(name) ?? 0n;
      this.#next.set(name, sequence + 1n);
      const own = placed.get(name) ?? {
        ...{ topic, partition, firstSequence: sequence, records: [] },
      };
      placed.set(name, own);
      own.records.push({
        timestampMs: BigInt(record.timestampMs),
        key: record.key,
        value: record.value,
        headers: record.headers.map(({ key, value }) => ({ key, value: encoder.encode(value) })),
      });
    }
    return [...placed.values()];
  }
}
