import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { SegmentLogStoreOptions } from '../../../src/adapters/segment/segment-log-store.ts';
import { SegmentLogStore } from '../../../src/adapters/segment/segment-log-store.ts';
import {
  patchBaseOffset,
  readBaseOffset,
  readLastOffset,
  readMaxTimestamp,
  viewOf,
} from '../../../src/domain/record/record-batch-header.ts';
import type { AppendEntry, StoredLog, StoredLogConfig } from '../../../src/ports/log-store.ts';
import { checksum } from '../../app/log/log-fixture.ts';
import { silentLogger } from '../../support/silent-logger.ts';

export const CONFIG: StoredLogConfig = {
  segmentBytes: 1 << 30,
  segmentMs: 7 * 24 * 3600 * 1000,
  indexIntervalBytes: 4096,
};

export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'kawadb-segment-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A store that is closed when the test ends, unless the test left it as a crash would. */
export function storeIn(
  directory: string,
  options: Partial<SegmentLogStoreOptions> = {},
): SegmentLogStore {
  const store = new SegmentLogStore({ directory, checksum, logger: silentLogger, ...options });
  onTestFinished(() => store.close().catch(() => undefined));
  return store;
}

/** Gives a batch its place in the log, as the log would. */
export function at(batch: Uint8Array, baseOffset: bigint): Uint8Array {
  patchBaseOffset(viewOf(batch), 0, baseOffset);
  return batch;
}

export function entryOf(log: StoredLog, batch: Uint8Array): AppendEntry {
  const view = viewOf(batch);
  return {
    log,
    baseOffset: readBaseOffset(view, 0),
    lastOffset: readLastOffset(view, 0),
    maxTimestampMs: readMaxTimestamp(view, 0),
    batch,
  };
}

export async function everything(log: StoredLog): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let next = log.startOffset;
  while (next < log.endOffset) {
    const request = { fromOffset: next, maxBytes: 1 << 20, minOneBatch: true, upTo: log.endOffset };
    const result = await log.read(request);
    const { slices } = result;
    for (const slice of slices) parts.push(new Uint8Array(slice));
    result.release();
    const last = parts.at(-1);
    if (last === undefined || slices.length === 0) break;
    next = endOf(last);
  }
  return new Uint8Array(Buffer.concat(parts));
}

function endOf(batches: Uint8Array): bigint {
  const view = viewOf(batches);
  let position = 0;
  let end = 0n;
  while (position < batches.length) {
    end = readLastOffset(view, position) + 1n;
    position += view.getInt32(position + 8) + 12;
  }
  return end;
}
