import { validateRecordBatch } from '../../domain/record/batch-validation.ts';
import { readBaseOffset, viewOf } from '../../domain/record/record-batch-header.ts';
import type { MetadataRecord } from '../../domain/topic/metadata-record.ts';
import type { StoredLog } from '../../ports/log-store.ts';
import {
  encodeMetadataBatch,
  type MetadataBatchTools,
  visitMetadataBatch,
} from './metadata-batch.ts';

const NAME = 'metadata-state';

/** The state at an offset of the metadata log, from which on the log goes on (Kafka's `.checkpoint` files, KIP-630). */
export interface MetadataSnapshot {
  readonly offset: bigint;
  visit(change: (record: MetadataRecord) => void): void;
}

/** It is one batch whose base offset is that of the snapshot, so that its checksum covers both. */
export async function writeMetadataSnapshot(
  log: StoredLog,
  offset: bigint,
  records: readonly MetadataRecord[],
  timestampMs: bigint,
  tools: MetadataBatchTools,
): Promise<void> {
  await log.writeSnapshot(NAME, encodeMetadataBatch(records, offset, timestampMs, tools));
}

/** Throws for a damaged one: what it told is nowhere else any more. */
export async function readMetadataSnapshot(
  log: Pick<StoredLog, 'readSnapshot'>,
  tools: MetadataBatchTools,
): Promise<MetadataSnapshot | undefined> {
  const bytes = await log.readSnapshot(NAME);
  if (bytes === undefined) return undefined;
  try {
    validateRecordBatch(bytes, { ...tools, origin: 'coordinator' });
  } catch (cause) {
    throw new Error(`the snapshot ${NAME} of the metadata log is damaged`, { cause });
  }
  return {
    offset: readBaseOffset(viewOf(bytes), 0),
    visit: (change) => void visitMetadataBatch(bytes, tools, change),
  };
}
