import type { Checksum } from '../../ports/checksum.ts';
import type { KeyValueDatabase } from '../../ports/key-value-database.ts';
import type { Logger } from '../../ports/logger.ts';
import type { ReadPace } from '../data-folder/read-pace.ts';
import type { Deletions } from './deletions.ts';
import type { GroupCommit } from './group-commit.ts';

/** What all logs of a store share while it is open. */
export interface KeyValueContext {
  readonly database: KeyValueDatabase;
  readonly commits: GroupCommit;
  readonly deletions: Deletions;
  /** What batches are checked with before they are served. */
  readonly readChecksum: Checksum | undefined;
  readonly logger: Logger;
  readonly pace: ReadPace;
  /** The number of the next log or the next data of one. */
  nextNumber(): number;
}
