import { isClusterMetadataLog } from '../../../domain/topic/cluster-metadata.ts';
import type { InspectedStore, LogFinding, StorageFinding } from '../../../ports/store-inspector.ts';
import type { BatchTools } from './batch-check.ts';
import { epochsOf, isCompacted, readMetadata } from './inspected-metadata.ts';
import type { InspectedMetadata, MetadataReader } from './metadata-reader.ts';
import { type CheckedData, verifyLog } from './verify-log.ts';

export interface CheckedLogs extends CheckedData {
  logs: number;
}

export interface StoreVerification {
  readonly tools: BatchTools;
  readonly metadata: MetadataReader;
  readonly signal: AbortSignal;
  /** Counts up as the work goes on. */
  readonly checked: CheckedLogs;
  report(finding: StorageFinding): void;
}

/** Checks everything a stopped store holds, log by log, and changes nothing. */
export async function verifyStore(store: InspectedStore, o: StoreVerification): Promise<void> {
  for (const finding of store.findings) o.report(finding);
  const inspected = await readMetadata(store, o);
  for (const log of store.logs) {
    if (o.signal.aborted) return;
    const { topic, partition } = log.id;
    const report = (finding: LogFinding): void => o.report({ ...finding, topic, partition });
    try {
      await verifyLog(log, {
        tools: o.tools,
        checkIndexes: true,
        isStopped: () => o.signal.aborted,
        checked: o.checked,
        epochs: epochsOf(log.id, o.metadata, inspected),
        isCompacted: isCompacted(log.id, inspected),
        report,
      });
    } catch (error) {
      report({ kind: 'file', message: `the log cannot be gone over: ${String(error)}` });
    }
    o.checked.logs += 1;
  }
  if (inspected !== undefined) compareWithMetadata(store, inspected, o);
}

function compareWithMetadata(
  store: InspectedStore,
  { metadata, removedTopics }: InspectedMetadata,
  o: StoreVerification,
): void {
  // A partition without a log is one that nothing was written to.
  for (const log of store.logs) {
    const { topicId, topic, partition } = log.id;
    // A start goes on with a removal that a stop broke off.
    if (isClusterMetadataLog(log.id) || removedTopics.has(topicId)) continue;
    const known = metadata.topicsById.get(topicId);
    if (known?.partitions[partition] !== undefined && known.name === topic) continue;
    const message = `the metadata do not know the partition (topic id ${topicId})`;
    o.report({ kind: 'metadata', topic, partition, message });
  }
}
