import { decodeLogSnapshot, type LogSnapshot } from '../../../domain/log/log-snapshot.ts';
import { LogState } from '../../../domain/log/log-state.ts';
import { readBaseOffset, viewOf } from '../../../domain/record/record-batch-header.ts';
import { scanBatches } from '../../../domain/record/scan-batches.ts';
import type { Offset } from '../../../domain/topic-partition.ts';
import type { Compression } from '../../../ports/compression.ts';
import type { StoredLog } from '../../../ports/log-store.ts';

const CHUNK_BYTES = 1024 * 1024;

/** Written in turn, so that one of them is older and whole whatever becomes of the other. */
export const SNAPSHOT_NAMES = ['log-state-0', 'log-state-1'] as const;

export interface LoadedLog {
  readonly state: LogState;
  /** The offset of the snapshot the state was restored from. */
  readonly snapshotOffset: Offset | undefined;
  /** The name the next snapshot goes by: not that of the one in use. */
  readonly nextSnapshot: 0 | 1;
  readonly replayedBytes: number;
}

/**
 * Restores a log's state: the newest snapshot that is not beyond its end, and the batches since.
 */
export async function loadLog(stored: StoredLog, compression: Compression): Promise<LoadedLog> {
  const snapshots = await Promise.all(SNAPSHOT_NAMES.map((name) => readSnapshot(stored, name)));
  let newest: 0 | 1 | undefined;
  for (const i of [0, 1] as const) {
    const offset = snapshots[i]?.offset;
    if (offset === undefined) continue;
    if (offset > stored.endOffset) {
      // The log lost its end. Once it has grown again, this would look like its state.
      await stored.writeSnapshot(SNAPSHOT_NAMES[i], new Uint8Array());
      continue;
    }
    if (newest === undefined || offset > (snapshots[newest] as LogSnapshot).offset) newest = i;
  }
  const snapshot = newest === undefined ? undefined : snapshots[newest];
  const state = snapshot?.state ?? new LogState();
  const replayedBytes = await replay(stored, snapshot?.offset, state, compression);
  state.producers.aborted.removeBelow(stored.startOffset);
  state.leaderEpochs.truncateFromStart(stored.startOffset);
  return {
    state,
    snapshotOffset: snapshot?.offset,
    nextSnapshot: newest === 0 ? 1 : 0,
    replayedBytes,
  };
}

async function readSnapshot(stored: StoredLog, name: string): Promise<LogSnapshot | undefined> {
  const bytes = await stored.readSnapshot(name);
  return bytes === undefined ? undefined : decodeLogSnapshot(bytes);
}

async function replay(
  stored: StoredLog,
  from: Offset | undefined,
  state: LogState,
  compression: Compression,
): Promise<number> {
  const endOffset = stored.endOffset;
  let replayedBytes = 0;
  await scanBatches({
    fromOffset: from !== undefined && from > stored.startOffset ? from : stored.startOffset,
    endOffset: () => endOffset,
    read: (fromOffset) =>
      stored.read({ fromOffset, maxBytes: CHUNK_BYTES, minOneBatch: true, upTo: endOffset }),
    visit(batch, view) {
      state.replay(batch, view, compression);
      replayedBytes += batch.length;
    },
  });
  return replayedBytes;
}

/** The store may have kept a later append than the one at `failedFrom` that failed; it was not answered. */
export async function dropBeyondGap(stored: StoredLog, failedFrom: Offset): Promise<void> {
  const upTo = stored.endOffset;
  if (upTo <= failedFrom) return;
  const request = { fromOffset: failedFrom, maxBytes: 0, minOneBatch: true, upTo };
  const result = await stored.read(request);
  const first = result.slices[0];
  const kept = first !== undefined && readBaseOffset(viewOf(first), 0) <= failedFrom;
  result.release();
  if (!kept) await stored.truncate(failedFrom);
}
