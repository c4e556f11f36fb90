import type { ViewOptions } from '../domain/sql/streaming/stream-options.ts';
import type { ViewState } from './stream-engine.ts';

export type { ViewOptions } from '../domain/sql/streaming/stream-options.ts';

/** How far a view is in one partition of a source. */
export interface StreamPartitionStatus {
  readonly view: string;
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: bigint;
  /** Records that can be read and are not in the view yet. */
  readonly lag: bigint;
  readonly maxEventTimeMs: number | undefined;
  readonly rows: bigint;
  readonly errors: bigint;
  readonly late: bigint;
  /** Offsets that were gone before they were read. */
  readonly lost: bigint;
}

export interface StreamStatus {
  readonly name: string;
  readonly kind: 'stream' | 'materialized view';
  readonly state: 'DECLARED' | ViewState;
  readonly message: string | undefined;
  readonly topics: readonly string[];
  readonly outputTopic: string | undefined;
  readonly watermarkMs: number | undefined;
  readonly rowsPerSecond: number;
  /** Records for topics that were committed and not appended yet. */
  readonly pendingOutput: number;
  readonly sql: string;
  readonly partitions: readonly StreamPartitionStatus[];
}

/** Streams and continuous queries, for those who have no SQL statement at hand. */
export interface Streams {
  /**
   * Makes a view of what a query with `FROM stream` gives over a topic, kept up to date from then on. Resolves once it
   * shows what the topic held at the call. Rejects with an SqlError.
   */
  processStream(topic: string, sql: string, table: string, options?: ViewOptions): Promise<void>;
  /** Resolves once a view shows all that its sources hold now. Rejects when there is no such view, or it fails. */
  caughtUp(view: string): Promise<void>;
  status(): readonly StreamStatus[];
}
