import { KafkaError } from '../../../domain/kafka-error.ts';
import { readRecordsCount } from '../../../domain/record/record-batch-header.ts';
import {
  isClusterMetadataLog,
  type ResourceConfigs,
} from '../../../domain/topic/cluster-metadata.ts';
import type { Offset } from '../../../domain/topic-partition.ts';
import type { LogStore, StoredLogConfig } from '../../../ports/log-store.ts';
import type {
  InspectedLog,
  InspectedStore,
  LogFinding,
  StorageFinding,
} from '../../../ports/store-inspector.ts';
import { inParallel } from '../in-parallel.ts';
import { SNAPSHOT_NAMES } from '../log/log-loader.ts';
import type { BatchTools } from './batch-check.ts';
import { LogCopier } from './copy-log.ts';
import { epochsOf, isCompacted, readMetadata } from './inspected-metadata.ts';
import type { InspectedMetadata, MetadataReader } from './metadata-reader.ts';
import { decodedSnapshot, verifyLog } from './verify-log.ts';
import type { CheckedLogs } from './verify-store.ts';

const NO_CONFIGS: ResourceConfigs = new Map();
/** Logs at a time: an engine makes each with files and syncs. */
const PARALLEL = 8;

export interface StoreCopy {
  readonly target: LogStore;
  readonly tools: BatchTools;
  readonly metadata: MetadataReader;
  /** Of a topic with these configs. */
  logConfigOf(configs: ResourceConfigs): StoredLogConfig;
  readonly signal: AbortSignal;
  /** Counts up as the work goes on. */
  readonly copied: CheckedLogs;
  /** Hears of damage, before which a log then ends; throws to stop instead. */
  onDamage(finding: StorageFinding): void;
}

/**
 * Copies every log of a stopped store to an empty one that is open: the same batches byte by byte at the same offsets,
 * and what is stored beside them. Everything is checked on the way.
 */
export async function copyStore(source: InspectedStore, o: StoreCopy): Promise<void> {
  for (const finding of source.findings) {
    // The copy gets indexes of its own.
    if (finding.kind !== 'index') o.onDamage(finding);
  }
  const inspected = await readMetadata(source, { metadata: o.metadata, report: o.onDamage });
  let failure: unknown;
  const isStopped = () => failure !== undefined || o.signal.aborted;
  await inParallel(source.logs, PARALLEL, async (log) => {
    if (isStopped()) return;
    try {
      await copyLog(log, inspected, { ...o, isStopped });
      o.copied.logs += 1;
    } catch (error) {
      failure ??= error;
    }
  });
  if (failure !== undefined) throw failure;
  if (o.signal.aborted) throw new KafkaError('OPERATION_NOT_ATTEMPTED', 'the copy was stopped');
}

async function copyLog(
  log: InspectedLog,
  inspected: InspectedMetadata | undefined,
  o: StoreCopy & { isStopped(): boolean },
): Promise<void> {
  const target = await o.target.create(log.id, configOf(log, inspected, o));
  const copier = new LogCopier(o.target, target, log.startOffset);
  let ended = false;
  await verifyLog(log, {
    tools: o.tools,
    epochs: epochsOf(log.id, o.metadata, inspected),
    isCompacted: isCompacted(log.id, inspected),
    // What is checked is not copied for that.
    checked: { batches: 0, records: 0, bytes: 0 },
    checkIndexes: false,
    isStopped: () => ended || o.isStopped(),
    report(finding: LogFinding) {
      // It knows the same before and after it.
      if (finding.kind === 'sync') return;
      const { topic, partition } = log.id;
      o.onDamage({ ...finding, topic, partition });
      // A log's state can be found out from its batches.
      if (finding.kind !== 'snapshot') ended = true;
    },
    take(found) {
      o.copied.batches += 1;
      o.copied.records += readRecordsCount(found.view, 0);
      o.copied.bytes += found.bytes.length;
      return copier.take(found);
    },
  });
  await copier.finish();
  for (const name of await log.snapshotNames()) {
    const bytes = await log.readSnapshot(name);
    if (bytes === undefined || !isOfLog(name, bytes, target.endOffset)) continue;
    await target.writeSnapshot(name, bytes);
  }
}

/** A log that lost its end starts from its batches, not from a state beyond them. */
function isOfLog(name: string, bytes: Uint8Array, endOffset: Offset): boolean {
  if (!SNAPSHOT_NAMES.some((each) => each === name)) return true;
  const snapshot = decodedSnapshot(bytes);
  return snapshot !== undefined && snapshot.offset <= endOffset;
}

function configOf(
  log: InspectedLog,
  inspected: InspectedMetadata | undefined,
  { metadata, logConfigOf }: StoreCopy,
): StoredLogConfig {
  if (isClusterMetadataLog(log.id)) return metadata.logConfig;
  const topic = inspected?.metadata.topicsById.get(log.id.topicId);
  return logConfigOf(topic?.configs ?? NO_CONFIGS);
}
