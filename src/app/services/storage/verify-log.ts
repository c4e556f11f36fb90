import { decodeLogSnapshot, type LogSnapshot } from '../../../domain/log/log-snapshot.ts';
import * as header from '../../../domain/record/record-batch-header.ts';
import type { Offset } from '../../../domain/topic-partition.ts';
import type { FoundBatch, InspectedLog, LogFinding } from '../../../ports/store-inspector.ts';
import { SNAPSHOT_NAMES } from '../log/log-loader.ts';
import { type BatchTools, damageOf, OffsetOrder } from './batch-check.ts';
import { type LeaderEpochBounds, LeaderEpochCheck } from './leader-epoch-check.ts';

/** What was gone over so far; it counts up as the work goes on. */
export interface CheckedData {
  batches: number;
  records: number;
  bytes: number;
}

export interface LogVerification {
  readonly tools: BatchTools;
  readonly epochs: LeaderEpochBounds;
  readonly checked: CheckedData;
  readonly checkIndexes: boolean;
  /** Whether the log's topic is one that is compacted, so that offsets may be missing anywhere. */
  readonly isCompacted: boolean;
  isStopped(): boolean;
  report(finding: LogFinding): void;
  /** Gets every batch nothing is wrong with; its bytes are valid until the promise settles. */
  take?(found: FoundBatch): Promise<void> | undefined;
}

/** Checks one log: every batch, that they follow one another, the indexes and the snapshots. */
export async function verifyLog(log: InspectedLog, o: LogVerification): Promise<void> {
  const snapshots = await readSnapshots(log, o);
  const order = new OffsetOrder(log.startOffset, o.isCompacted);
  const newest = snapshots.reduce<LogSnapshot | undefined>(
    (newer, each) => (newer === undefined || each.offset > newer.offset ? each : newer),
    undefined,
  );
  const epochs = new LeaderEpochCheck(log.startOffset, o.epochs, newest);
  let endOffset: Offset | undefined = log.startOffset;
  await log.scan({
    checkIndexes: o.checkIndexes,
    batch(found) {
      if (o.isStopped()) return 'stop';
      const verdict = verifyBatch(found, order, epochs, o);
      endOffset = order.next;
      if (o.isStopped()) return 'stop';
      if (verdict === 'damaged') return 'damaged';
      return o.take?.(found)?.then(() => 'whole' as const) ?? 'whole';
    },
    finding(finding) {
      if (finding.kind === 'batch') {
        order.lost();
        endOffset = undefined;
      }
      o.report(finding);
    },
  });
  if (o.isStopped() || endOffset === undefined) return;
  if (endOffset < log.startOffset) {
    const message = `the log starts at ${log.startOffset}, its last batch ends at ${endOffset}: batches are missing`;
    o.report({ kind: 'offsets', offset: endOffset, message });
  }
  for (const { offset } of snapshots) {
    if (offset <= endOffset) continue;
    const message = `the log ends at ${endOffset}, though a snapshot knows of ${offset}: batches are missing`;
    o.report({ kind: 'offsets', offset: endOffset, message });
    return;
  }
}

function verifyBatch(
  found: FoundBatch,
  order: OffsetOrder,
  epochs: LeaderEpochCheck,
  { tools, checked, report }: LogVerification,
): 'whole' | 'damaged' {
  const { bytes, view, file, position } = found;
  const place = { file, position };
  checked.batches += 1;
  checked.bytes += bytes.length;
  const offset = found.offset ?? order.next ?? header.readBaseOffset(view, 0);
  const damage = damageOf(bytes, view, tools);
  if (damage !== undefined) {
    report({ kind: 'batch', ...place, offset, message: damage });
    order.lost();
    return 'damaged';
  }
  checked.records += header.readRecordsCount(view, 0);
  const missingFrom = order.next ?? offset;
  const misplaced = order.check(found);
  if (misplaced !== undefined) {
    report({ kind: 'offsets', ...place, offset: missingFrom, message: misplaced });
  }
  const epoch = epochs.check(view);
  if (epoch !== undefined) report({ kind: 'leader-epoch', ...place, offset, message: epoch });
  return 'whole';
}

async function readSnapshots(
  log: InspectedLog,
  { report }: LogVerification,
): Promise<readonly LogSnapshot[]> {
  const snapshots: LogSnapshot[] = [];
  for (const name of SNAPSHOT_NAMES) {
    const bytes = await log.readSnapshot(name);
    // An empty one was given up when the log lost its end.
    if (bytes === undefined || bytes.length === 0) continue;
    const snapshot = decodedSnapshot(bytes);
    if (snapshot !== undefined) snapshots.push(snapshot);
    else report({ kind: 'snapshot', message: `the snapshot ${name} is damaged` });
  }
  return snapshots;
}

/** Undefined for bytes that are no snapshot of a log's state. */
export function decodedSnapshot(bytes: Uint8Array): LogSnapshot | undefined {
  try {
    return decodeLogSnapshot(bytes);
  } catch {
    return undefined;
  }
}
