import type { RecordInput } from '../../domain/record/record.ts';

/** Records waiting to be sent to one partition. */
export class PartitionQueue {
  readonly partition: number;
  bytes = 0;
  /** The number the next batch starts with. */
  nextSequence = 0;
  /** Settles when the queue is empty; undefined while nothing is sent. */
  draining: Promise<void> | undefined;
  #records: RecordInput[] = [];
  #sizes: number[] = [];

  constructor(partition: number) {
    this.partition = partition;
  }

  add(record: RecordInput, bytes: number): void {
    this.#records.push(record);
    this.#sizes.push(bytes);
    this.bytes += bytes;
  }

  /** The first records up to `maxBytes`, and at least one. */
  take(maxBytes: number): { readonly records: readonly RecordInput[]; readonly bytes: number } {
    let bytes = this.#sizes[0] ?? 0;
    let count = Math.min(1, this.#records.length);
    while (count < this.#records.length && bytes + (this.#sizes[count] as number) <= maxBytes) {
      bytes += this.#sizes[count] as number;
      count += 1;
    }
    const records = this.#records.splice(0, count);
    this.#sizes.splice(0, count);
    this.bytes -= bytes;
    return { records, bytes };
  }
}

/** What a record's frame may take besides its contents. */
const RECORD_OVERHEAD_BYTES = 24;

/** About what a record takes in a batch. */
export function recordBytes({ key, value, headers = [] }: RecordInput): number {
  let bytes = RECORD_OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0);
  for (const header of headers) bytes += 8 + 3 * header.key.length + (header.value?.length ?? 0);
  return bytes;
}
