import type { ErrorName } from '../../../domain/error-code.ts';
import { KafkaError } from '../../../domain/kafka-error.ts';
import { abortedBatches } from '../../../domain/share/aborted-batches.ts';
import type {
  AcquiredRecords,
  AcquireMode,
} from '../../../domain/share/share-partition-messages.ts';
import type { FetchDataInfo } from '../log/log-types.ts';
import { type BatchInSlice, batchesIn, slicesOfAcquired } from './fetched-batches.ts';
import type { LiveSharePartition } from './live-share-partition.ts';

export interface ShareFetchOptions {
  readonly memberId: string;
  readonly mode: AcquireMode;
  readonly batchSize: number;
  readonly maxRecords: number;
  readonly maxBytes: number;
  readonly minBytes: number;
  readonly isolation: 'read_uncommitted' | 'read_committed';
  readonly nowMs: () => number;
  /** Whether nobody waits for the answer any more: nothing must be acquired then. */
  readonly isGone: () => boolean;
}

export interface SharePassPartition {
  readonly live: LiveSharePartition;
  readonly error: ErrorName;
  readonly slices: readonly Uint8Array[];
  readonly acquired: readonly AcquiredRecords[];
}

interface Read {
  readonly live: LiveSharePartition;
  readonly fetchOffset: bigint;
  readonly info: FetchDataInfo | undefined;
  readonly batches: readonly BatchInSlice[];
  readonly error: ErrorName;
}

/** What one look at the partitions gave. */
export interface SharePass {
  readonly partitions: readonly SharePassPartition[];
  readonly acquiredCount: number;
  /** Something moved though nothing was acquired: another look may give more. */
  readonly hasMoved: boolean;
  readonly isUrgent: boolean;
  release(): void;
}

const NOTHING: SharePass = {
  ...{ partitions: [], acquiredCount: 0, hasMoved: false, isUrgent: false },
  release: () => undefined,
};

/**
 * Reads what the partitions may give and acquires it (Kafka's DelayedShareFetch, without the waiting). The partitions
 * are held while they are read, so that two members never acquire from the same read. With fewer than `minBytes`
 * nothing is acquired, unless it is the last look.
 */
export async function lookAtPartitions(
  partitions: readonly LiveSharePartition[],
  options: ShareFetchOptions,
  isLast: boolean,
  waiter: () => void,
): Promise<SharePass> {
  const ready = partitions.filter((live) => hasRecords(live, options, isLast) && live.tryLock());
  if (ready.length === 0) return NOTHING;
  try {
    const reads = await readAll(ready, options);
    const bytes = reads.reduce((sum, { info }) => sum + (info?.sizeBytes ?? 0), 0);
    const failed = reads.some(({ error }) => error !== 'NONE');
    if (options.isGone() || (bytes < options.minBytes && !isLast && !failed)) {
      for (const { info } of reads) info?.release();
      return NOTHING;
    }
    return acquireAll(reads, options);
  } finally {
    for (const live of ready) live.unlock(waiter);
  }
}

function hasRecords(
  live: LiveSharePartition,
  options: ShareFetchOptions,
  isLast: boolean,
): boolean {
  const { partition, log } = live;
  if (partition === undefined || live.isClosed) return false;
  if (log.logStartOffset > partition.startOffset) partition.moveLogStart(log.logStartOffset);
  if (!partition.canAcquire()) return false;
  const end = options.isolation === 'read_committed' ? log.lastStableOffset : log.highWatermark;
  // At the end of its time a fetch tells of what it could read, though there is nothing.
  return isLast || partition.nextFetchOffset() < end;
}

async function readAll(
  ready: readonly LiveSharePartition[],
  options: ShareFetchOptions,
): Promise<readonly Read[]> {
  // Each partition has the same share of the answer (Kafka's PartitionMaxBytesStrategy).
  const shareBytes = Math.max(Math.floor(options.maxBytes / ready.length), 1);
  const reads: Read[] = [];
  let bytes = 0;
  let records = 0;
  for (const live of ready) {
    if (records >= options.maxRecords && bytes >= options.minBytes) {
      reads.push(unread(live));
      continue;
    }
    const wanted = Math.min(live.partition?.maxAcquirable ?? 0, options.maxRecords);
    const read = await readSome(live, options, wanted, {
      maxBytes: shareBytes,
      minOneMessage: bytes === 0,
    });
    reads.push(read);
    bytes += read.info?.sizeBytes ?? 0;
    records += Math.min(offsetsIn(read), wanted);
  }
  return reads;
}

/** Reads about as many records as are wanted, rather than all the bytes that would be allowed. */
async function readSome(
  live: LiveSharePartition,
  options: ShareFetchOptions,
  wanted: number,
  limits: { readonly maxBytes: number; readonly minOneMessage: boolean },
): Promise<Read> {
  const { recordSizes } = live;
  const wantedBytes = Math.max(recordSizes.bytesOf(wanted), options.minBytes);
  const maxBytes = Math.min(limits.maxBytes, wantedBytes);
  let read = await readOne(live, options, { ...limits, maxBytes });
  // One batch may have more bytes than all the records that are wanted were thought to have.
  const isTooLittle = read.info?.sizeBytes === 0 && maxBytes < limits.maxBytes;
  if (isTooLittle) {
    read.info?.release();
    read = await readOne(live, options, limits);
  }
  recordSizes.note(read.info?.sizeBytes ?? 0, offsetsIn(read));
  return read;
}

function unread(live: LiveSharePartition): Read {
  const fetchOffset = live.partition?.nextFetchOffset() ?? 0n;
  return { live, fetchOffset, info: undefined, batches: [], error: 'NONE' };
}

/** How many offsets the batches span that were read. */
function offsetsIn({ batches }: Read): number {
  const last = batches[batches.length - 1];
  return last === undefined ? 0 : Number(last.lastOffset - batches[0]!.baseOffset) + 1;
}

async function readOne(
  live: LiveSharePartition,
  { isolation }: ShareFetchOptions,
  limits: { readonly maxBytes: number; readonly minOneMessage: boolean },
): Promise<Read> {
  const fetchOffset = live.partition?.nextFetchOffset() ?? 0n;
  try {
    const info = await live.log.read(fetchOffset, { ...limits, isolation });
    return { live, fetchOffset, info, batches: batchesIn(info.slices), error: 'NONE' };
  } catch (thrown) {
    const { errorName } = KafkaError.from(thrown);
    // The log was cut at its front while it was read; where it begins now is found with the next look.
    const error = errorName === 'OFFSET_OUT_OF_RANGE' ? 'NONE' : errorName;
    return { live, fetchOffset, info: undefined, batches: [], error };
  }
}

function acquireAll(reads: readonly Read[], options: ShareFetchOptions): SharePass {
  const partitions: SharePassPartition[] = [];
  const borrowed: FetchDataInfo[] = [];
  let acquiredCount = 0;
  let hasMoved = false;
  for (const read of reads) {
    const { live, fetchOffset, info, batches, error } = read;
    const { partition } = live;
    if (info === undefined || partition === undefined) {
      partitions.push({ live, error, slices: [], acquired: [] });
      continue;
    }
    borrowed.push(info);
    const acquired = partition.acquire({
      memberId: options.memberId,
      mode: options.mode,
      batchSize: options.batchSize,
      maxRecords: options.maxRecords - acquiredCount,
      fetchOffset,
      batches,
      aborted: abortedBatches(batches, info.abortedTransactions ?? []),
      nowMs: options.nowMs(),
    });
    for (const run of acquired) acquiredCount += Number(run.lastOffset - run.firstOffset) + 1;
    if (acquired.length > 0) live.watchLocks();
    if (partition.nextFetchOffset() !== fetchOffset) hasMoved = true;
    partitions.push({ live, error, slices: slicesOfAcquired(batches, acquired), acquired });
  }
  return {
    ...{ partitions, acquiredCount, hasMoved },
    isUrgent: partitions.some(({ error }) => error !== 'NONE'),
    release: () => {
      for (const info of borrowed.splice(0)) info.release();
    },
  };
}
