import type { Checksum } from '../../ports/checksum.ts';
import type { Logger } from '../../ports/logger.ts';
import type { FileSystem } from '../data-folder/file-system.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { FileCache } from './file-cache.ts';
import type { IndexCache } from './index-cache.ts';
import type { Journal } from './journal.ts';
import type { OpenWrites } from './open-writes.ts';
import type { ReadFailures } from './read-failures.ts';
import type { SummaryKeeper } from './summary-keeper.ts';
import type { SyncRounds } from './sync-rounds.ts';

/** What all logs of a store share. */
export interface SegmentContext {
  readonly files: FileSystem;
  readonly cache: FileCache;
  readonly writes: OpenWrites;
  readonly buffers: BufferPool;
  readonly indexes: IndexCache;
  readonly rounds: SyncRounds;
  readonly journal: Journal | undefined;
  readonly summary: SummaryKeeper;
  readonly checksum: Checksum;
  /** The same, unless reads shall go without. */
  readonly readChecksum: Checksum | undefined;
  readonly logger: Logger;
  readonly failures: ReadFailures;
  nowMs(): number;
  /** Of a clock that only rises, with parts of milliseconds. */
  elapsedMs(): number;
}
