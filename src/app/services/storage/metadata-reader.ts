import type { ClusterMetadata } from '../../../domain/topic/cluster-metadata.ts';
import type { TopicId } from '../../../domain/topic-partition.ts';
import type { StoredLogConfig } from '../../../ports/log-store.ts';
import type { InspectedLog } from '../../../ports/store-inspector.ts';

/** What the metadata log of a stopped broker says. */
export interface InspectedMetadata {
  readonly metadata: ClusterMetadata;
  /** Logs of theirs may be there still. */
  readonly removedTopics: ReadonlySet<TopicId>;
}

export interface MetadataReader {
  /** The epoch under which the metadata log is written. */
  readonly leaderEpoch: number;
  readonly logConfig: StoredLogConfig;
  /** Rejects with what makes the metadata unreadable. */
  read(log: InspectedLog): Promise<InspectedMetadata>;
}
