import { NodeCompression } from '../../../src/adapters/compression/node-compression.ts';
import type { UnifiedLog } from '../../../src/app/services/log/unified-log.ts';
import { decodeEndTransactionMarker } from '../../../src/domain/record/control-record.ts';
import { decodeRecordBatch } from '../../../src/domain/record/record-batch.ts';
import { batchesOf } from '../../../src/domain/record/record-batches.ts';

const compression = new NodeCompression();

export async function committedValues(log: UnifiedLog): Promise<string[]> {
  const read = await log.read(log.logStartOffset, {
    ...{ maxBytes: 1 << 28, minOneMessage: true, isolation: 'read_committed' as const },
  });
  const values = visibleValues(read.slices, read.abortedTransactions ?? []);
  read.release();
  return values;
}

/** The values a read-committed consumer sees: it drops batches by the aborted list, as Kafka's Fetcher does. */
export function visibleValues(
  slices: readonly Uint8Array[],
  abortedTransactions: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[],
): string[] {
  const waiting = [...abortedTransactions].sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  const aborted = new Set<bigint>();
  const values: string[] = [];
  for (const slice of slices) {
    for (const { bytes } of batchesOf(slice)) {
      const batch = decodeRecordBatch(bytes, { compression });
      const lastOffset = batch.records.at(-1)?.offset ?? batch.baseOffset;
      while (waiting[0] !== undefined && waiting[0].firstOffset <= lastOffset) {
        aborted.add((waiting.shift() as { producerId: bigint }).producerId);
      }
      if (batch.control) {
        const marker = decodeEndTransactionMarker(batch.records[0] as (typeof batch.records)[0]);
        if (marker?.type === 'ABORT') aborted.delete(batch.producerId);
        continue;
      }
      if (batch.transactional && aborted.has(batch.producerId)) continue;
      for (const { value } of batch.records) values.push(Buffer.from(value ?? []).toString());
    }
  }
  return values;
}
